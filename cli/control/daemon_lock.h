// One daemon per home.
#pragma once

#include <filesystem>

#include "cli/failure.h"
#include "core/os/unique_fd.h"

namespace lansync::cli {

// Held for a daemon's whole life: an flock on STATE/daemon.lock, which has the holder's pid in it.
// The kernel lets go of it when the process ends, however it ends.
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
