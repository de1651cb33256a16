#include "tests/support/memory_file_system.h"

#include "core/base/limits.h"
#include "tests/support/memory_disk.h"
#include "tests/support/memory_file.h"

namespace lansync::test {

using By = MemoryDisk::By;

namespace {

std::vector<DirEntry> entries_of(const MemoryNode& dir) {
  std::vector<DirEntry> entries;
  for (const auto& [name, node] : dir.children) entries.push_back({name, stat_of(*node)});
  return entries;
}

Result<FileStat> stat_in(const MemoryNodePtr& folder, std::string_view name) {
  auto place = place_in_folder(folder, name);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  return stat_of(**node);
}

// Between a name in one of lansync's folders and a path. Either way round.
struct Ends {
  MemoryPlace control;
  MemoryPlace path;
};

Result<Ends> find_ends(const MemoryDisk& disk, const MemoryNodePtr& folder, std::string_view name,
                       const RelativePath& path) {
  auto control = place_in_folder(folder, name);
  if (!control) return std::move(control).error();
  auto place = disk.find_place(path);
  if (!place) return std::move(place).error();
  return Ends{*std::move(control), *std::move(place)};
}

Error not_a_file(std::string_view name) { return {Errc::changed, std::string(name)}; }

}  // namespace

MemoryFileSystem::MemoryFileSystem() : disk_(std::make_shared<MemoryDisk>()) {}

MemoryFileSystem::~MemoryFileSystem() = default;

// --- Looking
// --------------------------------------------------------------------------------------

Result<RootIdentity> MemoryFileSystem::root_identity() {
  auto lock = disk_->begin(DiskOperation::root_identity);
  if (!lock) return std::move(lock).error();
  return disk_->mounted.identity;
}

Result<std::vector<DirEntry>> MemoryFileSystem::list(const RelativePath& dir) {
  auto lock = disk_->begin(DiskOperation::list);
  if (!lock) return std::move(lock).error();
  auto node = disk_->find_dir(dir.text());
  if (!node) return std::move(node).error();
  std::vector<DirEntry> entries = entries_of(**node);
  for (DirEntry& entry : entries) {
    entry.elsewhere =
        disk_->is_elsewhere(dir.is_root() ? entry.name : dir.text() + '/' + entry.name);
  }
  return entries;
}

Result<FileStat> MemoryFileSystem::stat(const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::stat);
  if (!lock) return std::move(lock).error();
  auto node = disk_->find_node(path);
  if (!node) return std::move(node).error();
  return stat_of(**node);
}

Result<std::unique_ptr<ReadFile>> MemoryFileSystem::open_read(const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::open_read);
  if (!lock) return std::move(lock).error();
  auto place = disk_->find_place(path);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  if ((*node)->kind != NodeKind::file) return not_a_file(path.text());
  return std::unique_ptr<ReadFile>(std::make_unique<MemoryFile>(disk_, *node));
}

Result<std::string> MemoryFileSystem::read_link(const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::read_link);
  if (!lock) return std::move(lock).error();
  auto place = disk_->find_place(path);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  if ((*node)->kind != NodeKind::link) return disk_error(std::errc::invalid_argument, path.text());
  return (*node)->content;
}

Result<bool> MemoryFileSystem::is_open_for_writing(const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::is_open_for_writing);
  if (!lock) return std::move(lock).error();
  auto place = disk_->find_place(path);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  return (*node)->held_open;
}

Result<std::uint64_t> MemoryFileSystem::free_bytes() {
  auto lock = disk_->begin(DiskOperation::free_bytes);
  if (!lock) return std::move(lock).error();
  const std::uint64_t capacity = disk_->capacity.value_or(std::uint64_t{1} << 50);
  return capacity - std::min<std::uint64_t>(capacity, *disk_->space);
}

// --- Staging
// --------------------------------------------------------------------------------------

Result<std::unique_ptr<StageFile>> MemoryFileSystem::open_stage(std::string_view name) {
  auto lock = disk_->begin(DiskOperation::open_stage);
  if (!lock) return std::move(lock).error();
  auto place = place_in_folder(disk_->mounted.stage, name);
  if (!place) return std::move(place).error();
  MemoryNodePtr node = place->find();
  if (node == nullptr) {
    node = disk_->make_node(NodeKind::file, 0600);
    disk_->attach(*place, node, By::lansync);
  }
  if (node->kind == NodeKind::dir) return disk_error(std::errc::is_a_directory, name);
  if (node->kind == NodeKind::link) {
    return disk_error(std::errc::too_many_symbolic_link_levels, name);
  }
  if (node->kind != NodeKind::file || node->links != 1) {
    return Error(Errc::refused, std::string(name));
  }
  return std::unique_ptr<StageFile>(std::make_unique<MemoryFile>(disk_, std::move(node)));
}

