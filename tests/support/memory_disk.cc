#include "tests/support/memory_disk.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"

namespace lansync::test {

MemoryNodePtr MemoryPlace::find() const {
  const auto entry = dir->children.find(name);
  return entry == dir->children.end() ? nullptr : entry->second;
}

Result<MemoryNodePtr> MemoryPlace::require() const {
  MemoryNodePtr node = find();
  if (node == nullptr) return disk_error(std::errc::no_such_file_or_directory, name);
  return node;
}

Error disk_error(std::errc code, std::string_view name) {
  return {std::make_error_code(code), std::string(name)};
}

FileStat stat_of(const MemoryNode& node) {
  FileStat stat;
  stat.kind = node.kind;
  stat.size = node.content.size();
  stat.mtime = node.metadata.mtime;
  stat.mode = node.metadata.mode;
  stat.inode = node.inode;
  stat.links = node.links;
  stat.ctime = node.ctime;
  return stat;
}

Result<MemoryPlace> place_in_folder(const MemoryNodePtr& folder, std::string_view name) {
  const bool valid = !name.empty() && name.size() <= limits::kNameBytesMax && name != "." &&
                     name != ".." && name.find('/') == std::string_view::npos &&
                     name.find('\0') == std::string_view::npos;
  if (!valid) return disk_error(std::errc::invalid_argument, name);
  return MemoryPlace{folder, std::string(name)};
}

namespace {

// Of a directory that is not on the share's disk.
constexpr std::uint64_t kInodeElsewhere = std::uint64_t{1} << 60;

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool folds_to(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, folded, folded);
}

// What the names of files lose with what is removed.
void lose_names(MemoryNode& node) {
  if (node.links > 0) --node.links;
  node.count_space();
  for (const auto& [name, child] : node.children) lose_names(*child);
}

}  // namespace

MemoryDisk::MemoryDisk() {
  mounted.root = make_node(NodeKind::dir, 0755);
  mounted.stage = make_node(NodeKind::dir, 0700);
  mounted.trash = make_node(NodeKind::dir, 0700);
  const std::uint64_t next = std::exchange(next_inode, kInodeElsewhere);
  elsewhere = make_node(NodeKind::dir, 0755);
  next_inode = next;
}

namespace {

bool needs_control_folder(DiskOperation operation) {
  switch (operation) {
    case DiskOperation::open_stage:
    case DiskOperation::make_stage_link:
    case DiskOperation::stat_stage:
    case DiskOperation::list_stage:
    case DiskOperation::rename_stage:
    case DiskOperation::remove_stage:
    case DiskOperation::install_new:
    case DiskOperation::exchange:
    case DiskOperation::sync_control:
    case DiskOperation::move_to_trash:
    case DiskOperation::move_stage_to_trash:
    case DiskOperation::move_from_trash:
    case DiskOperation::exchange_with_trash:
    case DiskOperation::stat_trash:
    case DiskOperation::open_trash:
    case DiskOperation::list_trash:
    case DiskOperation::remove_trash: return true;
    default: return false;
  }
}

}  // namespace

Result<MemoryDisk::Lock> MemoryDisk::begin(DiskOperation operation) {
  std::shared_ptr<std::function<void(DiskOperation)>> called;
  {
    const Lock held(mutex);
    called = callback;
  }
  if (called && *called) (*called)(operation);
  Lock held(mutex);
  ++calls;
  ++calls_of[operation];
  std::optional<std::error_code> failure;
  for (Fault& fault : faults) {
    if (fault.operation && *fault.operation != operation) continue;
    if (--fault.calls_left == 0) failure = fault.error;
  }
  std::erase_if(faults, [](const Fault& fault) { return fault.calls_left == 0; });
  if (failure) return Error(*failure, "fault");
  if (unreadable) return disk_error(std::errc::io_error, "unreadable");
  // What stands at the place of a disk that is not mounted has no `.lansync`.
  if (hidden && needs_control_folder(operation)) {
    return disk_error(std::errc::no_such_file_or_directory, "not mounted");
  }
  return held;
}

MemoryNodePtr MemoryDisk::make_node(NodeKind kind, std::uint32_t mode) {
  auto node = std::make_shared<MemoryNode>(space);
  node->kind = kind;
  node->inode = next_inode++;
  node->metadata = {mode & 0777U, stamp()};
  node->ctime = stamp();
  return node;
}

std::string MemoryDisk::name_in(const MemoryNode& dir, std::string_view name) const {
  if (folds_case) {
    for (const auto& [known, child] : dir.children) {
      if (folds_to(known, name)) return known;
    }
  }
  return std::string(name);
}

bool MemoryDisk::is_elsewhere(std::string_view path) const {
  return std::ranges::any_of(mounts, [path](const std::string& mount) {
    return path.starts_with(mount) && (path.size() == mount.size() || path[mount.size()] == '/');
  });
}

