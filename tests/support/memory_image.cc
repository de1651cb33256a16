#include "tests/support/memory_image.h"

#include <unordered_map>

namespace lansync::test {
namespace {

// Copies nodes once each, so that a file with two names stays one file.
class Copier {
 public:
  explicit Copier(SpaceUse space) : space_(std::move(space)) {}

  MemoryNodePtr copy(const MemoryNodePtr& node) {
    if (node == nullptr) return nullptr;
    MemoryNodePtr& made = copies_[node.get()];
    if (made != nullptr) return made;
    made = std::make_shared<MemoryNode>(space_);
    const MemoryNodePtr result = made;
    fill(*node, *result);
    return result;
  }

  MemoryTrees copy(const MemoryTrees& trees) {
    return {trees.identity, copy(trees.root), copy(trees.stage), copy(trees.trash)};
  }

  EntryOperation copy(const EntryOperation& operation) {
    EntryOperation result;
    for (const EntryChange& change : operation.changes) {
      result.changes.push_back({copy(change.dir), change.name, copy(change.before),
                                copy(change.after), change.before_ctime, change.after_ctime,
                                change.ctime});
    }
    return result;
  }

 private:
  void fill(const MemoryNode& from, MemoryNode& to) {
    to.kind = from.kind;
    to.inode = from.inode;
    to.metadata = from.metadata;
    to.ctime = from.ctime;
    to.links = from.links;
    to.content = from.content;
    to.durable_metadata = from.durable_metadata;
    to.durable_ctime = from.durable_ctime;
    if (from.durable_data) {
      to.durable_data = std::make_unique<MemoryNode::DurableData>(*from.durable_data);
    }
    if (to.kind == NodeKind::file) *space_ += to.content.size();
    to.count_space();
    for (const auto& [name, child] : from.children) to.children.emplace(name, copy(child));
  }

  SpaceUse space_;
  std::unordered_map<const MemoryNode*, MemoryNodePtr> copies_;
};

void make_own(MemoryNode& node, std::uint64_t& next_inode) {
  node.inode = next_inode++;
  node.durable_data.reset();
  node.durable_metadata.reset();
  for (const auto& [name, child] : node.children) make_own(*child, next_inode);
}

}  // namespace

StoredDisk copy_disk(const StoredDisk& disk, const SpaceUse& space) {
  Copier copier(space);
  StoredDisk result;
  result.mounted = copier.copy(disk.mounted);
  if (disk.hidden) result.hidden = copier.copy(*disk.hidden);
  result.journal = MemoryJournal(disk.journal.strict());
  for (const EntryOperation& operation : disk.journal.operations()) {
    result.journal.record(copier.copy(operation));
  }
  result.next_inode = disk.next_inode;
  return result;
}

MemoryNodePtr copy_tree(const MemoryNodePtr& dir, const SpaceUse& space,
                        std::uint64_t& next_inode) {
  MemoryNodePtr result = Copier(space).copy(dir);
  make_own(*result, next_inode);
  return result;
}

}  // namespace lansync::test
