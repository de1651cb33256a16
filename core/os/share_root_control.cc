// What is done in the share's control folder, and between it and the visible tree.
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/os/directory_listing.h"
#include "core/os/file_stat.h"
#include "core/os/posix_file.h"
#include "core/os/share_root.h"
#include "core/os/system_call.h"
#include "core/os/tree_removal.h"

namespace lansync {
namespace {

// A name in a control folder: one component, as the system has them.
Result<std::string> control_name(std::string_view name) {
  const bool valid = !name.empty() && name.size() <= limits::kNameBytesMax && name != "." &&
                     name != ".." && name.find('/') == std::string_view::npos &&
                     name.find('\0') == std::string_view::npos;
  if (!valid) return error_about(std::errc::invalid_argument, name);
  return std::string(name);
}

Result<FileStat> stat_control(int dir, std::string_view name) {
  auto leaf = control_name(name);
  if (!leaf) return std::move(leaf).error();
  const auto seen = stat_at(dir, *leaf);
  if (!seen) return errno_about(name);
  return seen->stat;
}

}  // namespace

Result<void> ShareRoot::sync_control() {
  if (auto synced = sync_to_disk(control_.stage(), "stage"); !synced) return synced;
  return sync_to_disk(control_.trash(), "trash");
}

// --- Staging ---

Result<std::unique_ptr<StageFile>> ShareRoot::open_stage(std::string_view name) {
  auto leaf = control_name(name);
  if (!leaf) return std::move(leaf).error();
  auto file = PosixFile::open_stage(control_.stage(), *leaf);
  if (!file) return std::move(file).error();
  return std::unique_ptr<StageFile>(*std::move(file));
}

Result<void> ShareRoot::make_stage_link(std::string_view name, std::string_view target) {
  auto leaf = control_name(name);
  if (!leaf) return std::move(leaf).error();
  const bool valid =
      target.size() <= limits::kLinkTargetBytesMax && target.find('\0') == std::string_view::npos;
  if (!valid) return error_about(std::errc::invalid_argument, target);
  if (::symlinkat(std::string(target).c_str(), control_.stage(), leaf->c_str()) != 0) {
    return errno_about(name);
  }
  return {};
}

Result<FileStat> ShareRoot::stat_stage(std::string_view name) {
  return stat_control(control_.stage(), name);
}

Result<std::vector<std::string>> ShareRoot::list_stage() {
  auto fd = reopen_to_read(control_.stage(), "stage");
  if (!fd) return std::move(fd).error();
  return list_names(*std::move(fd), "stage");
}

Result<void> ShareRoot::rename_stage(std::string_view from, std::string_view to) {
  auto source = control_name(from);
  if (!source) return std::move(source).error();
  auto target = control_name(to);
  if (!target) return std::move(target).error();
  const auto error =
      rename_to_free_name({control_.stage(), *source}, {control_.stage(), *target}, renames_);
  return as_result(error, from);
}

Result<void> ShareRoot::remove_stage(std::string_view name) {
  auto leaf = control_name(name);
  if (!leaf) return std::move(leaf).error();
  if (::unlinkat(control_.stage(), leaf->c_str(), 0) != 0 && errno != ENOENT) {
    return errno_about(name);
  }
  return {};
}

// --- Between it and the visible tree ---

Result<void> ShareRoot::bring(int control, std::string_view name, const RelativePath& path) const {
  auto leaf = control_name(name);
  if (!leaf) return std::move(leaf).error();
  auto place = find(path);
  if (!place) return std::move(place).error();
  const auto error =
      rename_to_free_name({control, *leaf}, {place->dir.get(), place->name}, renames_);
  return as_result(error, path.text());
}

Result<void> ShareRoot::install_new(std::string_view stage, const RelativePath& path) {
  return bring(control_.stage(), stage, path);
}

Result<void> ShareRoot::trade(int control, std::string_view name, const RelativePath& path) const {
  auto leaf = control_name(name);
  if (!leaf) return std::move(leaf).error();
  auto place = find(path);
  if (!place) return std::move(place).error();
  const auto error = exchange_names({control, *leaf}, {place->dir.get(), place->name}, renames_);
  return as_result(error, path.text());
}

Result<void> ShareRoot::exchange(std::string_view stage, const RelativePath& path) {
  return trade(control_.stage(), stage, path);
}

// --- Trash ---

Result<void> ShareRoot::move_to_trash(const RelativePath& path, std::string_view trash) {
  auto leaf = control_name(trash);
  if (!leaf) return std::move(leaf).error();
  auto place = find(path);
  if (!place) return std::move(place).error();
  const auto error =
      rename_to_free_name({place->dir.get(), place->name}, {control_.trash(), *leaf}, renames_);
  return as_result(error, path.text());
}

Result<void> ShareRoot::move_stage_to_trash(std::string_view stage, std::string_view trash) {
  auto from = control_name(stage);
  if (!from) return std::move(from).error();
  auto to = control_name(trash);
  if (!to) return std::move(to).error();
  const auto error =
      rename_to_free_name({control_.stage(), *from}, {control_.trash(), *to}, renames_);
  return as_result(error, stage);
}

Result<void> ShareRoot::move_from_trash(std::string_view trash, const RelativePath& path) {
  return bring(control_.trash(), trash, path);
}

Result<void> ShareRoot::exchange_with_trash(std::string_view trash, const RelativePath& path) {
  return trade(control_.trash(), trash, path);
}

Result<FileStat> ShareRoot::stat_trash(std::string_view name) {
  return stat_control(control_.trash(), name);
}

Result<std::unique_ptr<ReadFile>> ShareRoot::open_trash(std::string_view name) {
  auto leaf = control_name(name);
  if (!leaf) return std::move(leaf).error();
  auto file = PosixFile::open_read(control_.trash(), *leaf);
  if (!file) return std::move(file).error();
  return std::unique_ptr<ReadFile>(*std::move(file));
}

Result<std::vector<DirEntry>> ShareRoot::list_trash() {
  auto fd = reopen_to_read(control_.trash(), "trash");
  if (!fd) return std::move(fd).error();
  return list_entries(*std::move(fd), "", "trash");
}

Result<void> ShareRoot::remove_trash(std::string_view name) {
  auto leaf = control_name(name);
  if (!leaf) return std::move(leaf).error();
  return remove_tree(control_.trash(), *leaf);
}

}  // namespace lansync
