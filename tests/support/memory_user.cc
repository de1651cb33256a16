// The test's side of MemoryFileSystem: circumstances, a user at work, and looking at everything.
#include "tests/support/memory_disk.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

MemoryNodePtr node_at(const MemoryDisk& disk, std::string_view path) {
  const auto place = disk.find_place(path);
  return place ? place->find() : nullptr;
}

// Puts a new node where nothing is.
bool add(MemoryDisk& disk, std::string_view path, NodeKind kind, std::uint32_t mode,
         std::string_view content) {
  const auto place = disk.find_place(path);
  if (!place || place->name.empty() || place->find() != nullptr) return false;
  const MemoryNodePtr node = disk.make_node(kind, mode);
  if (kind == NodeKind::file && !disk.resize(*node, content.size())) return false;
  node->content = content;
  disk.attach(*place, node);
  return true;
}

// What a file's names lose with a tree that is removed.
void unlink_beneath(const MemoryNode& dir) {
  for (const auto& [name, node] : dir.children) {
    --node->links;
    unlink_beneath(*node);
  }
}

void collect(const MemoryNode& dir, const std::string& prefix, SeenTree& into) {
  for (const auto& [name, node] : dir.children) {
    SeenNode seen{node->kind, {}, node->mode, {}};
    if (node->kind == NodeKind::file) seen.content = node->content;
    if (node->kind == NodeKind::link) seen.target = node->content;
    into.emplace(prefix + name, std::move(seen));
    collect(*node, prefix + name + "/", into);
  }
}

SeenTree tree_of(MemoryDisk& disk, const MemoryNodePtr& dir) {
  const MemoryDisk::Lock lock(disk.mutex);
  SeenTree tree;
  collect(*dir, "", tree);
  return tree;
}

}  // namespace

void MemoryFileSystem::set_time(WallTime now) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->now = now;
}

void MemoryFileSystem::set_root_identity(RootIdentity identity) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->identity = std::move(identity);
}

void MemoryFileSystem::set_capacity(std::optional<std::uint64_t> bytes) {
  const MemoryDisk::Lock lock(disk_->mutex);
  disk_->capacity = bytes;
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

bool MemoryFileSystem::user_write(std::string_view path, std::string_view content) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const MemoryNodePtr node = node_at(*disk_, path);
  if (node == nullptr) return add(*disk_, path, NodeKind::file, 0644, content);
  if (node->kind != NodeKind::file || !disk_->resize(*node, content.size())) return false;
  node->content = content;
  node->mtime = disk_->now;
  return true;
}

bool MemoryFileSystem::user_append(std::string_view path, std::string_view content) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const MemoryNodePtr node = node_at(*disk_, path);
  if (node == nullptr || node->kind != NodeKind::file) return false;
  const std::size_t before = node->content.size();
  if (!disk_->resize(*node, before + content.size())) return false;
  node->content.replace(before, content.size(), content);
  node->mtime = disk_->now;
  return true;
}

bool MemoryFileSystem::user_replace(std::string_view path, std::string_view content) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto place = disk_->find_place(path);
  if (!place) return false;
  const MemoryNodePtr old = place->find();
  if (old != nullptr && old->kind == NodeKind::dir) return false;
  const MemoryNodePtr node = disk_->make_node(NodeKind::file, old == nullptr ? 0644 : old->mode);
  if (!disk_->resize(*node, content.size())) return false;
  node->content = content;
  if (old != nullptr) disk_->unlink(*place);
  disk_->attach(*place, node);
  return true;
}

bool MemoryFileSystem::user_mkdir(std::string_view path) {
  const MemoryDisk::Lock lock(disk_->mutex);
  return add(*disk_, path, NodeKind::dir, 0755, "");
}

bool MemoryFileSystem::user_symlink(std::string_view path, std::string_view target) {
  const MemoryDisk::Lock lock(disk_->mutex);
  return add(*disk_, path, NodeKind::link, 0777, target);
}

bool MemoryFileSystem::user_link(std::string_view from, std::string_view to) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const MemoryNodePtr node = node_at(*disk_, from);
  const auto place = disk_->find_place(to);
  if (node == nullptr || node->kind == NodeKind::dir) return false;
  if (!place || place->find() != nullptr) return false;
  ++node->links;
  disk_->attach(*place, node);
  return true;
}

bool MemoryFileSystem::user_make_other(std::string_view path) {
  const MemoryDisk::Lock lock(disk_->mutex);
  return add(*disk_, path, NodeKind::other, 0644, "");
}

bool MemoryFileSystem::user_remove(std::string_view path) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto place = disk_->find_place(path);
  if (!place) return false;
  const MemoryNodePtr node = place->find();
  if (node == nullptr) return false;
  unlink_beneath(*node);
  disk_->unlink(*place);
  return true;
}

bool MemoryFileSystem::user_rename(std::string_view from, std::string_view to) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto source = disk_->find_place(from);
  const auto target = disk_->find_place(to);
  if (!source || !target) return false;
  const MemoryNodePtr node = source->find();
  const MemoryNodePtr old = target->find();
  if (node == nullptr || is_within(node, target->dir.get())) return false;
  if (node == old) return true;
  if (old != nullptr) {
    const bool both_alike = (node->kind == NodeKind::dir) == (old->kind == NodeKind::dir);
    if (!both_alike || !old->children.empty()) return false;
    disk_->unlink(*target);
  }
  disk_->attach(*target, node);
  disk_->detach(*source);
  return true;
}

bool MemoryFileSystem::user_chmod(std::string_view path, std::uint32_t mode) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const MemoryNodePtr node = node_at(*disk_, path);
  if (node == nullptr || node->kind == NodeKind::link) return false;
  node->mode = mode & 0777U;
  return true;
}

bool MemoryFileSystem::user_touch(std::string_view path, WallTime mtime) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const MemoryNodePtr node = node_at(*disk_, path);
  if (node == nullptr) return false;
  node->mtime = mtime;
  return true;
}

bool MemoryFileSystem::user_hold_open(std::string_view path, bool open) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const MemoryNodePtr node = node_at(*disk_, path);
  if (node == nullptr || node->kind != NodeKind::file) return false;
  node->held_open = open;
  return true;
}

SeenTree MemoryFileSystem::snapshot() const { return tree_of(*disk_, disk_->root); }

SeenTree MemoryFileSystem::stage_snapshot() const { return tree_of(*disk_, disk_->stage); }

SeenTree MemoryFileSystem::trash_snapshot() const { return tree_of(*disk_, disk_->trash); }

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
