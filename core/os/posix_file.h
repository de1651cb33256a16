// An open regular file.
#pragma once

#include <string>

#include <fcntl.h>

#include "core/fs/file_system.h"
#include "core/os/unique_fd.h"

namespace lansync {

// Thread-safe as far as the system's own calls are: reads and writes carry their offset.
class PosixFile final : public StageFile {
 public:
  static constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;

  // Opens the regular file `name` in `dir`, never through a link and without waiting for the other
  // end of a pipe. Anything but a regular file is Errc::changed.
  static Result<std::unique_ptr<PosixFile>> open_read(int dir, const std::string& name);
  // The same of what was opened with kReadFlags.
  static Result<std::unique_ptr<PosixFile>> to_read(UniqueFd fd, const std::string& name);
  // For reading and writing; creates it (0600) if there is none, and makes it writable if its mode
  // forbids that. Errc::refused if it has another name or another owner: then the bytes are not
  // only ours.
  static Result<std::unique_ptr<PosixFile>> open_stage(int dir, const std::string& name);

  PosixFile(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override;
  Result<FileStat> stat() override;
  Result<void> write_at(std::uint64_t offset, ByteView bytes) override;
  Result<void> truncate(std::uint64_t size) override;
  Result<void> set_mode_and_mtime(std::uint32_t mode, WallTime mtime) override;
  void begin_sync(std::uint64_t offset, std::uint64_t bytes) override;
  Result<void> wait_until_written() override;
  Result<void> sync() override;

 private:
  const UniqueFd fd_;
  const std::string name_;  // As it was opened, for messages.
};

}  // namespace lansync
