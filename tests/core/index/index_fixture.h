// Short ways to say what an index is given.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/base/assert.h"
#include "core/index/index.h"

namespace lansync {

inline RelativePath path_of(std::string_view text) {
  return text.empty() ? RelativePath() : RelativePath::parse(text).value();
}

template <class IdType>
IdType id_of(int number) {
  IdType id;
  id.bytes.front() = static_cast<std::byte>(number);
  id.bytes.back() = static_cast<std::byte>(number >> 8);
  return id;
}

// Their order as authors is not the order in which the tests meet them.
inline Author author_of(int number) {
  return {id_of<DeviceId>(100 - number), ~std::uint64_t{0} - static_cast<std::uint64_t>(number)};
}

inline Change file_change(std::string_view path, int content, std::vector<Dot> supersedes = {}) {
  Change change;
  change.path = path_of(path);
  change.size = 10;
  change.content = id_of<ContentId>(content);
  change.mode = 0644;
  change.supersedes = std::move(supersedes);
  return change;
}

inline Change delete_change(std::string_view path, std::vector<Dot> supersedes = {}) {
  Change change;
  change.path = path_of(path);
  change.kind = ChangeKind::deleted;
  change.base = id_of<ContentId>(1);
  change.supersedes = std::move(supersedes);
  return change;
}

struct SignedSegment {
  SegmentHeader header;
  Segment segment;
  SegmentHash hash;
};

// The next segment of the author's log, by an author who has seen what the index has.
inline SignedSegment next_segment(Index& index, const Author& author,
                                  std::vector<Change>& changes) {
  const LogEnd end = index.log_end(author).value();
  SegmentHeader header;
  header.share = id_of<ShareId>(1);
  header.author = author;
  header.first = end.counter + 1;
  header.previous = end.hash;
  header.context = index.clock().value();
  Segment segment = build_segment(header, changes);
  segment.signature = Bytes(64, std::byte{7});
  header = decode_segment_header(segment.header).value();
  const SegmentHash hash = segment_hash(segment.header);
  return {header, std::move(segment), hash};
}

// Appends the changes as one segment, makes heads of them and returns them with their dots.
inline std::vector<Change> add_changes(Index& index, const Author& author,
                                       std::vector<Change> changes) {
  const SignedSegment made = next_segment(index, author, changes);
  REQUIRE(index.append_segment(made.segment, made.header, made.hash));
  for (const Change& change : changes) REQUIRE(index.add_head(change));
  return changes;
}

inline DiskRow disk_file(std::string_view path, int content, std::uint64_t size) {
  DiskRow row;
  row.path = path_of(path);
  row.source = row.path;
  row.stat.kind = NodeKind::file;
  row.stat.size = size;
  row.stat.mode = 0644;
  row.content = id_of<ContentId>(content);
  return row;
}

inline DiskRow disk_dir(std::string_view path) {
  DiskRow row;
  row.path = path_of(path);
  row.source = row.path;
  row.stat.kind = NodeKind::dir;
  row.stat.mode = 0755;
  return row;
}

inline TrashRow trash_file(std::string name, int content, std::uint64_t bytes, int since) {
  return {std::move(name), path_of("was/here"), id_of<ContentId>(content), bytes, WallTime{since}};
}

inline ChunkList chunks_of(std::initializer_list<int> hashes, std::uint32_t bytes = 100) {
  ChunkList list;
  for (const int hash : hashes) list.chunks.push_back({bytes, id_of<ChunkHash>(hash)});
  return list;
}

template <class Row>
std::vector<std::string> texts(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) {
    if constexpr (std::is_same_v<Row, RelativePath>) {
      names.push_back(row.text());
    } else {
      names.push_back(row.path.text());
    }
  }
  return names;
}

}  // namespace lansync
