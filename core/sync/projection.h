// What a path's heads look like on disk.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/index/change.h"

namespace lansync {

// One entry of the visible tree, and the changes that it displays.
struct ShownNode {
  ChangeKind kind = ChangeKind::file;  // file, dir or link
  std::uint64_t size = 0;
  ContentId content;
  ChunkClass chunk_class = ChunkClass::kib64;
  bool one_chunk = true;
  std::string link_target;
  std::uint32_t mode = 0;
  WallTime mtime;

  // The version it is; names the author and the time of a conflict copy. Empty for a directory that
  // exists only because something beneath it does.
  Dot version;
  WallTime edited_at;
  // What an edit of this entry supersedes: the version, its equals, and what it was made from.
  // Sorted.
  std::vector<Dot> shown;

  friend bool operator==(const ShownNode&, const ShownNode&) = default;
};

// A path's heads as a person sees them: at most one entry under the path's own name, and the
// concurrent versions that lost against it, each to be shown as a conflict copy beside it.
struct Projection {
  std::optional<ShownNode> main;
  std::vector<ShownNode> copies;  // Sorted by version.
  // There is no version at all, not even a delete: what superseded the last one has not arrived
  // yet. The disk is to be left as it is.
  bool unknown = false;

  friend bool operator==(const Projection&, const Projection&) = default;
};

// The rule of docs/sync.md, row by row in tests/core/sync/decision_table_test.cc:
//   - live beats deleted; among the live, a directory beats a file beats a link, then the largest
//     (edited_at, dot) wins; a path with something live beneath it is a directory;
//   - versions of equal content are one; a version that the winner was made from is not shown;
//   - mode and mtime are those set last, by whichever head.
// Pure, and independent of the order of `heads`.
Projection project(std::span<const Change> heads, bool live_beneath);

}  // namespace lansync
