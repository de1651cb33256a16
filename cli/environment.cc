#include "cli/environment.h"

#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

namespace lansync::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

Environment read_environment() {
  Environment environment{.home = variable("HOME"),
                          .lansync_home = variable("LANSYNC_HOME"),
                          .xdg_config_home = variable("XDG_CONFIG_HOME"),
                          .xdg_data_home = variable("XDG_DATA_HOME"),
                          .xdg_state_home = variable("XDG_STATE_HOME"),
                          .xdg_runtime_dir = variable("XDG_RUNTIME_DIR"),
                          .no_color = !variable("NO_COLOR").empty(),
                          .uid = geteuid()};
  if (environment.home.empty()) {
    if (const passwd* account = getpwuid(environment.uid)) environment.home = account->pw_dir;
  }
  return environment;
}

}  // namespace lansync::cli