Result<void> MemoryFileSystem::make_stage_link(std::string_view name, std::string_view target) {
  auto lock = disk_->begin(DiskOperation::make_stage_link);
  if (!lock) return std::move(lock).error();
  auto place = place_in_folder(disk_->mounted.stage, name);
  if (!place) return std::move(place).error();
  const bool valid =
      target.size() <= limits::kLinkTargetBytesMax && target.find('\0') == std::string_view::npos;
  if (!valid) return disk_error(std::errc::invalid_argument, name);
  if (target.empty()) return disk_error(std::errc::no_such_file_or_directory, name);
  if (place->find() != nullptr) return disk_error(std::errc::file_exists, name);
  const MemoryNodePtr link = disk_->make_node(NodeKind::link, 0777);
  link->content = target;
  disk_->attach(*place, link, By::lansync);
  return {};
}

Result<FileStat> MemoryFileSystem::stat_stage(std::string_view name) {
  auto lock = disk_->begin(DiskOperation::stat_stage);
  if (!lock) return std::move(lock).error();
  return stat_in(disk_->mounted.stage, name);
}

Result<std::vector<std::string>> MemoryFileSystem::list_stage() {
  auto lock = disk_->begin(DiskOperation::list_stage);
  if (!lock) return std::move(lock).error();
  std::vector<std::string> names;
  for (const auto& [name, node] : disk_->mounted.stage->children) names.push_back(name);
  return names;
}

Result<void> MemoryFileSystem::rename_stage(std::string_view from, std::string_view to) {
  auto lock = disk_->begin(DiskOperation::rename_stage);
  if (!lock) return std::move(lock).error();
  auto source = place_in_folder(disk_->mounted.stage, from);
  if (!source) return std::move(source).error();
  auto target = place_in_folder(disk_->mounted.stage, to);
  if (!target) return std::move(target).error();
  return disk_->move(*source, *target, By::lansync);
}

Result<void> MemoryFileSystem::remove_stage(std::string_view name) {
  auto lock = disk_->begin(DiskOperation::remove_stage);
  if (!lock) return std::move(lock).error();
  auto place = place_in_folder(disk_->mounted.stage, name);
  if (!place) return std::move(place).error();
  const MemoryNodePtr node = place->find();
  if (node == nullptr) return {};
  if (node->kind == NodeKind::dir) return disk_error(std::errc::is_a_directory, name);
  disk_->unlink(*place, By::lansync);
  return {};
}

// --- Changing the visible tree
// --------------------------------------------------------------------

Result<void> MemoryFileSystem::install_new(std::string_view stage, const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::install_new);
  if (!lock) return std::move(lock).error();
  auto ends = find_ends(*disk_, disk_->mounted.stage, stage, path);
  if (!ends) return std::move(ends).error();
  return disk_->move(ends->control, ends->path, By::lansync);
}

Result<void> MemoryFileSystem::exchange(std::string_view stage, const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::exchange);
  if (!lock) return std::move(lock).error();
  auto ends = find_ends(*disk_, disk_->mounted.stage, stage, path);
  if (!ends) return std::move(ends).error();
  return disk_->exchange(ends->control, ends->path, By::lansync);
}

Result<void> MemoryFileSystem::move(const RelativePath& from, const RelativePath& to) {
  auto lock = disk_->begin(DiskOperation::move);
  if (!lock) return std::move(lock).error();
  auto source = disk_->find_place(from);
  if (!source) return std::move(source).error();
  auto target = disk_->find_place(to);
  if (!target) return std::move(target).error();
  return disk_->move(*source, *target, By::lansync);
}

Result<void> MemoryFileSystem::make_dir(const RelativePath& path, std::uint32_t mode) {
  auto lock = disk_->begin(DiskOperation::make_dir);
  if (!lock) return std::move(lock).error();
  auto place = disk_->find_place(path);
  if (!place) return std::move(place).error();
  if (place->find() != nullptr) return disk_error(std::errc::file_exists, path.text());
  disk_->attach(*place, disk_->make_node(NodeKind::dir, mode), By::lansync);
  return {};
}

Result<void> MemoryFileSystem::remove_dir(const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::remove_dir);
  if (!lock) return std::move(lock).error();
  auto place = disk_->find_place(path);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  if ((*node)->kind != NodeKind::dir) return disk_error(std::errc::not_a_directory, path.text());
  if (!(*node)->children.empty()) {
    return disk_error(std::errc::directory_not_empty, path.text());
  }
  disk_->unlink(*place, By::lansync);
  return {};
}

Result<void> MemoryFileSystem::set_mode(const RelativePath& path, std::uint32_t mode) {
  auto lock = disk_->begin(DiskOperation::set_mode);
  if (!lock) return std::move(lock).error();
  auto place = disk_->find_place(path);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  if ((*node)->kind == NodeKind::other) return not_a_file(path.text());
  if ((*node)->kind == NodeKind::link) {
    return disk_error(std::errc::too_many_symbolic_link_levels, path.text());
  }
  if ((*node)->links > 1) return Error(Errc::refused, path.text());
  (*node)->will_set_metadata();
  (*node)->metadata.mode = mode & 0777U;
  (*node)->ctime = disk_->stamp();
  disk_->note_change(**node, DiskEffect::Kind::metadata, 0);
  return {};
}

