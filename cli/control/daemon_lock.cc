#include "cli/control/daemon_lock.h"

#include <array>
#include <charconv>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace lansync::cli {
namespace {

pid_t read_pid(int fd) {
  std::array<char, 32> text{};
  const ssize_t count = pread(fd, text.data(), text.size(), 0);
  pid_t pid = 0;
  if (count > 0) std::from_chars(text.data(), text.data() + count, pid);
  return pid;
}

struct flock whole_file(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

Outcome<void> write_pid(int fd, const std::filesystem::path& file) {
  const std::string text = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) == 0 &&
      pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size())) {
    return {};
  }
  return failure_from_errno("cannot write the daemon's lock", file.string(), "is the disk full?");
}

}  // namespace

Outcome<DaemonLock> DaemonLock::take(const std::filesystem::path& file) {
  UniqueFd fd(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) {
    return failure_from_errno("cannot open the daemon's lock", file.string(),
                              "check the directory's permissions");
  }
  struct flock lock = whole_file(F_WRLCK);
  if (fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) {
      return failure_from_errno("cannot take the daemon's lock", file.string(), {});
    }
    return Failure{ExitCode::locked,
                   "a daemon is already running (pid " + std::to_string(read_pid(fd.get())) + ")",
                   file.string(), "use it, or end it with: lansync stop"};
  }
  if (auto written = write_pid(fd.get(), file); !written) return std::move(written).error();
  return DaemonLock(std::move(fd));
}

pid_t DaemonLock::holder(const std::filesystem::path& file) {
  const UniqueFd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct flock lock = whole_file(F_RDLCK);
  const bool held = fd && fcntl(fd.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  return held ? read_pid(fd.get()) : 0;
}

}  // namespace lansync::cli
