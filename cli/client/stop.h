// `lansync stop`.
#pragma once

#include "cli/client/command.h"

namespace lansync::cli {

// Returns once the daemon is gone and its home free for another; `timeout` if it does not end.
ExitCode run_stop(const CommandContext& context);

}  // namespace lansync::cli
