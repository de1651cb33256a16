#include "core/os/file_stat.h"

#include <fcntl.h>

#include "core/os/system_call.h"

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

Result<FileStat> stat_at(int dir, const std::string& name) {
  struct stat raw{};
  if (::fstatat(dir, name.c_str(), &raw, AT_SYMLINK_NOFOLLOW) != 0) return errno_about(name);
  return to_file_stat(raw);
}

}  // namespace lansync
