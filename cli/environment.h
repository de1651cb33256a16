// What the program is told by the process around it, read once and passed down.
#pragma once

#include <string>

#include <sys/types.h>

namespace lansync::cli {

// A variable that is unset is the empty string.
struct Environment {
  std::string home;
  std::string lansync_home;
  std::string xdg_config_home;
  std::string xdg_data_home;
  std::string xdg_state_home;
  std::string xdg_runtime_dir;
  bool no_color = false;  // NO_COLOR is set and not empty (no-color.org).
  uid_t uid = 0;
};

// The home directory falls back to the account's if HOME is unset.
Environment read_environment();

}  // namespace lansync::cli
