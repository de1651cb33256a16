// The test's side of MemoryFileSystem: circumstances, and looking at everything.
#include "tests/support/memory_disk.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

void collect(const MemoryNode& dir, const std::string& prefix, SeenTree& into) {
  for (const auto& [name, node] : dir.children) {
    SeenNode seen{node->kind, {}, node->metadata.mode, {}};
    if (node->kind == NodeKind::file) seen.content = node->content;
    if (node->kind == NodeKind::link) seen.target = node->content;
    into.emplace(prefix + name, std::move(seen));
    collect(*node, prefix + name + "/", into);
  }
}

void collect_inodes(const MemoryNode& dir, const std::string& prefix,
                    std::map<std::string, std::uint64_t>& inodes) {
  for (const auto& [name, node] : dir.children) {
    inodes[prefix + name] = node->inode;
    collect_inodes(*node, prefix + name + "/", inodes);
  }
}

SeenTree tree_of(MemoryDisk& disk, const MemoryNodePtr& dir) {
  const MemoryDisk::Lock lock(disk.mutex);
  SeenTree tree;
  collect(*dir, "", tree);
  return tree;
}

// What stands at the place of a disk that is not mounted.
MemoryTrees empty_folder(MemoryDisk& disk) {
  return {{99, 2, ""},
          disk.make_node(NodeKind::dir, 0755),
          disk.make_node(NodeKind::dir, 0700),
          disk.make_node(NodeKind::dir, 0700)};
}

}  // namespace

void MemoryFileSystem::set_time(WallTime now) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->now = now;
}

void MemoryFileSystem::set_root_identity(RootIdentity identity) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->mounted.identity = std::move(identity);
}

void MemoryFileSystem::set_capacity(std::optional<std::uint64_t> bytes) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->capacity = bytes;
}

void MemoryFileSystem::mount_inside(std::string_view path) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->mounts.insert(std::string(path));
}

void MemoryFileSystem::unmount_inside(std::string_view path) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->mounts.erase(std::string(path));
}

void MemoryFileSystem::fail_call(std::uint64_t n, std::error_code error) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->faults.push_back({std::nullopt, n, error});
}

void MemoryFileSystem::fail_call(DiskOperation operation, std::uint64_t n, std::error_code error) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->faults.push_back({operation, n, error});
}

bool MemoryFileSystem::has_faults_left() const {
  const MemoryDisk::Lock lock(disk_->mutex);
  return !disk_->faults.empty();
}

void MemoryFileSystem::clear_faults() {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->faults.clear();
}

void MemoryFileSystem::before_each(std::function<void(DiskOperation)> callback) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->callback = std::make_shared<std::function<void(DiskOperation)>>(std::move(callback));
}

std::uint64_t MemoryFileSystem::calls() const {
  const MemoryDisk::Lock lock(disk_->mutex);
  return disk_->calls;
}

std::uint64_t MemoryFileSystem::calls(DiskOperation operation) const {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto count = disk_->calls_of.find(operation);
  return count == disk_->calls_of.end() ? 0 : count->second;
}

void MemoryFileSystem::set_time_granularity(Duration granularity) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->granularity = granularity;
}

void MemoryFileSystem::set_durability(Durability durability) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->journal = MemoryJournal(durability == Durability::strict);
}

void MemoryFileSystem::set_folds_case(bool folds) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->folds_case = folds;
}

void MemoryFileSystem::set_users_durable(bool durable) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->users_durable = durable;
}

void MemoryFileSystem::write_back() {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->sync_all();
}

void MemoryFileSystem::fail_sync_and_forget(std::uint64_t nth) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->forgetting_sync = nth;
}

void MemoryFileSystem::lose_power(const Choose& choose) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->lose_power(choose);
}

void MemoryFileSystem::rot(std::string_view path, std::uint64_t offset) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto place = disk_->find_place(path);
  place->find()->content.at(offset) ^= 1;
}

void MemoryFileSystem::unmount(Unmounted as) {
  const MemoryDisk::Lock lock(disk_->mutex);
  if (disk_->hidden) return;
  if (as == Unmounted::empty_folder) disk_->sync_all();
  disk_->hidden = std::exchange(disk_->mounted, empty_folder(*disk_));
  disk_->unreadable = as == Unmounted::unreadable;
}

void MemoryFileSystem::mount() {
  const MemoryDisk::Lock lock(disk_->mutex);
  if (!disk_->hidden) return;
  disk_->mounted = *std::exchange(disk_->hidden, std::nullopt);
  disk_->unreadable = false;
}

DiskImage MemoryFileSystem::image() const {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto space = std::make_shared<std::atomic<std::uint64_t>>(0);
  return DiskImage(std::make_shared<const StoredDisk>(copy_disk(*disk_, space)));
}

void MemoryFileSystem::restore(const DiskImage& image, Restored what) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const StoredDisk& from = *image.disk_;
  if (what == Restored::whole_disk) {
    static_cast<StoredDisk&>(*disk_) = copy_disk(from, disk_->space);
    ++disk_->boots;
    return;
  }
  // A tool that brings files back writes new ones, and waits for the disk.
  disk_->journal.sync_all();
  const auto bring_back = [this](MemoryNode& into, const MemoryNodePtr& tree) {
    into.children = copy_tree(tree, disk_->space, disk_->next_inode)->children;
  };
  bring_back(*disk_->mounted.root, from.mounted.root);
  if (what == Restored::visible_files) return;
  bring_back(*disk_->mounted.stage, from.mounted.stage);
  bring_back(*disk_->mounted.trash, from.mounted.trash);
}

SeenTree MemoryFileSystem::snapshot() const { return tree_of(*disk_, disk_->mounted.root); }

std::map<std::string, std::uint64_t> MemoryFileSystem::inodes() const {
  const MemoryDisk::Lock lock(disk_->mutex);
  std::map<std::string, std::uint64_t> inodes;
  collect_inodes(*disk_->mounted.root, "", inodes);
  return inodes;
}

SeenTree MemoryFileSystem::stage_snapshot() const { return tree_of(*disk_, disk_->mounted.stage); }

SeenTree MemoryFileSystem::trash_snapshot() const { return tree_of(*disk_, disk_->mounted.trash); }

std::multiset<std::string> MemoryFileSystem::all_contents() const {
  std::multiset<std::string> contents;
  for (const SeenTree& tree : {snapshot(), stage_snapshot(), trash_snapshot()}) {
    for (const auto& [path, node] : tree) {
      if (node.kind == NodeKind::file) contents.insert(node.content);
    }
  }
  return contents;
}

}  // namespace lansync::test
