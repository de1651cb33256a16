// `lansync join` and `lansync invite`: how devices come together.
#pragma once

#include "cli/arguments.h"
#include "cli/client/command.h"

namespace lansync::cli {

// Starts the daemon if none runs. On a terminal it stays until the first synchronisation is done,
// or until somebody takes the invitation; without one, or with --json, it returns once the folder
// is in the share.
ExitCode run_join(const CommandContext& context, const JoinArguments& arguments);

// On a terminal it stays until somebody takes the invitation.
ExitCode run_invite(const CommandContext& context, const InviteArguments& arguments);

}  // namespace lansync::cli
