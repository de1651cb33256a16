// Ctrl-C as something to wait for.
#pragma once

#include "core/os/unique_fd.h"

namespace lansync::cli {

// From construction on, SIGINT, SIGTERM and SIGHUP do not end the process but make fd() readable.
// One for the process, made before any thread. Closed and unblocked with the object.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace lansync::cli
