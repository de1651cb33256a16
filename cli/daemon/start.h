// Starting the daemon in the background.
#pragma once

#include <sys/types.h>

#include "cli/failure.h"
#include "cli/paths.h"

namespace lansync::cli {

enum class DaemonStart { running_already, started_now };

// A daemon answers on the socket when this returns. One is started if there is none: this program
// itself, in a session of its own, its output in STATE/daemon.log. If it ends before it answers,
// the failure has its exit code and the last lines of its log.
Outcome<DaemonStart> ensure_daemon(const Paths& paths, uid_t uid);

}  // namespace lansync::cli
