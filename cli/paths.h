// Where lansync keeps what is its own.
#pragma once

#include <filesystem>

#include "cli/environment.h"
#include "cli/failure.h"

namespace lansync::cli {

// The XDG base directories' `lansync`, or the four of them beneath LANSYNC_HOME:
//   config/config.toml   data/device.key   state/ (indexes, daemon.log, daemon.lock)   run/
//   (socket)
struct Paths {
  std::filesystem::path home;  // LANSYNC_HOME, absolute; empty if the XDG locations are used.
  std::filesystem::path config_dir;
  std::filesystem::path data_dir;
  std::filesystem::path state_dir;
  std::filesystem::path runtime_dir;

  [[nodiscard]] std::filesystem::path config_file() const { return config_dir / "config.toml"; }
  [[nodiscard]] std::filesystem::path device_key() const { return data_dir / "device.key"; }
  [[nodiscard]] std::filesystem::path daemon_log() const { return state_dir / "daemon.log"; }
  // Only there if the daemon died of a bug.
  [[nodiscard]] std::filesystem::path crash_report() const { return state_dir / "crash.log"; }
  [[nodiscard]] std::filesystem::path lock_file() const { return state_dir / "daemon.lock"; }
  [[nodiscard]] std::filesystem::path socket() const { return runtime_dir / "control.sock"; }

  friend bool operator==(const Paths&, const Paths&) = default;
};

// Decides from the environment alone. XDG variables that are not absolute are ignored, as their
// specification asks; a relative LANSYNC_HOME is one beneath `working_dir`. Fails with `usage` if
// there is no home directory, or a socket's address could not hold the path.
Outcome<Paths> choose_paths(const Environment& environment,
                            const std::filesystem::path& working_dir);

// Makes the four directories, 0700. Refuses (ExitCode::refused) if any part of their paths, or a
// symbolic link on the way, belongs to neither `uid` nor root: whoever owns it could put another
// key or another socket in the place of ours.
Outcome<void> prepare_directories(const Paths& paths, uid_t uid);

}  // namespace lansync::cli
