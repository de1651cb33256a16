// One daemon per home.
#pragma once

#include <filesystem>

#include "cli/failure.h"
#include "core/os/unique_fd.h"

namespace lansync::cli {

// Held for a daemon's whole life: an open file description lock (fcntl(2), F_OFD_SETLK) on
// STATE/daemon.lock, which has the holder's pid in it. The kernel lets go of it when the process
// ends, however it ends. Not an flock, which can only be asked about by taking it, if for a moment:
// a daemon that starts in that moment would find it taken.
class DaemonLock {
 public:
  // Fails with `locked`, naming the holder's pid.
  static Outcome<DaemonLock> take(const std::filesystem::path& file);

  // The pid in the file while somebody holds the lock; 0 if nobody does.
  static pid_t holder(const std::filesystem::path& file);

 private:
  explicit DaemonLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace lansync::cli
