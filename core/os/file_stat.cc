#include "core/os/file_stat.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/sysmacros.h>

namespace lansync {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

NodeKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return NodeKind::file;
  if (S_ISDIR(mode)) return NodeKind::dir;
  if (S_ISLNK(mode)) return NodeKind::link;
  return NodeKind::other;
}

// Saturates: a broken file system may hold any number of seconds.
WallTime to_wall_time(const timespec& time) {
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(std::int64_t{time.tv_sec}, kNanosPerSecond, &ns) ||
      __builtin_add_overflow(ns, std::int64_t{time.tv_nsec}, &ns)) {
    return {time.tv_sec < 0 ? INT64_MIN : INT64_MAX};
  }
  return {ns};
}

}  // namespace

FileStat to_file_stat(const struct stat& raw) {
  FileStat stat;
  stat.kind = kind_of(raw.st_mode);
  stat.size = raw.st_size < 0 ? 0 : static_cast<std::uint64_t>(raw.st_size);
  stat.mtime = to_wall_time(raw.st_mtim);
  stat.mode = raw.st_mode & 0777U;
  stat.inode = raw.st_ino;
  stat.links = static_cast<std::uint32_t>(raw.st_nlink);
  stat.ctime = to_wall_time(raw.st_ctim);
  return stat;
}

bool MountedStat::is_within(const Mount& other) const {
  if (mount.id != 0 && other.id != 0) return mount.id == other.id;
  return stat.kind != NodeKind::dir || mount.device == other.device;
}

std::optional<MountedStat> stat_at(int dir, const std::string& name) {
  const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name.empty() ? AT_EMPTY_PATH : 0);
  struct statx raw{};
  if (::statx(dir, name.c_str(), flags, STATX_BASIC_STATS | STATX_MNT_ID, &raw) != 0) {
    // A container's filter may know nothing of statx.
    struct stat old{};
    if (errno != EPERM || ::fstatat(dir, name.c_str(), &old, flags) != 0) return std::nullopt;
    return MountedStat{to_file_stat(old), {0, old.st_dev}};
  }
  MountedStat seen;
  seen.stat.kind = kind_of(raw.stx_mode);
  seen.stat.size = raw.stx_size;
  seen.stat.mtime = to_wall_time({raw.stx_mtime.tv_sec, raw.stx_mtime.tv_nsec});
  seen.stat.mode = raw.stx_mode & 0777U;
  seen.stat.inode = raw.stx_ino;
  seen.stat.links = raw.stx_nlink;
  seen.stat.ctime = to_wall_time({raw.stx_ctime.tv_sec, raw.stx_ctime.tv_nsec});
  seen.mount.device = ::makedev(raw.stx_dev_major, raw.stx_dev_minor);
  if ((raw.stx_mask & STATX_MNT_ID) != 0) seen.mount.id = raw.stx_mnt_id;
  return seen;
}

timespec to_timespec(WallTime time) {
  timespec result{};
  result.tv_sec = time.ns / kNanosPerSecond;
  result.tv_nsec = time.ns % kNanosPerSecond;
  // The system wants the part below a second to be positive, also before 1970.
  if (result.tv_nsec < 0) {
    result.tv_nsec += kNanosPerSecond;
    --result.tv_sec;
  }
  return result;
}

}  // namespace lansync