Result<MemoryNodePtr> MemoryDisk::find_dir(std::string_view path) const {
  if (is_elsewhere(path)) return disk_error(std::errc::cross_device_link, path);
  MemoryNodePtr dir = mounted.root;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const auto entry = dir->children.find(name_in(*dir, path.substr(0, slash)));
    if (entry == dir->children.end()) {
      return disk_error(std::errc::no_such_file_or_directory, path);
    }
    dir = entry->second;
    if (dir->kind == NodeKind::link) {
      return disk_error(std::errc::too_many_symbolic_link_levels, path);
    }
    if (dir->kind != NodeKind::dir) return disk_error(std::errc::not_a_directory, path);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return dir;
}

Result<MemoryPlace> MemoryDisk::find_place(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  const bool in_root = slash == std::string_view::npos;
  auto dir = find_dir(in_root ? std::string_view() : path.substr(0, slash));
  if (!dir) return std::move(dir).error();
  std::string name = name_in(**dir, in_root ? path : path.substr(slash + 1));
  return MemoryPlace{*std::move(dir), std::move(name)};
}

Result<MemoryPlace> MemoryDisk::find_place(const RelativePath& path) const {
  if (path.is_root()) return Error(Errc::refused, "root");
  return find_place(std::string_view(path.text()));
}

Result<MemoryNodePtr> MemoryDisk::find_node(const RelativePath& path) const {
  if (path.is_root()) return mounted.root;
  if (is_elsewhere(path.text())) return disk_error(std::errc::cross_device_link, path.text());
  auto place = find_place(path);
  if (!place) return std::move(place).error();
  return place->require();
}

void MemoryDisk::perform(EntryOperation operation, By by) {
  if (by == By::lansync) note_names(operation);
  for (EntryChange& change : operation.changes) {
    change.ctime = stamp();
    if (change.before != nullptr) change.before_ctime = change.before->ctime;
    if (change.after != nullptr) change.after_ctime = change.after->ctime;
  }
  for (const EntryChange& change : operation.changes) {
    if (change.after == nullptr) {
      change.dir->children.erase(change.name);
    } else {
      change.dir->children.insert_or_assign(change.name, change.after);
    }
    for (const MemoryNodePtr& node : {change.before, change.after}) {
      if (node != nullptr) node->ctime = change.ctime;
    }
    change.dir->metadata.mtime = stamp();
  }
  const bool durable = by == By::user && users_durable;
  if (durable && journal.empty()) return;
  const MemoryNodePtr dir = operation.changes.front().dir;
  const std::string name = operation.changes.front().name;
  journal.record(std::move(operation));
  if (durable) journal.sync_name(dir.get(), name);
}

void MemoryDisk::attach(const MemoryPlace& place, MemoryNodePtr node, By by) {
  perform({{{place.dir, place.name, nullptr, std::move(node)}}}, by);
}

void MemoryDisk::unlink(const MemoryPlace& place, By by) {
  const MemoryNodePtr node = place.find();
  if (node == nullptr) return;
  lose_names(*node);
  perform({{{place.dir, place.name, node, nullptr}}}, by);
}

Result<void> MemoryDisk::move(const MemoryPlace& from, const MemoryPlace& to, By by) {
  auto node = from.require();
  if (!node) return std::move(node).error();
  if (to.find() != nullptr) return disk_error(std::errc::file_exists, to.name);
  if (is_within(**node, to.dir.get())) return disk_error(std::errc::invalid_argument, to.name);
  perform({{{from.dir, from.name, *node, nullptr}, {to.dir, to.name, nullptr, *node}}}, by);
  return {};
}

Result<void> MemoryDisk::exchange(const MemoryPlace& one, const MemoryPlace& other, By by) {
  auto first = one.require();
  if (!first) return std::move(first).error();
  auto second = other.require();
  if (!second) return std::move(second).error();
  perform({{{one.dir, one.name, *first, *second}, {other.dir, other.name, *second, *first}}}, by);
  return {};
}

void MemoryDisk::user_will_write(MemoryNode& node, std::uint64_t offset, std::uint64_t size) const {
  if (node.kind != NodeKind::file) return;
  // Durable a moment later: nothing need be kept, unless something else is not durable yet.
  if (!users_durable || node.durable_data != nullptr) node.will_write(offset, size);
}

void MemoryDisk::user_wrote(const MemoryPlace& place) {
  if (!users_durable) return;
  if (const MemoryNodePtr node = place.find()) sync_file(*node);
  if (!journal.empty()) journal.sync_name(place.dir.get(), place.name);
}

Result<void> MemoryDisk::resize(MemoryNode& node, std::uint64_t size) {
  const std::uint64_t others = *space - node.content.size();
  if (capacity && size > node.content.size() && (others > *capacity || size > *capacity - others)) {
    return disk_error(std::errc::no_space_on_device, "memory");
  }
  *space = others + size;
  node.content.resize(size);
  return {};
}

}  // namespace lansync::test
