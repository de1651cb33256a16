#include "core/fs/installer.h"

#include <utility>

#include "core/base/assert.h"
#include "core/base/escape.h"

namespace lansync {
namespace {

// How often a user who keeps changing the path is given it back before what was displaced goes to
// the trash instead. Each time needs a change in the microseconds between two system calls.
constexpr int kPutBackAttemptsMax = 3;

Error changed(const RelativePath& path) { return {Errc::changed, escape_for_display(path.text())}; }

bool is(const Error& error, std::errc code) { return error.code == code; }

bool is_missing(const Error& error) { return is(error, std::errc::no_such_file_or_directory); }

// Whether the path names what is expected; an error to return if not.
Result<void> check_path(FileSystem& fs, const RelativePath& path, const FileIdentity& expected,
                        WallTime ctime) {
  auto current = fs.stat(path);
  if (!current) {
    if (!is_missing(current.error())) return std::move(current).error();
    // The file is gone, which is a change; or its directory is, which is the caller's to know.
    auto parent = fs.stat(path.parent());
    if (!parent) return std::move(parent).error();
    return changed(path);
  }
  if (FileIdentity::of(*current) != expected) return changed(path);
  if (expected.kind != NodeKind::file) return {};
  if (ctime != WallTime{} && current->ctime != ctime) return changed(path);
  auto writing = fs.is_open_for_writing(path);
  if (!writing) {
    if (is_missing(writing.error())) return changed(path);
    return std::move(writing).error();
  }
  if (*writing) return Error(Errc::busy, escape_for_display(path.text()));
  return {};
}

// What is under the stage name is the user's: it goes where nothing overwrites it.
Result<InstallOutcome> rescue(FileSystem& fs, std::string_view stage_name,
                              std::string_view trash_name) {
  auto kept = fs.move_stage_to_trash(stage_name, trash_name);
  if (!kept) return std::move(kept).error();
  return InstallOutcome{InstallEnd::rescued, {}};
}

Result<void> has_own_name(FileSystem& fs, const RelativePath& path, OwnNames* names) {
  return names != nullptr ? names->check(path) : OwnNames(fs).check(path);
}

// The staged file as it stands at the path: being renamed has changed its ctime.
FileStat at_path(FileSystem& fs, const RelativePath& path, FileStat staged) {
  const auto stat = fs.stat(path);
  const bool same = stat && FileIdentity::of(*stat) == FileIdentity::of(staged);
  staged.ctime = same ? stat->ctime : WallTime{};
  return staged;
}

// After an exchange that displaced what it should not have (`displaced`, if that is known): the
// newest of the user's versions goes back to the path. Each round puts what is under the stage name
// there, and sees what comes back: ours; or what a user has put there since, which goes back in the
// next round; or, after that, what the round before had put there, which is the older of two.
Result<InstallOutcome> put_back(FileSystem& fs, std::string_view stage_name,
                                const RelativePath& path, const FileIdentity& ours,
                                std::optional<FileIdentity> displaced,
                                std::string_view trash_name) {
  std::optional<FileIdentity> put = displaced;
  std::optional<FileIdentity> put_before;
  for (int attempt = 0; attempt < kPutBackAttemptsMax; ++attempt) {
    auto exchanged = fs.exchange(stage_name, path);
    if (!exchanged && is_missing(exchanged.error())) {
      // The user has removed or renamed what we put there, so the path is free.
      auto installed = fs.install_new(stage_name, path);
      if (installed) return changed(path);
      if (is(installed.error(), std::errc::file_exists)) continue;
      return rescue(fs, stage_name, trash_name);
    }
    if (!exchanged) return rescue(fs, stage_name, trash_name);
    auto returned = fs.stat_stage(stage_name);
    if (!returned) return std::move(returned).error();
    const FileIdentity came = FileIdentity::of(*returned);
    if (came == ours) return changed(path);
    if (came == put_before) break;
    put_before = std::exchange(put, came);
  }
  return rescue(fs, stage_name, trash_name);
}

Result<InstallOutcome> install_over(FileSystem& fs, std::string_view stage_name,
                                    const RelativePath& path, const FileStat& staged,
                                    const FileIdentity& expected, WallTime ctime,
                                    std::string_view trash_name) {
  if (auto checked = check_path(fs, path, expected, ctime); !checked) {
    return std::move(checked).error();
  }
  auto exchanged = fs.exchange(stage_name, path);
  if (!exchanged) {
    if (is_missing(exchanged.error())) return changed(path);
    return std::move(exchanged).error();
  }
  const FileIdentity ours = FileIdentity::of(staged);
  auto displaced = fs.stat_stage(stage_name);
  // Without it nobody could tell which is the later of this and what a user has at the path by now.
  if (!displaced) displaced = fs.stat_stage(stage_name);
  if (!displaced) {
    // Not knowing what it is, it counts as the user's.
    auto back = put_back(fs, stage_name, path, ours, std::nullopt, trash_name);
    if (back) return back;
    return std::move(displaced).error();
  }
  if (FileIdentity::of(*displaced) != expected) {
    return put_back(fs, stage_name, path, ours, FileIdentity::of(*displaced), trash_name);
  }
  auto trashed = fs.move_stage_to_trash(stage_name, trash_name);
  if (!trashed) return std::move(trashed).error();
  return InstallOutcome{InstallEnd::replaced, at_path(fs, path, staged)};
}

std::vector<Result<void>> sync_together(FileSystem& fs, std::span<StageFile* const> files) {
  for (StageFile* const file : files) file->begin_sync(0, 0);
  std::vector<Result<void>> results;
  results.reserve(files.size());
  for (StageFile* const file : files) results.push_back(file->wait_until_written());
  const auto synced = fs.sync_all();
  if (synced) return results;
  for (Result<void>& result : results) {
    if (result) result = synced.error();
  }
  return results;
}

}  // namespace

Result<InstallOutcome> install(FileSystem& fs, std::string_view stage_name,
                               const RelativePath& path, std::optional<FileIdentity> expected,
                               std::string_view trash_name, OwnNames* names, WallTime ctime) {
  LANSYNC_ASSERT(!expected || expected->kind != NodeKind::dir);
  auto staged = fs.stat_stage(stage_name);
  if (!staged) return std::move(staged).error();
  if (expected) return install_over(fs, stage_name, path, *staged, *expected, ctime, trash_name);
  auto installed = fs.install_new(stage_name, path);
  if (!installed) {
    if (!is(installed.error(), std::errc::file_exists)) return std::move(installed).error();
    if (auto own = has_own_name(fs, path, names); !own) return std::move(own).error();
    return changed(path);
  }
  return InstallOutcome{InstallEnd::created, at_path(fs, path, *staged)};
}

Result<InstallOutcome> install_link(FileSystem& fs, std::string_view stage_name,
                                    std::string_view target, const RelativePath& path,
                                    std::optional<FileIdentity> expected,
                                    std::string_view trash_name) {
  auto made = fs.make_stage_link(stage_name, target);
  if (!made) return std::move(made).error();
  return install(fs, stage_name, path, expected, trash_name);
}

Result<bool> rescue_stage(FileSystem& fs, std::string_view stage_name, const FileIdentity& staged,
                          std::string_view trash_name) {
  auto current = fs.stat_stage(stage_name);
  if (!current) {
    if (is_missing(current.error())) return false;
    return std::move(current).error();
  }
  if (FileIdentity::of(*current) == staged) return false;
  auto kept = fs.move_stage_to_trash(stage_name, trash_name);
  if (!kept) return std::move(kept).error();
  return true;
}

Result<InstallOutcome> remove_to_trash(FileSystem& fs, const RelativePath& path,
                                       const FileIdentity& expected, std::string_view trash_name,
                                       WallTime ctime) {
  LANSYNC_ASSERT(expected.kind != NodeKind::dir);
  if (auto checked = check_path(fs, path, expected, ctime); !checked) {
    return std::move(checked).error();
  }
  auto moved = fs.move_to_trash(path, trash_name);
  if (!moved) {
    if (is_missing(moved.error())) return changed(path);
    return std::move(moved).error();
  }
  auto trashed = fs.stat_trash(trash_name);
  if (trashed && FileIdentity::of(*trashed) == expected) {
    return InstallOutcome{InstallEnd::replaced, *trashed};
  }
  auto back = fs.move_from_trash(trash_name, path);
  if (!back) return InstallOutcome{InstallEnd::rescued, {}};
  if (!trashed) return std::move(trashed).error();
  return changed(path);
}

Result<InstallOutcome> move_file(FileSystem& fs, const RelativePath& from, const RelativePath& to,
                                 const FileIdentity& expected, std::string_view trash_name,
                                 OwnNames* names, WallTime ctime) {
  auto taken = remove_to_trash(fs, from, expected, trash_name, ctime);
  if (!taken || taken->end == InstallEnd::rescued) return taken;
  auto moved = fs.move_from_trash(trash_name, to);
  if (moved) return InstallOutcome{InstallEnd::created, at_path(fs, to, taken->stat)};
  // Somebody who has made another file there finds this one in the trash.
  (void)fs.move_from_trash(trash_name, from);
  if (!is(moved.error(), std::errc::file_exists)) return std::move(moved).error();
  if (auto own = has_own_name(fs, to, names); !own) return std::move(own).error();
  return changed(to);
}

Result<FileStat> move_checked(FileSystem& fs, const RelativePath& from, const RelativePath& to,
                              const FileIdentity& expected) {
  auto current = fs.stat(from);
  if (!current) {
    if (is_missing(current.error())) return changed(from);
    return std::move(current).error();
  }
  if (FileIdentity::of(*current) != expected) return changed(from);
  auto moved = fs.move(from, to);
  if (!moved) return std::move(moved).error();
  auto arrived = fs.stat(to);
  if (arrived && FileIdentity::of(*arrived) == expected) return arrived;
  // A user's file under either name is in sight, and so is safe.
  (void)fs.move(to, from);
  if (!arrived && !is_missing(arrived.error())) return std::move(arrived).error();
  return changed(from);
}

Result<FileStat> make_dir(FileSystem& fs, const RelativePath& path, std::uint32_t mode,
                          OwnNames* names) {
  auto made = fs.make_dir(path, mode);
  if (!made && !is(made.error(), std::errc::file_exists)) return std::move(made).error();
  if (!made) {
    if (auto own = has_own_name(fs, path, names); !own) return std::move(own).error();
  }
  auto stat = fs.stat(path);
  if (!stat) return stat;
  if (stat->kind != NodeKind::dir) {
    return Error(std::make_error_code(std::errc::file_exists), escape_for_display(path.text()));
  }
  return stat;
}

Result<void> remove_dir(FileSystem& fs, const RelativePath& path, const FileIdentity& expected) {
  auto current = fs.stat(path);
  if (!current) {
    if (is_missing(current.error())) return changed(path);
    return std::move(current).error();
  }
  if (FileIdentity::of(*current) != expected) return changed(path);
  return fs.remove_dir(path);
}

std::vector<Result<void>> sync_stage(FileSystem& fs, std::span<StageFile* const> files) {
  if (files.size() >= kSyncTogetherMin) return sync_together(fs, files);
  std::vector<Result<void>> results;
  results.reserve(files.size());
  for (StageFile* const file : files) results.push_back(file->sync());
  return results;
}

std::vector<SyncFailure> sync_dirs(FileSystem& fs, const std::set<RelativePath>& dirs) {
  std::vector<SyncFailure> failures;
  const auto control = fs.sync_control();
  for (const RelativePath& dir : dirs) {
    if (!control) {
      failures.push_back({dir, control.error()});
      continue;
    }
    auto synced = fs.sync_dir(dir);
    if (!synced) failures.push_back({dir, std::move(synced).error()});
  }
  return failures;
}

}  // namespace lansync
