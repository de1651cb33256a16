#include "cli/daemon/start.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/control/local_socket.h"
#include "core/os/unique_fd.h"

namespace lansync::cli {
namespace {

// Opening the indexes after a crash takes its time.
constexpr std::chrono::seconds kStartPatience{60};
constexpr int kLookIntervalMs = 20;
constexpr std::streamoff kLogTailBytes = 4096;
constexpr std::size_t kLogTailLines = 3;

bool answers(const Paths& paths) { return connect_locally(paths.socket()).has_value(); }

// Becomes the daemon. Between fork and exec: only what signal-safety(7) allows.
[[noreturn]] void become_daemon(const char* const* arguments, int log) {
  setsid();
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE}) {
    // A Ctrl-C that was meant for our parent may be pending; to ignore it is to forget it.
    std::signal(signal, SIG_IGN);
    std::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (chdir("/") == 0) {
    execv("/proc/self/exe", const_cast<char* const*>(arguments));
  }
  _exit(static_cast<int>(ExitCode::failed));
}

// A line of the log that tells of one start does not tell of the next: from `begin` on only.
std::string log_tail(const std::filesystem::path& file, std::streamoff begin) {
  std::ifstream log(file, std::ios::binary);
  log.seekg(0, std::ios::end);
  const std::streamoff end = log.tellg();
  log.seekg(std::max(begin <= end ? begin : 0, end - kLogTailBytes));
  std::vector<std::string> lines;
  for (std::string line; std::getline(log, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  std::string tail;
  const std::size_t first = lines.size() > kLogTailLines ? lines.size() - kLogTailLines : 0;
  for (std::size_t i = first; i < lines.size(); ++i) {
    tail += (tail.empty() ? "" : " / ") + lines[i];
  }
  return tail;
}

Failure did_not_start(const Paths& paths, std::streamoff log_begin, ExitCode exit) {
  const std::string tail = log_tail(paths.daemon_log(), log_begin);
  return {exit, "the daemon did not start", paths.daemon_log().string(),
          tail.empty() ? "try it in the foreground: lansync daemon" : "its log ends with: " + tail};
}

// What the child came to, once it has ended.
std::optional<ExitCode> ended(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, WNOHANG) != child) return std::nullopt;
  return WIFEXITED(status) ? static_cast<ExitCode>(WEXITSTATUS(status)) : ExitCode::failed;
}

Outcome<DaemonStart> wait_for(pid_t child, const Paths& paths, std::streamoff log_begin) {
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  bool other_daemon = false;
  while (!answers(paths)) {
    if (!other_daemon) {
      if (const auto exit = ended(child)) {
        // Somebody else started one at the same moment: theirs will answer.
        other_daemon = *exit == ExitCode::locked;
        if (!other_daemon) {
          return did_not_start(paths, log_begin, *exit == ExitCode::ok ? ExitCode::failed : *exit);
        }
      }
    }
    if (std::chrono::steady_clock::now() > deadline) {
      return did_not_start(paths, log_begin, ExitCode::timeout);
    }
    poll(nullptr, 0, kLookIntervalMs);
  }
  return DaemonStart::started_now;
}

}  // namespace

Outcome<DaemonStart> ensure_daemon(const Paths& paths, uid_t uid) {
  if (answers(paths)) return DaemonStart::running_already;
  if (auto prepared = prepare_directories(paths, uid); !prepared) {
    return std::move(prepared).error();
  }
  const std::string log_file = paths.daemon_log().string();
  const UniqueFd log(
      open(log_file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!log) return failure_from_errno("cannot write the daemon's log", log_file, {});
  const std::streamoff log_begin = lseek(log.get(), 0, SEEK_END);

  std::vector<const char*> arguments = {"lansync", "daemon"};
  if (!paths.home.empty()) {
    arguments.push_back("--home");
    arguments.push_back(paths.home.c_str());
  }
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) return failure_from_errno("cannot start the daemon", {}, {});
  if (child == 0) become_daemon(arguments.data(), log.get());
  return wait_for(child, paths, log_begin);
}

}  // namespace lansync::cli