Result<void> MemoryFileSystem::set_mtime(const RelativePath& path, WallTime mtime) {
  auto lock = disk_->begin(DiskOperation::set_mtime);
  if (!lock) return std::move(lock).error();
  auto place = disk_->find_place(path);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  if ((*node)->kind == NodeKind::other) return not_a_file(path.text());
  if ((*node)->links > 1) return Error(Errc::refused, path.text());
  (*node)->will_set_metadata();
  (*node)->metadata.mtime = disk_->kept_time(mtime);
  (*node)->ctime = disk_->stamp();
  disk_->note_change(**node, DiskEffect::Kind::metadata, 0);
  return {};
}

Result<void> MemoryFileSystem::sync_metadata(const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::sync_metadata);
  if (!lock) return std::move(lock).error();
  auto place = disk_->find_place(path);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  if ((*node)->kind == NodeKind::other) return not_a_file(path.text());
  if ((*node)->kind == NodeKind::link) {
    return disk_error(std::errc::too_many_symbolic_link_levels, path.text());
  }
  if ((*node)->kind == NodeKind::file && (*node)->links > 1) {
    return Error(Errc::refused, path.text());
  }
  disk_->sync_file(**node);
  return {};
}

Result<void> MemoryFileSystem::sync_dir(const RelativePath& dir) {
  auto lock = disk_->begin(DiskOperation::sync_dir);
  if (!lock) return std::move(lock).error();
  auto node = disk_->find_dir(dir.text());
  if (!node) return std::move(node).error();
  disk_->sync_dir(**node);
  return {};
}

Result<void> MemoryFileSystem::sync_control() {
  auto lock = disk_->begin(DiskOperation::sync_control);
  if (!lock) return std::move(lock).error();
  disk_->sync_dir(*disk_->mounted.stage);
  disk_->sync_dir(*disk_->mounted.trash);
  return {};
}

Result<void> MemoryFileSystem::sync_all() {
  auto lock = disk_->begin(DiskOperation::sync_all);
  if (!lock) return std::move(lock).error();
  disk_->sync_all();
  return {};
}

// --- Trash
// ----------------------------------------------------------------------------------------

Result<void> MemoryFileSystem::move_to_trash(const RelativePath& path, std::string_view trash) {
  auto lock = disk_->begin(DiskOperation::move_to_trash);
  if (!lock) return std::move(lock).error();
  auto ends = find_ends(*disk_, disk_->mounted.trash, trash, path);
  if (!ends) return std::move(ends).error();
  return disk_->move(ends->path, ends->control, By::lansync);
}

Result<void> MemoryFileSystem::move_stage_to_trash(std::string_view stage, std::string_view trash) {
  auto lock = disk_->begin(DiskOperation::move_stage_to_trash);
  if (!lock) return std::move(lock).error();
  auto from = place_in_folder(disk_->mounted.stage, stage);
  if (!from) return std::move(from).error();
  auto to = place_in_folder(disk_->mounted.trash, trash);
  if (!to) return std::move(to).error();
  return disk_->move(*from, *to, By::lansync);
}

Result<void> MemoryFileSystem::move_from_trash(std::string_view trash, const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::move_from_trash);
  if (!lock) return std::move(lock).error();
  auto ends = find_ends(*disk_, disk_->mounted.trash, trash, path);
  if (!ends) return std::move(ends).error();
  return disk_->move(ends->control, ends->path, By::lansync);
}

Result<void> MemoryFileSystem::exchange_with_trash(std::string_view trash,
                                                   const RelativePath& path) {
  auto lock = disk_->begin(DiskOperation::exchange_with_trash);
  if (!lock) return std::move(lock).error();
  auto ends = find_ends(*disk_, disk_->mounted.trash, trash, path);
  if (!ends) return std::move(ends).error();
  return disk_->exchange(ends->control, ends->path, By::lansync);
}

Result<FileStat> MemoryFileSystem::stat_trash(std::string_view name) {
  auto lock = disk_->begin(DiskOperation::stat_trash);
  if (!lock) return std::move(lock).error();
  return stat_in(disk_->mounted.trash, name);
}

Result<std::unique_ptr<ReadFile>> MemoryFileSystem::open_trash(std::string_view name) {
  auto lock = disk_->begin(DiskOperation::open_trash);
  if (!lock) return std::move(lock).error();
  auto place = place_in_folder(disk_->mounted.trash, name);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  if ((*node)->kind != NodeKind::file) return not_a_file(name);
  return std::unique_ptr<ReadFile>(std::make_unique<MemoryFile>(disk_, *node));
}

Result<std::vector<DirEntry>> MemoryFileSystem::list_trash() {
  auto lock = disk_->begin(DiskOperation::list_trash);
  if (!lock) return std::move(lock).error();
  return entries_of(*disk_->mounted.trash);
}

Result<void> MemoryFileSystem::remove_trash(std::string_view name) {
  auto lock = disk_->begin(DiskOperation::remove_trash);
  if (!lock) return std::move(lock).error();
  auto place = place_in_folder(disk_->mounted.trash, name);
  if (!place) return std::move(place).error();
  auto node = place->require();
  if (!node) return std::move(node).error();
  disk_->unlink(*place, By::lansync);
  return {};
}

}  // namespace lansync::test
