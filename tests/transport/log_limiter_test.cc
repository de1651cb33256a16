#include "transport/log_limiter.h"

#include <vector>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart = TimePoint{} + 1h;

TEST_CASE("A flood of lines is cut to a few, and counted", "[transport][log_limiter]") {
  std::vector<std::string> lines;
  LogLimiter limiter([&](const std::string& line) { lines.push_back(line); },
                     {.lines_max = 2, .period = 1min});
  for (int i = 0; i < 1000; ++i) limiter.handle_line("garbage", kStart + i * 1ms);
  CHECK(lines == std::vector<std::string>{"garbage", "garbage"});

  limiter.handle_line("another", kStart + 1min);
  limiter.handle_line("third", kStart + 1min);
  limiter.handle_line("fourth", kStart + 1min);
  CHECK(lines ==
        std::vector<std::string>{"garbage", "garbage", "another (and 998 more like it)", "third"});
}

TEST_CASE("Without a log, lines go nowhere", "[transport][log_limiter]") {
  LogLimiter limiter(nullptr);
  CHECK_NOTHROW(limiter.handle_line("garbage", kStart));
}

}  // namespace
}  // namespace lansync
