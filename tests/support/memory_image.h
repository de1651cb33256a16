// All that a MemoryFileSystem stores, and copies of it.
#pragma once

#include <optional>

#include "core/fs/file_system.h"
#include "tests/support/memory_journal.h"
#include "tests/support/memory_node.h"

namespace lansync::test {

// What stands where the share is expected.
struct MemoryTrees {
  RootIdentity identity{1, 1, "memory"};
  MemoryNodePtr root;
  MemoryNodePtr stage;
  MemoryNodePtr trash;
};

struct StoredDisk {
  MemoryTrees mounted;
  std::optional<MemoryTrees> hidden;  // What is not mounted now, or a mount conceals.
  MemoryJournal journal;
  std::uint64_t next_inode = 1;
};

// With everything that is not durable yet; only what is open is not open in the copy.
StoredDisk copy_disk(const StoredDisk& disk, const SpaceUse& space);

// A copy of one directory with all that is in it, as it looks, durable, with inodes of its own.
MemoryNodePtr copy_tree(const MemoryNodePtr& dir, const SpaceUse& space, std::uint64_t& next_inode);

}  // namespace lansync::test
