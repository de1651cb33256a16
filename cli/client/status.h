// `lansync status`.
#pragma once

#include "cli/arguments.h"
#include "cli/client/command.h"

namespace lansync::cli {

ExitCode run_status(const CommandContext& context, const StatusArguments& arguments);

}  // namespace lansync::cli
