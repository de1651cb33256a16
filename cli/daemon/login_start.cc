#include "cli/daemon/login_start.h"

#include <algorithm>

#include <unistd.h>

#include "core/base/escape.h"

namespace lansync::cli {
namespace {

std::string daemon_command(const LoginFacts& facts) {
  std::string command = shell_quoted(facts.program.string()) + " daemon";
  if (!facts.home.empty()) command += " --home " + shell_quoted(facts.home.string());
  return command;
}

// In a unit's ExecStart, `%` and `$` are special, and double quotes group.
std::string unit_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '%' || c == '$') quoted += c;
    quoted += c;
  }
  return quoted + "\"";
}

std::string systemd_command(const LoginFacts& facts) {
  std::string exec = unit_quoted(facts.program.string()) + " daemon";
  if (!facts.home.empty()) exec += " --home " + unit_quoted(facts.home.string());
  const std::string dir = "~/.config/systemd/user";
  return "mkdir -p " + dir + " && printf '%s\\n' '[Service]' " + shell_quoted("ExecStart=" + exec) +
         " '[Install]' WantedBy=default.target > " + dir +
         "/lansync.service && systemctl --user enable lansync";
}

std::string command_for(const LoginFacts& facts) {
  if (facts.systemd) return systemd_command(facts);
  // A `%` in a crontab line is a line feed.
  if (facts.crontab && daemon_command(facts).find('%') == std::string::npos) {
    return "(crontab -l 2>/dev/null; echo " + shell_quoted("@reboot " + daemon_command(facts)) +
           ") | crontab -";
  }
  return "echo " + shell_quoted(daemon_command(facts) + " >/dev/null 2>&1 &") + " >> ~/.profile";
}

}  // namespace

LoginFacts find_login_facts(const Paths& paths) {
  LoginFacts facts{.home = paths.home};
  std::error_code error;
  facts.program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) facts.program = "lansync";
  // systemd's own way to ask whether it runs the system: sd_booted(3).
  facts.systemd = std::filesystem::exists("/run/systemd/system", error);
  facts.crontab = access("/usr/bin/crontab", X_OK) == 0;
  return facts;
}

std::string login_start_hint(const LoginFacts& facts) {
  return "The daemon now runs in the background, until the computer is shut down. To start it by "
         "itself from then on:\n  " +
         command_for(facts) + "\n";
}

std::string shell_quoted(std::string_view text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '.' || c == '-' || c == '_' || c == '+' || c == ',';
  });
  if (plain) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace lansync::cli
