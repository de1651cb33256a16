#include "cli/daemon/crash_report.h"

#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/assert.h"
#include "tests/support/temporary_folder.h"

namespace lansync::cli {
namespace {

using lansync::test::TemporaryFolder;

// 2027-01-15T08:00:00.000000001Z
constexpr WallTime kThen{1'800'000'000'000'000'001};

// What happens in a process of its own, which ends with this signal.
int end_of(const std::function<void()>& happen) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
    // Catch2 wants to report what this process is about to do.
    for (const int signal : {SIGABRT, SIGSEGV, SIGTERM}) std::signal(signal, SIG_DFL);
    happen();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("A failed assertion leaves the last events in a file only its owner can read") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "crash.log";
  const int signal = end_of([&file] {
    const auto events = std::make_unique<FlightRecorder>();
    const CrashReport report(*events, file);
    events->record({.at = kThen, .what = "oldest", .number = 1});
    for (std::uint64_t i = 1; i < FlightRecorder::kEventsMax; ++i) {
      events->record({.at = kThen, .what = "job done", .detail = "hash", .number = i});
    }
    events->record({.at = kThen,
                    .what = "message",
                    .detail = "segment",
                    .share = 0x0123456789abcdef,
                    .device = 0xfedcba9876543210});
    const bool two_and_two_are_five = false;
    LANSYNC_ASSERT(two_and_two_are_five);
  });
  CHECK(signal == SIGABRT);
  const std::string text = read(file);
  CHECK(text.find("ended by a bug: two_and_two_are_five does not hold at crash_report_test.cc:") !=
        std::string::npos);
  CHECK(text.find("2027-01-15T08:00:00.000000001Z job done hash 4095\n") != std::string::npos);
  CHECK(text.ends_with("Z message segment share 01234567 device fedcba98\n"));
  CHECK(text.find("Z oldest") == std::string::npos);  // It was the 4,097th last.
  CHECK(std::ranges::count(text, '\n') == FlightRecorder::kEventsMax + 2);
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  CHECK((std::filesystem::status(file).permissions() & others) == std::filesystem::perms::none);
}

TEST_CASE("A signal that ends the process leaves a report, and the one before is kept") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "crash.log";
  std::ofstream(file) << "the one before";
  const int signal = end_of([&file] {
    const auto events = std::make_unique<FlightRecorder>();
    const CrashReport report(*events, file);
    events->record({.at = kThen, .what = "timer"});
    std::terminate();
  });
  CHECK(signal == SIGABRT);
  CHECK(
      read(file).ends_with("ended by a bug: signal 6\nWhat it did last, oldest first:\n"
                           "2027-01-15T08:00:00.000000001Z timer\n"));
  CHECK(read(folder.path() / "crash.log.1") == "the one before");
}

TEST_CASE("A bad access ends the process as it would without a report, and leaves one") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "crash.log";
  const int signal = end_of([&file] {
    const auto events = std::make_unique<FlightRecorder>();
    const CrashReport report(*events, file);
    raise(SIGSEGV);
  });
  CHECK(signal == SIGSEGV);
  CHECK(read(file).find("ended by a bug: signal 11\n") != std::string::npos);
}

TEST_CASE("A process that ends well leaves no report") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "crash.log";
  CHECK(end_of([&file] {
          const auto events = std::make_unique<FlightRecorder>();
          {
            const CrashReport report(*events, file);
          }
          const CrashReport again(*events, file);
          events->record({.what = "stop"});
        }) == 0);
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("A report where there is no folder changes nothing about the end") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "gone" / "crash.log";
  CHECK(end_of([&file] {
          const auto events = std::make_unique<FlightRecorder>();
          const CrashReport report(*events, file);
          std::abort();
        }) == SIGABRT);
  CHECK_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace lansync::cli
