// `lansync daemon`: the process around the node.
#pragma once

#include <functional>
#include <memory>

#include "cli/arguments.h"
#include "cli/config.h"
#include "cli/control/commands.h"
#include "cli/daemon/daemon_log.h"
#include "cli/environment.h"
#include "cli/failure.h"
#include "cli/paths.h"
#include "transport/asio.h"
#include "transport/flight_recorder.h"

namespace lansync::cli {

// The node as its process sees it. daemon/node_commands has the real one; the tests have a fake.
class DaemonNode : public Commands {
 public:
  // Before the first command, once. A failure ends the daemon.
  virtual Outcome<void> start() = 0;
  // Begins to end: what is being written is finished, sessions are closed. The io_context's run()
  // returns when it is done. Called once.
  virtual void stop() = 0;
};

// What a node is made of. The references outlive it.
struct NodeParts {
  asio::io_context& context;
  const Environment& environment;
  const Paths& paths;
  const Config& config;
  DaemonLog& log;
  FlightRecorder& events;
};

using MakeNode = std::function<std::unique_ptr<DaemonNode>(const NodeParts&)>;

// Runs until SIGINT, SIGTERM or `lansync stop`. Directories, the lock (ExitCode::locked if there is
// another daemon), configuration, log, crash report, node, socket, in this order; a second signal
// ends it at once. The process leaves no core file and cannot be traced by others of the same user:
// keys are in it. What it did last is left in a crash report, if it ends by a bug.
Outcome<void> run_daemon(const DaemonArguments& arguments, const Environment& environment,
                         const Paths& paths, const MakeNode& make_node);

}  // namespace lansync::cli
