// The test's side of MemoryFileSystem: a user at work.
#include "tests/support/memory_disk.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {

using By = MemoryDisk::By;

namespace {

// A name in a directory that exists; nothing may be under it. None for the root.
std::optional<MemoryPlace> place_at(const MemoryDisk& disk, std::string_view path) {
  auto place = disk.find_place(path);
  if (!place || place->name.empty()) return std::nullopt;
  return *std::move(place);
}

struct Named {
  MemoryPlace place;
  MemoryNodePtr node;
};

// What has a name.
std::optional<Named> named_at(const MemoryDisk& disk, std::string_view path) {
  auto place = place_at(disk, path);
  if (!place) return std::nullopt;
  MemoryNodePtr node = place->find();
  if (node == nullptr) return std::nullopt;
  return Named{*std::move(place), std::move(node)};
}

std::optional<Named> file_at(const MemoryDisk& disk, std::string_view path) {
  auto named = named_at(disk, path);
  if (named && named->node->kind != NodeKind::file) return std::nullopt;
  return named;
}

// Puts a new node where nothing is.
bool add(MemoryDisk& disk, std::string_view path, NodeKind kind, std::uint32_t mode,
         std::string_view content) {
  const auto place = place_at(disk, path);
  if (!place || place->find() != nullptr) return false;
  const MemoryNodePtr node = disk.make_node(kind, mode);
  disk.user_will_write(*node, 0, 0);
  if (kind == NodeKind::file && !disk.resize(*node, content.size())) return false;
  node->content = content;
  disk.attach(*place, node, By::user);
  disk.user_wrote(*place);
  return true;
}

// Into a file that is there.
bool write(MemoryDisk& disk, const Named& file, std::uint64_t offset, std::string_view bytes,
           std::uint64_t size) {
  disk.user_will_write(*file.node, offset, bytes.size());
  if (!disk.resize(*file.node, size)) return false;
  file.node->content.replace(offset, bytes.size(), bytes);
  file.node->metadata.mtime = file.node->ctime = disk.stamp();
  disk.user_wrote(file.place);
  return true;
}

// cp -r of what is at `from` to a name that is free.
bool copy(MemoryDisk& disk, const MemoryNode& from, const std::string& to, bool keep_times) {
  const std::string target = from.kind == NodeKind::dir ? std::string() : from.content;
  if (!add(disk, to, from.kind, from.metadata.mode, target)) return false;
  // What is in it is listed first: a directory may be copied into itself.
  const auto children = from.children;
  for (const auto& [name, child] : children) {
    std::string inside = to;
    inside.append("/").append(name);
    if (!copy(disk, *child, inside, keep_times)) return false;
  }
  if (!keep_times) return true;
  const auto made = named_at(disk, to);
  made->node->metadata.mtime = from.metadata.mtime;
  disk.user_wrote(made->place);
  return true;
}

}  // namespace

bool MemoryFileSystem::user_write(std::string_view path, std::string_view content) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto named = named_at(*disk_, path);
  if (!named) return add(*disk_, path, NodeKind::file, 0644, content);
  if (named->node->kind != NodeKind::file) return false;
  return write(*disk_, *named, 0, content, content.size());
}

bool MemoryFileSystem::user_append(std::string_view path, std::string_view content) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto file = file_at(*disk_, path);
  if (!file) return false;
  const std::size_t before = file->node->content.size();
  return write(*disk_, *file, before, content, before + content.size());
}

bool MemoryFileSystem::user_write_at(std::string_view path, std::uint64_t offset,
                                     std::string_view bytes) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto file = file_at(*disk_, path);
  if (!file) return false;
  const std::uint64_t end = offset + bytes.size();
  return write(*disk_, *file, offset, bytes,
               std::max<std::uint64_t>(end, file->node->content.size()));
}

bool MemoryFileSystem::user_truncate(std::string_view path, std::uint64_t size) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto file = file_at(*disk_, path);
  return file && write(*disk_, *file, 0, {}, size);
}

bool MemoryFileSystem::tear(std::string_view path, std::uint64_t size) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto file = file_at(*disk_, path);
  if (!file) return false;
  const WallTime mtime = file->node->metadata.mtime;
  const WallTime ctime = file->node->ctime;
  if (!write(*disk_, *file, 0, {}, size)) return false;
  file->node->metadata.mtime = mtime;
  file->node->ctime = ctime;
  return true;
}

