// The whole program but its node.
#pragma once

#include "cli/daemon/daemon.h"

namespace lansync::cli {

// Parses, runs the command and returns the process's exit status.
ExitCode run_program(int argc, char** argv, const MakeNode& make_node);

}  // namespace lansync::cli
