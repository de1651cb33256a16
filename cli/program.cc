#include "cli/program.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/client/join.h"
#include "cli/client/queries.h"
#include "cli/client/status.h"
#include "cli/client/stop.h"
#include "cli/json.h"
#include "cli/version.h"

namespace lansync::cli {
namespace {

// Runs the commands that talk to a daemon.
struct ClientDispatch {
  const CommandContext& context;

  ExitCode operator()(const JoinArguments& join) const { return run_join(context, join); }
  ExitCode operator()(const InviteArguments& invite) const { return run_invite(context, invite); }
  ExitCode operator()(const LeaveArguments& leave) const { return run_leave(context, leave); }
  ExitCode operator()(const StatusArguments& status) const { return run_status(context, status); }
  ExitCode operator()(const PeersArguments&) const { return run_peers(context); }
  ExitCode operator()(const ConnectArguments& connect) const {
    return run_connect(context, connect);
  }
  ExitCode operator()(const FlushArguments& flush) const { return run_flush(context, flush); }
  ExitCode operator()(const ResumeArguments& resume) const { return run_resume(context, resume); }
  ExitCode operator()(const VerifyArguments& verify) const { return run_verify(context, verify); }
  ExitCode operator()(const StopArguments&) const { return run_stop(context); }
  ExitCode operator()(const VersionArguments&) const {
    const Json document = {{"v", 1}, {"type", "version"}, {"version", kVersion}};
    print_answer(context, to_line(document), std::string("lansync ") + kVersion + "\n");
    return ExitCode::ok;
  }
  ExitCode operator()(const DaemonArguments&) const { return ExitCode::usage; }
};

// A descriptor of these that is closed would be the next file's or socket's, and what is meant for
// a person would be written there. Read-only, so that an answer that goes nowhere is still noticed.
void keep_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) == 0 || errno != EBADF) continue;
    // The lowest free one is this one.
    static_cast<void>(open("/dev/null", O_RDONLY));
  }
}

// A script must not take an answer for given that is on no disk and in no pipe.
ExitCode unless_lost(const Terminal& terminal, ExitCode exit) {
  if (terminal.answer_error() == 0) return exit;
  errno = terminal.answer_error();
  terminal.failure(failure_from_errno("cannot write the answer", {}, {}));
  return exit == ExitCode::ok ? ExitCode::failed : exit;
}

ExitCode run_invocation(const Invocation& invocation, const MakeNode& make_node) {
  Environment environment = read_environment();
  if (!invocation.home.empty()) environment.lansync_home = invocation.home;
  const Terminal terminal = Terminal::standard(environment);
  std::error_code error;
  const auto paths = choose_paths(environment, std::filesystem::current_path(error));
  if (!paths) {
    terminal.failure(paths.error());
    return paths.error().exit;
  }
  if (const auto* daemon = std::get_if<DaemonArguments>(&invocation.command)) {
    const auto ran = run_daemon(*daemon, environment, *paths, make_node);
    if (ran) return ExitCode::ok;
    terminal.failure(ran.error());
    return ran.error().exit;
  }
  const Interrupts interrupts;
  const CommandContext context{environment, *paths, terminal, interrupts, invocation.json};
  return unless_lost(terminal, std::visit(ClientDispatch{context}, invocation.command));
}

}  // namespace

ExitCode run_program(int argc, char** argv, const MakeNode& make_node) {
  keep_standard_descriptors();
  const auto parsed = parse_arguments(argc, argv);
  hide_code(argc, argv);
  if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
    const Terminal terminal = Terminal::standard(read_environment());
    terminal.answer(exit->out);
    terminal.message(exit->err);
    return unless_lost(terminal, exit->exit);
  }
  return run_invocation(std::get<Invocation>(parsed), make_node);
}

}  // namespace lansync::cli
