#include "cli/paths.h"

#include <string>

#include <sys/stat.h>
#include <sys/un.h>

namespace lansync::cli {
namespace {

namespace fs = std::filesystem;

fs::path base_dir(const std::string& variable, const fs::path& fallback) {
  const fs::path named(variable);
  return (named.is_absolute() ? named : fallback) / "lansync";
}

Paths beneath(const fs::path& home) {
  return {home, home / "config", home / "data", home / "state", home / "run"};
}

Failure foreign(const fs::path& path, uid_t owner) {
  return {ExitCode::refused, "the directory belongs to user " + std::to_string(owner),
          path.string(), "run lansync as that user, or choose a place of your own with --home"};
}

// Every existing part of `path`, links themselves and not what they lead to.
Outcome<void> check_owners(const fs::path& path, uid_t uid) {
  fs::path part;
  for (const fs::path& component : path) {
    part /= component;
    struct stat status = {};
    if (lstat(part.c_str(), &status) != 0) return {};
    if (status.st_uid != uid && status.st_uid != 0) return foreign(part, status.st_uid);
  }
  return {};
}

Outcome<void> make_directories(const fs::path& path) {
  fs::path part;
  for (const fs::path& component : path) {
    part /= component;
    struct stat status = {};
    if (stat(part.c_str(), &status) == 0) {
      if (S_ISDIR(status.st_mode)) continue;
      return Failure{ExitCode::failed, "a directory of lansync's is needed where a file is",
                     part.string(), "move the file away, or choose another place with --home"};
    }
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      return failure_from_errno("cannot make a directory", part.string(),
                                "choose another place with --home");
    }
  }
  return {};
}

Outcome<void> prepare(const fs::path& path, uid_t uid) {
  if (auto checked = check_owners(path, uid); !checked) return checked;
  if (auto made = make_directories(path); !made) return made;

  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return Failure{ExitCode::failed, error.message(), path.string(), {}};
  if (auto checked = check_owners(real, uid); !checked) return checked;

  struct stat status = {};
  if (stat(real.c_str(), &status) != 0) {
    return failure_from_errno("cannot look at a directory", real.string(), {});
  }
  if (status.st_uid != uid) return foreign(real, status.st_uid);
  if ((status.st_mode & 0777) != 0700 && chmod(real.c_str(), 0700) != 0) {
    return failure_from_errno("cannot make a directory private", real.string(),
                              "choose another place with --home");
  }
  return {};
}

}  // namespace

Outcome<Paths> choose_paths(const Environment& environment, const fs::path& working_dir) {
  Paths paths;
  if (!environment.lansync_home.empty()) {
    paths = beneath((working_dir / environment.lansync_home).lexically_normal());
  } else {
    const fs::path home(environment.home);
    if (!home.is_absolute()) {
      return Failure{ExitCode::usage, "there is no home directory", {}, "set HOME, or give --home"};
    }
    paths.config_dir = base_dir(environment.xdg_config_home, home / ".config");
    paths.data_dir = base_dir(environment.xdg_data_home, home / ".local/share");
    paths.state_dir = base_dir(environment.xdg_state_home, home / ".local/state");
    // Without a session (cron, ssh to a bare system) there is no runtime directory.
    paths.runtime_dir = fs::path(environment.xdg_runtime_dir).is_absolute()
                            ? fs::path(environment.xdg_runtime_dir) / "lansync"
                            : paths.state_dir / "run";
  }
  if (paths.socket().string().size() >= sizeof(sockaddr_un::sun_path)) {
    return Failure{ExitCode::usage, "the path is too long for a socket", paths.socket().string(),
                   "choose a shorter one with --home"};
  }
  return paths;
}

Outcome<void> prepare_directories(const Paths& paths, uid_t uid) {
  for (const fs::path* path :
       {&paths.config_dir, &paths.data_dir, &paths.state_dir, &paths.runtime_dir}) {
    if (auto prepared = prepare(*path, uid); !prepared) return prepared;
  }
  return {};
}

}  // namespace lansync::cli
