#include "cli/daemon/crash_report.h"

#include <array>
#include <atomic>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "cli/version.h"
#include "core/base/assert.h"

namespace lansync::cli {
namespace {

constexpr std::array kSignals = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
constexpr std::size_t kStackBytes = std::size_t{64} << 10;

// A handler is told nothing but its signal: what it needs has to stand here.
struct Preparations {
  const FlightRecorder* events = nullptr;
  std::array<char, PATH_MAX> file{};
  std::array<char, PATH_MAX> older_file{};
  // A stack that has run over is no place to run a handler.
  std::array<char, kStackBytes> stack{};
};
Preparations preparations;
std::atomic<bool> reported{false};

// Text on its way into a file, with what signal-safety(7) allows and nothing else.
class SafeWriter {
 public:
  explicit SafeWriter(int fd) : fd_(fd) {}
  ~SafeWriter() { flush(); }
  SafeWriter(const SafeWriter&) = delete;
  SafeWriter& operator=(const SafeWriter&) = delete;

  SafeWriter& text(const char* text) {
    for (; *text != '\0'; ++text) put(*text);
    return *this;
  }
  SafeWriter& number(std::uint64_t value, int width = 1) {
    std::array<char, 20> digits{};
    int count = 0;
    for (; value > 0 || count < width; value /= 10) {
      digits[static_cast<std::size_t>(count++)] = static_cast<char>('0' + value % 10);
    }
    while (count > 0) put(digits[static_cast<std::size_t>(--count)]);
    return *this;
  }
  // The first 32 bits of an id: enough to tell the few from each other, of no other use.
  SafeWriter& id(std::uint64_t tag) {
    for (int shift = 60; shift >= 32; shift -= 4) put("0123456789abcdef"[(tag >> shift) & 0xf]);
    return *this;
  }
  SafeWriter& time(WallTime at) {
    using std::chrono::floor;
    const std::chrono::sys_time<std::chrono::nanoseconds> when{std::chrono::nanoseconds(at.ns)};
    const auto day = floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(when - day);
    const auto count = [](auto duration) { return static_cast<std::uint64_t>(duration.count()); };
    number(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4).text("-");
    number(static_cast<unsigned>(date.month()), 2).text("-");
    number(static_cast<unsigned>(date.day()), 2).text("T");
    number(count(time.hours()), 2).text(":");
    number(count(time.minutes()), 2).text(":");
    return number(count(time.seconds()), 2).text(".").number(count(time.subseconds()), 9).text("Z");
  }

 private:
  void put(char c) {
    if (used_ == buffer_.size()) flush();
    buffer_[used_++] = c;
  }
  void flush() {
    for (std::size_t done = 0; done < used_;) {
      const ssize_t written = ::write(fd_, buffer_.data() + done, used_ - done);
      if (written <= 0) break;  // There is nobody left to tell.
      done += static_cast<std::size_t>(written);
    }
    used_ = 0;
  }

  const int fd_;
  std::array<char, 4096> buffer_{};
  std::size_t used_ = 0;
};

void write_event(SafeWriter& out, const FlightRecorder::Event& event) {
  out.time(event.at).text(" ").text(event.what.text());
  if (*event.detail.text() != '\0') out.text(" ").text(event.detail.text());
  if (event.number != 0) out.text(" ").number(event.number);
  if (event.share != 0) out.text(" share ").id(event.share);
  if (event.device != 0) out.text(" device ").id(event.device);
  out.text("\n");
}

// Opens the report and says who died; -1 if there is one already, or no way to write it.
int begin_report() {
  if (reported.exchange(true)) return -1;
  static_cast<void>(::rename(preparations.file.data(), preparations.older_file.data()));
  return ::open(preparations.file.data(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                0600);
}

template <class Cause>
void report(Cause cause) {
  const int fd = begin_report();
  if (fd < 0) return;
  {
    SafeWriter out(fd);
    out.text("lansync ").text(kVersion).text(", pid ");
    out.number(static_cast<std::uint64_t>(::getpid())).text(", ended by a bug: ");
    cause(out);
    out.text("\nWhat it did last, oldest first:\n");
    preparations.events->for_each(
        [&out](const FlightRecorder::Event& event) { write_event(out, event); });
  }
  static_cast<void>(::fsync(fd));
  ::close(fd);
}

void report_assertion(const char* condition, const char* file, int line) noexcept {
  report([&](SafeWriter& out) {
    const char* name = std::strrchr(file, '/');  // Where it was built is nobody's business.
    out.text(condition).text(" does not hold at ").text(name == nullptr ? file : name + 1);
    out.text(":").number(static_cast<std::uint64_t>(line));
  });
}

extern "C" void lansync_report_signal(int signal) {
  report([signal](SafeWriter& out) {
    out.text("signal ").number(static_cast<std::uint64_t>(signal));
  });
  // The handler is gone (SA_RESETHAND), so this one is deadly.
  static_cast<void>(::raise(signal));
}

bool store(const std::string& path, std::array<char, PATH_MAX>& to) {
  if (path.size() >= to.size()) return false;
  to.fill('\0');
  path.copy(to.data(), path.size());
  return true;
}

void handle_signals() {
  stack_t stack{};
  stack.ss_sp = preparations.stack.data();
  stack.ss_size = preparations.stack.size();
  static_cast<void>(sigaltstack(&stack, nullptr));
  for (const int signal : kSignals) {
    struct sigaction present{};
    if (sigaction(signal, nullptr, &present) != 0 || present.sa_handler != SIG_DFL) continue;
    struct sigaction action{};
    action.sa_handler = lansync_report_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_ONSTACK);
    sigaction(signal, &action, nullptr);
  }
}

void leave_signals() {
  for (const int signal : kSignals) {
    struct sigaction present{};
    if (sigaction(signal, nullptr, &present) == 0 && present.sa_handler == lansync_report_signal) {
      std::signal(signal, SIG_DFL);
    }
  }
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  static_cast<void>(sigaltstack(&none, nullptr));
}

}  // namespace

CrashReport::CrashReport(const FlightRecorder& events, const std::filesystem::path& file) {
  LANSYNC_ASSERT(preparations.events == nullptr);
  const bool fits = store(file.string(), preparations.file) &&
                    store(file.string() + ".1", preparations.older_file);
  if (!fits) return;
  preparations.events = &events;
  reported = false;
  set_assertion_hook(report_assertion);
  handle_signals();
}

CrashReport::~CrashReport() {
  if (preparations.events == nullptr) return;
  leave_signals();
  set_assertion_hook(nullptr);
  preparations.events = nullptr;
}

}  // namespace lansync::cli
