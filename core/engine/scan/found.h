// What a look at the disk turned up.
#pragma once

#include <optional>

#include "core/chunk/chunk_list.h"
#include "core/index/index.h"
#include "core/sync/local_change.h"

namespace lansync {

// Of files with the same bytes: among so many one that was moved is looked for.
constexpr std::size_t kEqualFilesLookedAt = 8;

// Something that is not as the index has it: `seen` is empty for what is gone.
struct Found {
  RelativePath path;
  std::optional<Observation> seen;
  ChunkList list;  // Of a file.
  // What the index had when it was compared. If it has something else by now, nothing is proven.
  std::optional<DiskRow> row;
  // Of a file that was missed elsewhere by the same look, and is published with that: where it was.
  RelativePath moved_from{};
};

}  // namespace lansync
