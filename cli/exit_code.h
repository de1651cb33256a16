// What the program's exit status says; scripts rely on these numbers (docs/cli.md).
#pragma once

namespace lansync::cli {

// Only added to, never renumbered.
enum class ExitCode : int {
  ok = 0,
  failed = 1,
  usage = 2,   // the command line or the configuration cannot mean anything
  partly = 3,  // some of what was asked for is done
  conflicts = 4,
  timeout = 5,  // not done, or not in sync, within the time given
  not_found = 6,
  refused = 7,    // understood, and not allowed
  integrity = 8,  // what was stored does not read back, or is not authentic
  no_space = 9,
  no_daemon = 10,
  locked = 11,  // another daemon owns this home
  held = 12,    // a safety brake holds; a person has to decide
  interrupted = 130,
};

}  // namespace lansync::cli
