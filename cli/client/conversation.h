// One request to the daemon, from asking to the answer, with a person looking on.
#pragma once

#include <string>

#include "cli/client/command.h"
#include "cli/control/client.h"
#include "cli/control/message.h"
#include "cli/control/request.h"

namespace lansync::cli {

// Sends the request, shows notes and progress on standard error, hands questions to the person, and
// returns the daemon's result. `on_interrupt` is said when the person ends it with Ctrl-C.
//
// Errors: the daemon's own; `no_daemon`; `interrupted`.
Outcome<ResultMessage> converse(const CommandContext& context, const Request& request,
                                const std::string& on_interrupt);

}  // namespace lansync::cli
