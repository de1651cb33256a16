// What is durable on a MemoryDisk, and what is left when the power fails.
#include <set>

#include "tests/support/memory_disk.h"

namespace lansync::test {
namespace {

void sync_beneath(MemoryNode& node) {
  node.sync();
  for (const auto& [name, child] : node.children) sync_beneath(*child);
}

void sync_metadata_beneath(MemoryNode& dir) {
  dir.sync_metadata();
  for (const auto& [name, node] : dir.children) sync_metadata_beneath(*node);
}

// Counts names anew, and collects each node once.
void find_nodes(const MemoryNodePtr& dir, std::set<const MemoryNode*>& seen,
                std::vector<MemoryNodePtr>& nodes) {
  for (const auto& [name, node] : dir->children) {
    if (seen.insert(node.get()).second) {
      nodes.push_back(node);
      node->links = 0;
    }
    ++node->links;
    find_nodes(node, seen, nodes);
  }
}

}  // namespace

void MemoryDisk::sync_file(MemoryNode& node) {
  node.sync();
  // One journal for names and metadata: whatever waits in it is written with this file's part.
  if (!journal.strict()) sync_dir(*mounted.root);
}

void MemoryDisk::sync_dir(MemoryNode& dir) {
  dir.sync_metadata();
  journal.sync_dir(&dir);
  if (journal.strict()) return;
  for (const MemoryNodePtr& tree : {mounted.root, mounted.stage, mounted.trash}) {
    sync_metadata_beneath(*tree);
  }
}

void MemoryDisk::sync_all() {
  journal.sync_all();
  for (const MemoryNodePtr& tree : {mounted.root, mounted.stage, mounted.trash}) {
    sync_beneath(*tree);
  }
}

void MemoryDisk::lose_power(const Choose& choose) {
  journal.lose_power(choose);
  std::set<const MemoryNode*> seen;
  std::vector<MemoryNodePtr> nodes;
  for (const MemoryTrees* trees : {&mounted, hidden ? &*hidden : nullptr}) {
    if (trees == nullptr) continue;
    for (const MemoryNodePtr& tree : {trees->root, trees->stage, trees->trash}) {
      find_nodes(tree, seen, nodes);
    }
  }
  for (const MemoryNodePtr& node : nodes) {
    node->descriptors = 0;
    node->count_space();
    node->lose_power(choose, !journal.strict() && !users_durable);
  }
  ++boots;
}

WallTime MemoryDisk::kept_time(WallTime time) const {
  const std::int64_t unit = granularity.count();
  const std::int64_t beyond = time.ns % unit;
  return {time.ns - (beyond < 0 ? beyond + unit : beyond)};
}

}  // namespace lansync::test
