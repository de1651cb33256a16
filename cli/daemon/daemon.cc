#include "cli/daemon/daemon.h"

#include <csignal>
#include <string>
#include <utility>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/control/daemon_lock.h"
#include "cli/control/local_socket.h"
#include "cli/control/server.h"
#include "cli/daemon/crash_report.h"
#include "cli/daemon/heap.h"
#include "cli/version.h"

namespace lansync::cli {
namespace {

void protect_memory() {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

// Whatever keeps the daemon from running, said in its log as well: nobody may be looking on.
Failure logged(DaemonLog& log, Failure failure) {
  log.write(LogLevel::error, describe(failure));
  return failure;
}

// Socket, node and signals, from the node's start to its end.
class RunningDaemon {
 public:
  RunningDaemon(asio::io_context& context, UniqueFd listener, DaemonNode& node, uid_t uid,
                DaemonLog& log)
      : node_(node),
        log_(log),
        signals_(context),
        server_(context, std::move(listener), node,
                {.own_uid = uid, .on_stop = [this] { stop("a client asked for it"); }}) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) signals_.add(signal);
    signals_.async_wait([this](const asio::error_code& failure, int signal) {
      if (!failure) stop("signal " + std::to_string(signal));
    });
    server_.start();
  }

 private:
  void stop(const std::string& why) {
    if (std::exchange(stopping_, true)) return;
    log_.write(LogLevel::info, "stopping: " + why);
    // Back to the default: a second signal ends the process at once.
    signals_.clear();
    signals_.cancel();
    server_.stop();
    node_.stop();
  }

  DaemonNode& node_;
  DaemonLog& log_;
  asio::signal_set signals_;
  ControlServer server_;
  bool stopping_ = false;
};

Outcome<void> run_node(const NodeParts& parts, DaemonNode& node) {
  if (auto started = node.start(); !started) return logged(parts.log, started.error());
  auto listener = listen_locally(parts.paths.socket());
  if (!listener) return logged(parts.log, listener.error());
  const RunningDaemon running(parts.context, std::move(*listener), node, parts.environment.uid,
                              parts.log);
  parts.log.write(LogLevel::info,
                  "started, pid " + std::to_string(getpid()) + ", lansync " + kVersion);
  parts.context.run();
  // While the lock is held, so that it is ours and not the next daemon's.
  unlink(parts.paths.socket().c_str());
  return {};
}

}  // namespace

Outcome<void> run_daemon(const DaemonArguments& arguments, const Environment& environment,
                         const Paths& paths, const MakeNode& make_node) {
  protect_memory();
  keep_freed_memory();
  std::signal(SIGPIPE, SIG_IGN);
  if (auto prepared = prepare_directories(paths, environment.uid); !prepared) return prepared;
  const auto lock = DaemonLock::take(paths.lock_file());
  if (!lock) return lock.error();
  auto config = load_config(paths.config_file());
  if (!config) return std::move(config).error();
  if (arguments.listen) {
    config->listen = *arguments.listen;
    config->listen_given = true;
  }
  DaemonLog log(paths);
  const auto events = std::make_unique<FlightRecorder>();
  const CrashReport crash_report(*events, paths.crash_report());
  asio::io_context context(1);
  const NodeParts parts{context, environment, paths, *config, log, *events};
  const auto node = make_node(parts);
  auto ran = run_node(parts, *node);
  log.write(LogLevel::info, "stopped");
  return ran;
}

}  // namespace lansync::cli
