// The command line as values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "cli/exit_code.h"
#include "cli/host_port.h"

namespace lansync::cli {

// Folders are as they were typed.

struct JoinArguments {
  std::string folder;
  std::string name;
  std::string code;
  std::string code_file;
  bool create = false;
  std::string role;
  bool yes = false;
};
struct InviteArguments {
  std::string folder;
  std::string role;
  std::chrono::seconds ttl{0};
};
struct LeaveArguments {
  std::string folder;
};
struct StatusArguments {
  std::string folder;
  bool watch = false;
};
struct PeersArguments {};
struct ConnectArguments {
  HostPort address;
  bool forget = false;
};
struct FlushArguments {
  std::string folder;
  std::chrono::seconds timeout{0};
};
struct ResumeArguments {
  std::string folder;
};
struct VerifyArguments {
  std::string folder;
  bool peers = false;
};
struct DaemonArguments {
  std::optional<HostPort> listen;
};
struct StopArguments {};
struct VersionArguments {};

using CommandArguments =
    std::variant<JoinArguments, InviteArguments, LeaveArguments, StatusArguments, PeersArguments,
                 ConnectArguments, FlushArguments, ResumeArguments, VerifyArguments,
                 DaemonArguments, StopArguments, VersionArguments>;

struct Invocation {
  std::string home;  // --home; empty if it was not given.
  bool json = false;
  CommandArguments command;
};

// Nothing is to be run: help was asked for, or the arguments cannot mean anything.
struct EarlyExit {
  ExitCode exit = ExitCode::ok;
  std::string out;
  std::string err;
};

std::variant<Invocation, EarlyExit> parse_arguments(int argc, const char* const* argv);

// Overwrites the value of --code, so that it does not stay in the list of processes for as long as
// the program runs.
void hide_code(int argc, char** argv);

}  // namespace lansync::cli
