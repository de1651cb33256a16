// What a segment is made of in its tests.
#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "core/chunk/hash.h"
#include "core/index/segment.h"

namespace lansync::test {

inline RelativePath path_of(std::string_view text) { return RelativePath::parse(text).value(); }

template <class IdType>
IdType id_of(int number) {
  IdType id;
  id.bytes.fill(static_cast<std::byte>(number));
  return id;
}

// Three authors whose order is not that of their numbers; the first of them writes.
inline Author author_of(int number) { return {id_of<DeviceId>(10 - number), 5}; }

inline SegmentHeader sample_header() {
  SegmentHeader header;
  header.share = id_of<ShareId>(1);
  header.author = author_of(0);
  header.first = 8;
  header.previous = id_of<SegmentHash>(2);
  header.context.advance(author_of(0), 7);
  header.context.advance(author_of(1), 3);
  header.context.advance(author_of(2), 900);
  return header;
}

inline Change file_change() {
  Change change;
  change.path = path_of("photos/2026/märz.jpg");
  change.size = 123'456'789;
  change.content = id_of<ContentId>(3);
  change.chunk_class = ChunkClass::kib256;
  change.one_chunk = false;
  change.base = id_of<ContentId>(4);
  change.mode = 0640;
  change.mtime = WallTime{1'773'500'520'123'456'789};
  change.edited_at = WallTime{1'773'500'521'000'000'000};
  change.mode_at = WallTime{-5};
  change.mtime_at = WallTime{1'773'500'521'000'000'000};
  change.supersedes = {
      {author_of(2), 900}, {author_of(1), 1}, {author_of(0), 2}, {author_of(0), 7}};
  return change;
}

inline std::vector<Change> one_of_each() {
  Change link;
  link.path = path_of("a link");
  link.kind = ChangeKind::link;
  link.link_target = "../elsewhere";
  link.content.bytes = hash_of(as_bytes(link.link_target));
  link.mode = 0777;
  Change dir;
  dir.path = path_of("photos");
  dir.kind = ChangeKind::dir;
  dir.mode = 0755;
  dir.edited_at = WallTime{std::numeric_limits<std::int64_t>::max()};
  Change gone;
  gone.path = path_of("old.txt");
  gone.kind = ChangeKind::deleted;
  gone.base = id_of<ContentId>(9);
  gone.edited_at = WallTime{std::numeric_limits<std::int64_t>::min()};
  // Two entries before it in the same segment.
  gone.supersedes = {{author_of(0), 9}};
  Change metadata;
  metadata.path = path_of("photos");
  metadata.kind = ChangeKind::metadata;
  metadata.mode = 0700;
  return {file_change(), link, dir, gone, metadata};
}

}  // namespace lansync::test
