#include "cli/control/interrupts.h"

#include <csignal>

#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/assert.h"

namespace lansync::cli {
namespace {

sigset_t interrupting_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t signals = interrupting_signals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  fd_ = UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  LANSYNC_ASSERT(fd_);
}

Interrupts::~Interrupts() {
  // Taken off the queue: unblocked while pending, a signal would end the process after all.
  signalfd_siginfo taken;
  while (read(fd_.get(), &taken, sizeof(taken)) > 0) {
  }
  const sigset_t signals = interrupting_signals();
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace lansync::cli
