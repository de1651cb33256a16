#include "tests/cli/child_program.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/assert.h"
#include "tests/support/temporary_folder.h"

namespace lansync::cli::test {
namespace {

[[noreturn]] void become_program(const std::filesystem::path& home,
                                 const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"lansync"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  setenv("HOME", home.c_str(), 1);
  setenv("LANSYNC_HOME", (home / "lansync").c_str(), 1);
  unsetenv("NO_COLOR");
  execv(LANSYNC_PROGRAM, const_cast<char* const*>(argv.data()));
  _exit(126);
}

std::string read_file(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

int exit_of(pid_t child) {
  int status = 0;
  LANSYNC_ASSERT(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Finished run_program(const std::filesystem::path& home, const std::vector<std::string>& arguments,
                     const std::string& input) {
  // Into files: a daemon that the program leaves behind would hold a pipe open.
  const lansync::test::TemporaryFolder folder;
  const auto out = folder.path() / "out";
  const auto err = folder.path() / "err";
  int pipe_ends[2] = {-1, -1};
  LANSYNC_ASSERT(pipe2(pipe_ends, O_CLOEXEC) == 0);
  const UniqueFd read_end(pipe_ends[0]);
  UniqueFd write_end(pipe_ends[1]);
  const pid_t child = fork();
  LANSYNC_ASSERT(child >= 0);
  if (child == 0) {
    dup2(read_end.get(), STDIN_FILENO);
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO);
    become_program(home, arguments);
  }
  LANSYNC_ASSERT(write(write_end.get(), input.data(), input.size()) ==
                 static_cast<ssize_t>(input.size()));
  {
    const UniqueFd closed = std::move(write_end);
  }
  const int exit = exit_of(child);
  return {exit, read_file(out), read_file(err)};
}

TerminalProgram::TerminalProgram(const std::filesystem::path& home,
                                 const std::vector<std::string>& arguments) {
  const winsize size = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  int terminal = -1;
  child_ = forkpty(&terminal, nullptr, nullptr, &size);
  LANSYNC_ASSERT(child_ >= 0);
  if (child_ == 0) become_program(home, arguments);
  terminal_ = UniqueFd(terminal);
}

TerminalProgram::~TerminalProgram() {
  if (child_ > 0) finish();
}

bool TerminalProgram::read_more() {
  char chunk[4096];
  const ssize_t count = read(terminal_.get(), chunk, sizeof(chunk));
  if (count <= 0) return false;
  shown_.append(chunk, static_cast<std::size_t>(count));
  return true;
}

bool TerminalProgram::wait_for(const std::string& text) {
  while (shown_.find(text) == std::string::npos) {
    if (!read_more()) return false;
  }
  return true;
}

void TerminalProgram::type(const std::string& text) const {
  LANSYNC_ASSERT(write(terminal_.get(), text.data(), text.size()) ==
                 static_cast<ssize_t>(text.size()));
}

int TerminalProgram::finish() {
  while (read_more()) {
  }
  return exit_of(std::exchange(child_, -1));
}

}  // namespace lansync::cli::test
