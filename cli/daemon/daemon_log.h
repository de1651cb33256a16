// The daemon's log: STATE/daemon.log, and the terminal if it runs on one.
#pragma once

#include <memory>
#include <string_view>

#include "cli/paths.h"

namespace lansync::cli {

enum class LogLevel { debug, info, warning, error };

// One line an event. Whoever writes a name into it escapes the name; what is left of control
// characters is replaced here, so that no event can look like two. At 5 MB the file becomes
// daemon.1.log.
//
// Owned by the daemon's main function and passed down. Thread-safe. A full disk loses lines,
// silently: the share's status tells of it.
class DaemonLog {
 public:
  explicit DaemonLog(const Paths& paths);
  ~DaemonLog();

  void write(LogLevel level, std::string_view event);

 private:
  class Sinks;

  std::unique_ptr<Sinks> sinks_;
};

}  // namespace lansync::cli
