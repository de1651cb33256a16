#include "cli/progress.h"

#include <catch2/catch.hpp>

#include "cli/text/width.h"

using namespace lansync;
using namespace lansync::cli;
using namespace std::chrono_literals;
using Style = ProgressDisplay::Style;

namespace {

const TimePoint kStart = TimePoint() + 1h;

Progress receiving(std::uint64_t bytes, std::uint64_t files) {
  return {"receiving", bytes, 2'000'000'000, files, 300};
}

}  // namespace

TEST_CASE("Nothing is shown before there is progress") {
  ProgressDisplay display(Style::bar, 80);
  CHECK(display.poll(kStart).empty());
  CHECK(display.clear().empty());
}

TEST_CASE("The bar tells phase, part, bytes, files, rate and what is left") {
  ProgressDisplay display(Style::bar, 120);
  display.update(kStart, receiving(0, 0));
  CHECK(display.bar_text(kStart) ==
        "receiving [....................]   0%  0 B of 2.0 GB, 0/300 files");
  display.update(kStart + 2s, receiving(500'000'000, 75));
  CHECK(
      display.bar_text(kStart + 2s) ==
      "receiving [#####...............]  25%  500 MB of 2.0 GB, 75/300 files, 250 MB/s, 0:06 left");
}

TEST_CASE("A hundred per cent is said only when it is done") {
  ProgressDisplay display(Style::bar, 120);
  display.update(kStart, receiving(1'999'999'999, 299));
  CHECK(display.bar_text(kStart).find(" 99%") != std::string::npos);
  display.update(kStart, receiving(2'000'000'000, 300));
  CHECK(display.bar_text(kStart).find("100%") != std::string::npos);
}

TEST_CASE("More done than there was to do does not break the bar") {
  ProgressDisplay display(Style::bar, 120);
  display.update(kStart, receiving(3'000'000'000, 300));
  CHECK(display.bar_text(kStart).find("[####################] 100%") != std::string::npos);
}

TEST_CASE("Without totals there is no bar but what was counted") {
  ProgressDisplay display(Style::bar, 80);
  display.update(kStart, {"scanning", 0, 0, 1234, 0});
  CHECK(display.bar_text(kStart) == "scanning  1,234 files");
}

TEST_CASE("Files alone make a bar too") {
  ProgressDisplay display(Style::bar, 80);
  display.update(kStart, {"receiving", 0, 0, 1, 2});
  CHECK(display.bar_text(kStart) == "receiving [##########..........]  50%  1/2 files");
}

TEST_CASE("The bar fits on any terminal") {
  for (std::size_t columns = 0; columns < 100; ++columns) {
    ProgressDisplay display(Style::bar, columns);
    display.update(kStart, receiving(1, 1));
    display.update(kStart + 2s, receiving(500'000'000, 75));
    CHECK(display_width(display.bar_text(kStart + 2s)) <= (columns > 0 ? columns - 1 : 0));
  }
}

TEST_CASE("The bar is drawn ten times a second at most") {
  ProgressDisplay display(Style::bar, 80);
  int drawn = 0;
  for (int ms = 0; ms < 1000; ++ms) {
    const TimePoint now = kStart + std::chrono::milliseconds(ms);
    display.update(now, receiving(static_cast<std::uint64_t>(ms) * 1000, 0));
    if (!display.poll(now).empty()) ++drawn;
  }
  CHECK(drawn == 10);
}

TEST_CASE("The bar is drawn over itself and removed before something else is said") {
  ProgressDisplay display(Style::bar, 80);
  display.update(kStart, receiving(0, 0));
  const std::string drawn = display.poll(kStart);
  CHECK(drawn.starts_with("\rreceiving"));
  CHECK(drawn.ends_with("\x1b[K"));
  CHECK(display.clear() == "\r\x1b[K");
  CHECK(display.clear().empty());
}

TEST_CASE("Elsewhere there is a line every ten seconds, and none for what is done sooner") {
  ProgressDisplay display(Style::lines, 80);
  display.update(kStart, receiving(0, 0));
  CHECK(display.poll(kStart).empty());
  CHECK(display.poll(kStart + 9s).empty());
  display.update(kStart + 10s, receiving(1'000'000'000, 150));
  CHECK(display.poll(kStart + 10s) ==
        "receiving: 1.0 GB of 2.0 GB, 150/300 files, 100 MB/s, 0:10 left\n");
  CHECK(display.poll(kStart + 19s).empty());
  CHECK_FALSE(display.poll(kStart + 20s).empty());
  CHECK(display.clear().empty());
}

TEST_CASE("A stall lowers the rate and a new phase forgets it") {
  ProgressDisplay display(Style::bar, 200);
  display.update(kStart, receiving(0, 0));
  display.update(kStart + 1s, receiving(100'000'000, 1));
  CHECK(display.bar_text(kStart + 1s).find("100 MB/s") != std::string::npos);
  CHECK(display.bar_text(kStart + 10s).find("10 MB/s") != std::string::npos);
  display.update(kStart + 10s, {"installing", 0, 10, 0, 0});
  CHECK(display.bar_text(kStart + 10s).find("/s") == std::string::npos);
}

TEST_CASE("The rate follows the last seconds and not the whole time") {
  ProgressDisplay display(Style::bar, 200);
  for (int second = 0; second <= 100; ++second) {
    display.update(kStart + std::chrono::seconds(second),
                   receiving(static_cast<std::uint64_t>(second) * 1'000'000, 1));
  }
  display.update(kStart + 105s, receiving(1'100'000'000, 1));
  CHECK(display.bar_text(kStart + 105s).find("200 MB/s") != std::string::npos);
}

TEST_CASE("A phase with control characters does not reach the terminal as it is") {
  ProgressDisplay display(Style::lines, 80);
  display.update(kStart, {"a\x1b[2J\nb", 0, 0, 0, 0});
  CHECK(display.line_text(kStart).find_first_of("\x1b\n") == std::string::npos);
}
