#include "core/os/share_root.h"

#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/os/directory_listing.h"
#include "core/os/file_stat.h"
#include "core/os/open_writers.h"
#include "core/os/posix_file.h"
#include "core/os/system_call.h"

namespace lansync {
namespace {

Result<UniqueFd> open_root(const std::string& path) {
  // Links in the user's own path to the share are the user's business.
  constexpr int kFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  UniqueFd fd(uninterrupted([&] { return ::open(path.c_str(), kFlags); }));
  if (!fd) return errno_about(path);
  return fd;
}

// What is at the place, unless something else is mounted there.
Result<FileStat> look_at(const Beneath::Place& place, const Mount& mount) {
  const auto seen = stat_at(place.dir.get(), place.name);
  if (!seen) return errno_about(place.name);
  if (!seen->is_within(mount)) return error_about(std::errc::cross_device_link, place.name);
  return seen->stat;
}

// What a change of mode or time may be done to.
Result<void> check_metadata_target(const Beneath::Place& place, const Mount& mount,
                                   bool links_allowed) {
  auto stat = look_at(place, mount);
  if (!stat) return std::move(stat).error();
  if (stat->kind == NodeKind::other) return error_about(Errc::changed, place.name);
  if (stat->kind == NodeKind::link && !links_allowed) {
    return error_about(std::errc::too_many_symbolic_link_levels, place.name);
  }
  if (stat->kind == NodeKind::file && stat->links > 1) {
    return error_about(Errc::refused, place.name);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ShareRoot>> ShareRoot::create(const std::string& path,
                                                     std::string_view share_id_hex,
                                                     ShareRootOptions options) {
  if (share_id_hex.size() != 64 || !from_hex(share_id_hex)) {
    return error_about(std::errc::invalid_argument, share_id_hex);
  }
  auto root = open_root(path);
  if (!root) return std::move(root).error();
  auto readable = reopen_to_read(root->get(), path);
  if (!readable) return std::move(readable).error();
  auto control = ControlFolder::create(readable->get(), share_id_hex);
  if (!control) return std::move(control).error();
  return std::unique_ptr<ShareRoot>(new ShareRoot(path, Beneath(*std::move(root), options.walk),
                                                  *std::move(control), options.renames));
}

Result<std::unique_ptr<ShareRoot>> ShareRoot::open(const std::string& path,
                                                   ShareRootOptions options) {
  auto root = open_root(path);
  if (!root) return std::move(root).error();
  auto control = ControlFolder::open(root->get());
  if (!control) return std::move(control).error();
  return std::unique_ptr<ShareRoot>(new ShareRoot(path, Beneath(*std::move(root), options.walk),
                                                  *std::move(control), options.renames));
}

Result<UniqueFd> ShareRoot::open_dir(const RelativePath& dir) const {
  return beneath_.open_dir(dir, O_PATH);
}

Result<Beneath::Place> ShareRoot::find(const RelativePath& path) const {
  if (path.is_root()) return error_about(Errc::refused, path_);
  return beneath_.find(path);
}

// --- Looking ---

Result<RootIdentity> ShareRoot::root_identity() {
  auto root = open_root(path_);
  if (!root) return std::move(root).error();
  struct stat raw{};
  if (::fstat(root->get(), &raw) != 0) return errno_about(path_);
  auto marker = ControlFolder::read_marker(root->get());
  if (!marker) return std::move(marker).error();
  return RootIdentity{raw.st_dev, raw.st_ino, *std::move(marker)};
}

Result<std::vector<DirEntry>> ShareRoot::list(const RelativePath& dir) {
  auto fd = beneath_.open_dir(dir, O_RDONLY);
  if (!fd) return std::move(fd).error();
  return list_entries(*std::move(fd), dir.is_root() ? kControlFolderName : "", dir.text());
}

Result<FileStat> ShareRoot::stat(const RelativePath& path) {
  if (path.is_root()) {
    struct stat raw{};
    if (::fstat(beneath_.root(), &raw) != 0) return errno_about(path_);
    return to_file_stat(raw);
  }
  auto place = find(path);
  if (!place) return std::move(place).error();
  return look_at(*place, beneath_.mount());
}

Result<std::unique_ptr<ReadFile>> ShareRoot::open_read(const RelativePath& path) {
  if (path.is_root()) return error_about(Errc::refused, path_);
  if (UniqueFd fd = beneath_.open(path, PosixFile::kReadFlags)) {
    auto file = PosixFile::to_read(std::move(fd), std::string(path.name()));
    if (!file) return std::move(file).error();
    return std::unique_ptr<ReadFile>(*std::move(file));
  }
  auto place = find(path);
  if (!place) return std::move(place).error();
  if (auto stat = look_at(*place, beneath_.mount()); !stat) return std::move(stat).error();
  auto file = PosixFile::open_read(place->dir.get(), place->name);
  if (!file) return std::move(file).error();
  return std::unique_ptr<ReadFile>(*std::move(file));
}

Result<std::string> ShareRoot::read_link(const RelativePath& path) {
  auto place = find(path);
  if (!place) return std::move(place).error();
  std::array<char, limits::kLinkTargetBytesMax + 1> target{};
  const ssize_t count =
      ::readlinkat(place->dir.get(), place->name.c_str(), target.data(), target.size());
  if (count < 0) return errno_about(path.text());
  const std::size_t bytes = static_cast<std::size_t>(count);
  if (bytes == target.size()) return error_about(Errc::limit_exceeded, path.text());
  return std::string(target.data(), bytes);
}

Result<bool> ShareRoot::is_open_for_writing(const RelativePath& path) {
  auto place = find(path);
  if (!place) return std::move(place).error();
  constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
  const UniqueFd fd(
      uninterrupted([&] { return ::openat(place->dir.get(), place->name.c_str(), kFlags); }));
  if (!fd) {
    if (errno == ENOENT || errno == EMFILE || errno == ENFILE) return errno_about(path.text());
    return false;
  }
  return has_writers(fd.get());
}

Result<std::uint64_t> ShareRoot::free_bytes() {
  struct statvfs raw{};
  if (uninterrupted([&] { return ::fstatvfs(beneath_.root(), &raw); }) != 0) {
    return errno_about(path_);
  }
  return std::uint64_t{raw.f_bavail} * raw.f_frsize;
}

// --- Changing the visible tree ---

Result<void> ShareRoot::move(const RelativePath& from, const RelativePath& to) {
  auto source = find(from);
  if (!source) return std::move(source).error();
  auto target = find(to);
  if (!target) return std::move(target).error();
  return as_result(rename_to_free_name({source->dir.get(), source->name},
                                       {target->dir.get(), target->name}, renames_),
                   from.text());
}

Result<void> ShareRoot::make_dir(const RelativePath& path, std::uint32_t mode) {
  auto place = find(path);
  if (!place) return std::move(place).error();
  if (::mkdirat(place->dir.get(), place->name.c_str(), S_IRWXU) != 0) {
    return errno_about(path.text());
  }
  // In a second step, as the umask takes bits from the first.
  if (::fchmodat(place->dir.get(), place->name.c_str(), mode & 0777U, AT_SYMLINK_NOFOLLOW) != 0) {
    Error error = errno_about(path.text());
    (void)::unlinkat(place->dir.get(), place->name.c_str(), AT_REMOVEDIR);
    return error;
  }
  return {};
}

Result<void> ShareRoot::remove_dir(const RelativePath& path) {
  auto place = find(path);
  if (!place) return std::move(place).error();
  if (::unlinkat(place->dir.get(), place->name.c_str(), AT_REMOVEDIR) != 0) {
    return errno_about(path.text());
  }
  return {};
}

Result<void> ShareRoot::set_mode(const RelativePath& path, std::uint32_t mode) {
  auto place = find(path);
  if (!place) return std::move(place).error();
  if (auto checked = check_metadata_target(*place, beneath_.mount(), false); !checked)
    return checked;
  if (::fchmodat(place->dir.get(), place->name.c_str(), mode & 0777U, AT_SYMLINK_NOFOLLOW) != 0) {
    // A link that somebody put there since the check.
    if (errno == EOPNOTSUPP) errno = ELOOP;
    return errno_about(path.text());
  }
  return {};
}

Result<void> ShareRoot::set_mtime(const RelativePath& path, WallTime mtime) {
  auto place = find(path);
  if (!place) return std::move(place).error();
  if (auto checked = check_metadata_target(*place, beneath_.mount(), true); !checked)
    return checked;
  timespec times[2] = {{}, to_timespec(mtime)};
  times[0].tv_nsec = UTIME_OMIT;
  if (::utimensat(place->dir.get(), place->name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno_about(path.text());
  }
  return {};
}

Result<void> ShareRoot::sync_metadata(const RelativePath& path) {
  auto place = find(path);
  if (!place) return std::move(place).error();
  if (auto checked = check_metadata_target(*place, beneath_.mount(), false); !checked)
    return checked;
  // Not waiting, should it be a pipe by now.
  const UniqueFd fd(::openat(place->dir.get(), place->name.c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() >= 0) return sync_to_disk(fd.get(), path.text());
  if (errno != EACCES) return errno_about(path.text());
  // Its mode keeps even its owner from opening it. All that is on its disk includes it.
  return sync_all();
}

Result<void> ShareRoot::sync_dir(const RelativePath& dir) {
  auto fd = beneath_.open_dir(dir, O_RDONLY);
  if (!fd) return std::move(fd).error();
  return sync_to_disk(fd->get(), dir.text());
}

Result<void> ShareRoot::sync_all() {
  if (::syncfs(control_.stage()) != 0) return errno_about("the disk");
  return {};
}

}  // namespace lansync
