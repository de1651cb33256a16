#include "cli/daemon/device_identity.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/os/unique_fd.h"

namespace lansync::cli {
namespace {

constexpr std::size_t kKeyFileBytesMax = 4096;

Failure damaged(const std::filesystem::path& file, const std::string& why) {
  return {
      ExitCode::integrity, "the device's key file " + why, file.string(),
      "restore it from a backup, or move it away to begin as a new device that has to be invited "
      "again; your files are untouched"};
}

Outcome<void> write_all(int fd, ByteView bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return failure_from_errno("cannot write the device's key file", file.string(), "");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Outcome<DeviceKeys> make_keys(const std::filesystem::path& file, Entropy& entropy) {
  DeviceKeys keys = DeviceKeys::generate(entropy);
  const std::filesystem::path fresh = file.string() + ".new";
  ::unlink(fresh.c_str());
  const UniqueFd fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.get() < 0) {
    return failure_from_errno("cannot make the device's key file", file.string(), "");
  }
  const SecretBytes content = keys.encode();
  if (auto written = write_all(fd.get(), content.view(), file); !written) return written.error();
  const bool durable = ::fsync(fd.get()) == 0 && ::rename(fresh.c_str(), file.c_str()) == 0;
  if (!durable) return failure_from_errno("cannot make the device's key file", file.string(), "");
  return keys;
}

}  // namespace

Outcome<DeviceKeys> load_device_keys(const Paths& paths, uid_t uid, Entropy& entropy) {
  const std::filesystem::path file = paths.device_key();
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (fd.get() < 0) {
    if (errno == ENOENT) return make_keys(file, entropy);
    if (errno == ELOOP) return damaged(file, "is a symbolic link");
    return failure_from_errno("cannot read the device's key file", file.string(), "");
  }
  struct stat stat{};
  if (::fstat(fd.get(), &stat) != 0) {
    return failure_from_errno("cannot read the device's key file", file.string(), "");
  }
  if (!S_ISREG(stat.st_mode)) return damaged(file, "is no regular file");
  if (stat.st_uid != uid) return damaged(file, "belongs to another user");
  if ((stat.st_mode & 077) != 0) {
    return Failure{ExitCode::refused, "the device's key file can be read by others", file.string(),
                   "chmod 600 it, if nobody else can have copied it"};
  }
  std::array<std::byte, kKeyFileBytesMax> buffer{};
  const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
  if (got < 0) return failure_from_errno("cannot read the device's key file", file.string(), "");
  auto keys = DeviceKeys::decode(ByteView(buffer).first(static_cast<std::size_t>(got)));
  wipe(buffer);
  if (!keys) return damaged(file, "cannot be used: " + keys.error().code.message());
  return std::move(*keys);
}

}  // namespace lansync::cli
