// One thing that a person did to one path.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/chunk/chunker.h"
#include "core/fs/relative_path.h"
#include "core/index/clock.h"

namespace lansync {

enum class ChangeKind : std::uint8_t {
  file = 1,
  dir = 2,
  link = 3,
  deleted = 4,
  // Not a version: new mode or mtime for whatever the path shows, or the end of a conflict copy.
  metadata = 5,
};

// What a person made of a path, and which versions of it they saw when they did.
//
// `supersedes` names exactly the changes that were displayed at the path: a version that had
// arrived but was not yet visible is not among them and stays concurrent.
//
// Each group of fields is last-writer-wins by its own time: content by edited_at, mode by mode_at,
// mtime by mtime_at. An edit carries the mode that it found together with that mode's old time, and
// a chmod is a change of kind metadata, which is no version at all: neither can undo or fork the
// other. A value.
struct Change {
  Dot dot;
  RelativePath path;
  ChangeKind kind = ChangeKind::file;

  // Files: the bytes. Links: `content` is the BLAKE3 of the target. Directories: zero.
  std::uint64_t size = 0;
  ContentId content;
  ChunkClass chunk_class = ChunkClass::kib64;
  // The content is a single chunk, named by the content id itself: there is no chunk list to ask
  // for.
  bool one_chunk = true;
  std::string link_target;
  // The content that this one replaced, or that was deleted. Absent if there was none.
  std::optional<ContentId> base;

  std::uint32_t mode = 0;  // Nine permission bits.
  WallTime mtime;

  WallTime edited_at;
  WallTime mode_at;
  WallTime mtime_at;

  std::vector<Dot> supersedes;

  // Whether it is a version that can be shown.
  [[nodiscard]] bool live() const {
    return kind != ChangeKind::deleted && kind != ChangeKind::metadata;
  }

  friend bool operator==(const Change&, const Change&) = default;
};

}  // namespace lansync
