// What every command of the program has at hand.
#pragma once

#include "cli/control/interrupts.h"
#include "cli/environment.h"
#include "cli/failure.h"
#include "cli/folder_check.h"
#include "cli/paths.h"
#include "cli/report.h"
#include "cli/terminal.h"

namespace lansync::cli {

// References outlive the command.
struct CommandContext {
  const Environment& environment;
  const Paths& paths;
  const Terminal& terminal;
  const Interrupts& interrupts;
  bool json = false;
};

// Prints the answer: the document if JSON was asked for, else the text.
void print_answer(const CommandContext& context, const std::string& document,
                  const std::string& text);

// Says what failed, on standard error and, if JSON was asked for, as a document too.
ExitCode report_failure(const CommandContext& context, const Failure& failure);

// The folder as an absolute path, for commands on a share that exists: whether it is one is for the
// daemon to say. Empty stays empty.
Outcome<std::string> absolute_folder(const std::string& folder);

}  // namespace lansync::cli
