#include "cli/client/stop.h"

#include <chrono>

#include <poll.h>

#include "cli/client/conversation.h"
#include "cli/control/daemon_lock.h"

namespace lansync::cli {
namespace {

// Time to finish what is being written to disk.
constexpr std::chrono::seconds kStopPatience{60};
constexpr int kLookIntervalMs = 20;

Outcome<void> wait_until_gone(const CommandContext& context) {
  const auto deadline = std::chrono::steady_clock::now() + kStopPatience;
  while (true) {
    const pid_t pid = DaemonLock::holder(context.paths.lock_file());
    if (pid == 0) return {};
    if (std::chrono::steady_clock::now() > deadline) {
      return Failure{ExitCode::timeout, "the daemon was asked to end and is still there",
                     "pid " + std::to_string(pid), "end it with: kill " + std::to_string(pid)};
    }
    pollfd ready = {context.interrupts.fd(), POLLIN, 0};
    if (poll(&ready, 1, kLookIntervalMs) > 0) {
      return Failure{ExitCode::interrupted, "the daemon was asked to end", {}, {}};
    }
  }
}

}  // namespace

ExitCode run_stop(const CommandContext& context) {
  const auto result = converse(context, StopRequest(), "interrupted");
  if (!result) return report_failure(context, result.error());
  if (auto gone = wait_until_gone(context); !gone) return report_failure(context, gone.error());
  print_answer(context, result->data, "Stopped\n");
  return result->exit;
}

}  // namespace lansync::cli
