// How the daemon comes back after the next login.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cli/paths.h"

namespace lansync::cli {

// What this machine has to start programs with.
struct LoginFacts {
  std::filesystem::path program;
  std::filesystem::path home;  // LANSYNC_HOME; empty: the XDG locations.
  bool systemd = false;
  bool crontab = false;
};

LoginFacts find_login_facts(const Paths& paths);

// Says that the daemon ends with the session or the computer, and the one command that makes it
// start again by itself: a systemd user unit, else a crontab line, else a line for the profile (a
// second daemon ends by itself).
std::string login_start_hint(const LoginFacts& facts);

// For a POSIX shell.
std::string shell_quoted(std::string_view text);

}  // namespace lansync::cli