bool MemoryFileSystem::user_replace(std::string_view path, std::string_view content) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto place = place_at(*disk_, path);
  if (!place) return false;
  const MemoryNodePtr old = place->find();
  if (old == nullptr) return add(*disk_, path, NodeKind::file, 0644, content);
  if (old->kind == NodeKind::dir) return false;
  const MemoryNodePtr node = disk_->make_node(NodeKind::file, old->metadata.mode);
  disk_->user_will_write(*node, 0, 0);
  if (!disk_->resize(*node, content.size())) return false;
  node->content = content;
  --old->links;
  old->count_space();
  disk_->perform({{{place->dir, place->name, old, node}}}, By::user);
  disk_->user_wrote(*place);
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
  const auto named = named_at(*disk_, from);
  const auto place = place_at(*disk_, to);
  if (!named || named->node->kind == NodeKind::dir) return false;
  if (!place || place->find() != nullptr) return false;
  ++named->node->links;
  disk_->attach(*place, named->node, By::user);
  return true;
}

bool MemoryFileSystem::user_make_other(std::string_view path) {
  const MemoryDisk::Lock lock(disk_->mutex);
  return add(*disk_, path, NodeKind::other, 0644, "");
}

bool MemoryFileSystem::user_copy(std::string_view from, std::string_view to, bool keep_times) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto named = named_at(*disk_, from);
  if (!named) return false;
  const MemoryNodePtr node = named->node;
  const auto target = file_at(*disk_, to);
  if (!target) return copy(*disk_, *node, std::string(to), keep_times);
  if (node->kind != NodeKind::file || node == target->node) return false;
  const std::string content = node->content;
  if (!write(*disk_, *target, 0, content, content.size())) return false;
  if (keep_times) target->node->metadata = node->metadata;
  return true;
}

bool MemoryFileSystem::user_remove(std::string_view path) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto named = named_at(*disk_, path);
  if (!named) return false;
  disk_->unlink(named->place, By::user);
  return true;
}

bool MemoryFileSystem::user_rename(std::string_view from, std::string_view to) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto source = named_at(*disk_, from);
  const auto target = place_at(*disk_, to);
  if (!source || !target || is_within(*source->node, target->dir.get())) return false;
  const MemoryNodePtr old = target->find();
  if (source->node == old) return true;
  if (old != nullptr) {
    const bool both_alike = (source->node->kind == NodeKind::dir) == (old->kind == NodeKind::dir);
    if (!both_alike || !old->children.empty()) return false;
    --old->links;
    old->count_space();
  }
  disk_->perform({{{source->place.dir, source->place.name, source->node, nullptr},
                   {target->dir, target->name, old, source->node}}},
                 By::user);
  return true;
}

bool MemoryFileSystem::user_exchange(std::string_view one, std::string_view other) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto first = named_at(*disk_, one);
  const auto second = named_at(*disk_, other);
  if (!first || !second || is_within(*first->node, second->place.dir.get()) ||
      is_within(*second->node, first->place.dir.get())) {
    return false;
  }
  return disk_->exchange(first->place, second->place, By::user).has_value();
}

bool MemoryFileSystem::user_chmod(std::string_view path, std::uint32_t mode) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto named = named_at(*disk_, path);
  if (!named || named->node->kind == NodeKind::link) return false;
  named->node->will_set_metadata();
  named->node->metadata.mode = mode & 0777U;
  named->node->ctime = disk_->stamp();
  disk_->user_wrote(named->place);
  return true;
}

bool MemoryFileSystem::user_touch(std::string_view path, WallTime mtime) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto named = named_at(*disk_, path);
  if (!named) return false;
  named->node->will_set_metadata();
  named->node->metadata.mtime = disk_->kept_time(mtime);
  named->node->ctime = disk_->stamp();
  disk_->user_wrote(named->place);
  return true;
}

bool MemoryFileSystem::user_hold_open(std::string_view path, bool open) {
  const MemoryDisk::Lock lock(disk_->mutex);
  const auto file = file_at(*disk_, path);
  if (!file) return false;
  file->node->held_open = open;
  return true;
}

}  // namespace lansync::test
