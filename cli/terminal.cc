#include "cli/terminal.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/os/unique_fd.h"

namespace lansync::cli {
namespace {

constexpr std::size_t kDefaultColumns = 80;
constexpr std::size_t kLineBytesMax = 4096;
constexpr int kPipePatienceMs = 2000;
constexpr std::string_view kWhiteSpace = " \t\r\n";

// Returns the error's number, or 0.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

enum class Waited { ready, interrupted, too_long };

// A negative patience is endless.
Waited wait_for_input(int fd, const Interrupts& interrupts, int patience_ms) {
  std::array<pollfd, 2> ready = {{{interrupts.fd(), POLLIN, 0}, {fd, POLLIN, 0}}};
  while (true) {
    const int count = poll(ready.data(), ready.size(), patience_ms);
    if (count == 0) return Waited::too_long;
    if (count < 0 && errno == EINTR) continue;
    return count > 0 && ready[0].revents == 0 ? Waited::ready : Waited::interrupted;
  }
}

Outcome<std::string> read_code(int fd, const std::string& file, const Interrupts& interrupts,
                               int patience_ms) {
  std::string text;
  while (text.size() < kLineBytesMax) {
    const Waited waited = wait_for_input(fd, interrupts, patience_ms);
    if (waited == Waited::interrupted) {
      return Failure{ExitCode::interrupted, "interrupted", {}, {}};
    }
    if (waited == Waited::too_long) return std::string();
    std::array<char, 512> chunk;
    const ssize_t count = ::read(fd, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure_from_errno("cannot read the code", file, {});
    if (count == 0) return trimmed(text);
    text.append(chunk.data(), static_cast<std::size_t>(count));
    text.erase(0, text.find_first_not_of(kWhiteSpace));
    if (const std::size_t end = text.find('\n'); end != std::string::npos) {
      return trimmed(text.substr(0, end));
    }
  }
  return Failure{ExitCode::usage, "this is no code: it is longer than 4 kB", file, {}};
}

}  // namespace

Terminal Terminal::standard(const Environment& environment) {
  Terminal terminal;
  terminal.in_is_terminal_ = isatty(STDIN_FILENO) == 1;
  terminal.out_is_terminal_ = isatty(STDOUT_FILENO) == 1;
  terminal.err_is_terminal_ = isatty(STDERR_FILENO) == 1;
  terminal.colours_ = terminal.out_is_terminal_ && !environment.no_color;
  return terminal;
}

std::size_t Terminal::columns() const {
  winsize size = {};
  for (const int fd : {STDERR_FILENO, STDOUT_FILENO}) {
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  }
  return kDefaultColumns;
}

void Terminal::answer(std::string_view text) const {
  if (const int error = write_all(STDOUT_FILENO, text)) answer_error_ = error;
}

void Terminal::message(std::string_view text) const { write_all(STDERR_FILENO, text); }

void Terminal::failure(const Failure& failure) const {
  message("lansync: " + describe(failure) + "\n");
}

std::optional<std::string> Terminal::ask(std::string_view question,
                                         const Interrupts& interrupts) const {
  message(question);
  std::string line;
  while (line.size() < kLineBytesMax) {
    if (wait_for_input(STDIN_FILENO, interrupts, -1) != Waited::ready) break;
    std::array<char, 256> chunk;
    const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    line.append(chunk.data(), static_cast<std::size_t>(count));
    if (line.ends_with('\n')) return trimmed(line);
  }
  message("\n");
  return std::nullopt;
}

Outcome<std::string> read_code_file(const std::string& file, const Interrupts& interrupts) {
  if (file == "-") return read_code(STDIN_FILENO, "standard input", interrupts, -1);
  const UniqueFd opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return failure_from_errno("cannot read the code", file, "check the file's name");
  return read_code(opened.get(), file, interrupts, -1);
}

Outcome<std::string> read_piped_code(const Interrupts& interrupts) {
  struct stat status = {};
  if (fstat(STDIN_FILENO, &status) != 0) return std::string();
  if (!S_ISFIFO(status.st_mode) && !S_ISREG(status.st_mode)) return std::string();
  return read_code(STDIN_FILENO, "standard input", interrupts, kPipePatienceMs);
}

}  // namespace lansync::cli
