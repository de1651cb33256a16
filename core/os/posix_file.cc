#include "core/os/posix_file.h"

#include <sys/stat.h>

#include "core/base/limits.h"
#include "core/os/file_stat.h"
#include "core/os/system_call.h"

namespace lansync {
namespace {

// Also keeps the offset within off_t.
bool within_limits(std::uint64_t offset, std::uint64_t size) {
  return offset <= limits::kFileBytesMax && size <= limits::kFileBytesMax - offset;
}

bool is_ours_alone(const struct stat& raw) {
  return S_ISREG(raw.st_mode) && raw.st_nlink == 1 && raw.st_uid == ::geteuid();
}

bool make_writable(int dir, const std::string& name) {
  struct stat raw{};
  return ::fstatat(dir, name.c_str(), &raw, AT_SYMLINK_NOFOLLOW) == 0 && is_ours_alone(raw) &&
         ::fchmodat(dir, name.c_str(), S_IRUSR | S_IWUSR, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace

Result<std::unique_ptr<PosixFile>> PosixFile::open_read(int dir, const std::string& name) {
  UniqueFd fd(uninterrupted([&] { return ::openat(dir, name.c_str(), kReadFlags); }));
  if (!fd) {
    // A link, a socket, a device that nobody drives: there, and no file.
    if (errno == ELOOP || errno == ENXIO || errno == ENODEV)
      return error_about(Errc::changed, name);
    return errno_about(name);
  }
  return to_read(std::move(fd), name);
}

Result<std::unique_ptr<PosixFile>> PosixFile::to_read(UniqueFd fd, const std::string& name) {
  struct stat raw{};
  if (::fstat(fd.get(), &raw) != 0) return errno_about(name);
  if (!S_ISREG(raw.st_mode)) return error_about(Errc::changed, name);
  return std::make_unique<PosixFile>(std::move(fd), name);
}

Result<std::unique_ptr<PosixFile>> PosixFile::open_stage(int dir, const std::string& name) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
  const auto open = [&] { return ::openat(dir, name.c_str(), kFlags, 0600); };
  UniqueFd fd(uninterrupted(open));
  // An installation that came to nothing has left it with the mode of a file that is read only.
  const bool read_only = !fd && errno == EACCES;
  if (read_only && make_writable(dir, name)) fd = UniqueFd(uninterrupted(open));
  if (!fd) return read_only ? error_about(std::errc::permission_denied, name) : errno_about(name);
  struct stat raw{};
  if (::fstat(fd.get(), &raw) != 0) return errno_about(name);
  if (!is_ours_alone(raw)) return error_about(Errc::refused, name);
  return std::make_unique<PosixFile>(std::move(fd), name);
}

Result<std::size_t> PosixFile::read_at(std::uint64_t offset, std::span<std::byte> into) {
  if (!within_limits(offset, into.size())) return error_about(Errc::limit_exceeded, name_);
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = uninterrupted([&] {
      return ::pread(fd_.get(), into.data() + done, into.size() - done,
                     static_cast<off_t>(offset + done));
    });
    if (count < 0) return errno_about(name_);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<FileStat> PosixFile::stat() {
  struct stat raw{};
  if (::fstat(fd_.get(), &raw) != 0) return errno_about(name_);
  return to_file_stat(raw);
}

Result<void> PosixFile::write_at(std::uint64_t offset, ByteView bytes) {
  if (!within_limits(offset, bytes.size())) return error_about(Errc::limit_exceeded, name_);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = uninterrupted([&] {
      return ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done,
                      static_cast<off_t>(offset + done));
    });
    if (count < 0) return errno_about(name_);
    // A full disk first shortens a write and then refuses the rest; nothing at all is a defect.
    if (count == 0) return error_about(std::errc::io_error, name_);
    done += static_cast<std::size_t>(count);
  }
  return {};
}

Result<void> PosixFile::truncate(std::uint64_t size) {
  if (!within_limits(0, size)) return error_about(Errc::limit_exceeded, name_);
  const auto cut = [&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); };
  if (uninterrupted(cut) != 0) return errno_about(name_);
  return {};
}

Result<void> PosixFile::set_mode_and_mtime(std::uint32_t mode, WallTime mtime) {
  if (::fchmod(fd_.get(), mode & 0777U) != 0) return errno_about(name_);
  timespec times[2] = {{}, to_timespec(mtime)};
  times[0].tv_nsec = UTIME_OMIT;
  if (::futimens(fd_.get(), times) != 0) return errno_about(name_);
  return {};
}

// What goes wrong is told when the bytes are waited for.
void PosixFile::begin_sync(std::uint64_t offset, std::uint64_t bytes) {
  (void)::sync_file_range(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(bytes),
                          SYNC_FILE_RANGE_WRITE);
}

Result<void> PosixFile::wait_until_written() {
  constexpr unsigned kFlags =
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (::sync_file_range(fd_.get(), 0, 0, kFlags) == 0) return {};
  // Not every file system can; what it holds back, sync_all() waits for.
  if (errno == ESPIPE || errno == ENOSYS || errno == EINVAL) return {};
  return errno_about(name_);
}

Result<void> PosixFile::sync() {
  // Not repeated on any error but an interruption: see StageFile::sync.
  return sync_to_disk(fd_.get(), name_);
}

}  // namespace lansync
