// The commands that ask the daemon one thing and print its answer.
#pragma once

#include "cli/arguments.h"
#include "cli/client/command.h"

namespace lansync::cli {

ExitCode run_leave(const CommandContext& context, const LeaveArguments& arguments);
ExitCode run_peers(const CommandContext& context);
ExitCode run_connect(const CommandContext& context, const ConnectArguments& arguments);
ExitCode run_flush(const CommandContext& context, const FlushArguments& arguments);
ExitCode run_verify(const CommandContext& context, const VerifyArguments& arguments);
ExitCode run_resume(const CommandContext& context, const ResumeArguments& arguments);

}  // namespace lansync::cli
