#include "core/engine/scan/hints.h"

#include <string>

#include <catch2/catch.hpp>

#include "core/base/limits.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{std::chrono::hours(1)};

TEST_CASE("Hints are followed when it has been quiet", "[engine][hints]") {
  Hints hints;
  CHECK_FALSE(hints.deadline());
  CHECK(hints.take_due(kStart).empty());
  const RelativePath dir = RelativePath::parse("dir").value();
  hints.add(dir, false, kStart);
  hints.add(RelativePath(), false, kStart + 10ms);
  hints.add(dir, true, kStart + 20ms);
  hints.add(dir, false, kStart + 30ms);
  const TimePoint due = kStart + 30ms + limits::kQuietWindow;
  CHECK(hints.deadline() == due);
  CHECK(hints.take_due(due - 1ns).empty());
  CHECK(hints.take_due(due) == Hints::Dirs{{RelativePath(), false}, {dir, true}});
  CHECK(hints.empty());
}

TEST_CASE("Hints that never end are followed all the same", "[engine][hints]") {
  Hints hints;
  TimePoint now = kStart;
  for (; now < kStart + Hints::kQuietWindowMax; now += 10ms) {
    hints.add(RelativePath(), false, now);
    REQUIRE(hints.take_due(now).empty());
  }
  CHECK(hints.deadline() == kStart + Hints::kQuietWindowMax);
  CHECK(hints.take_due(now).size() == 1);
  // The next ones have a window of their own.
  hints.add(RelativePath(), false, now);
  CHECK(hints.take_due(now).empty());
}

// 10,000 entries: 0.4 s.
struct LargeDirectory {
  LargeDirectory() { hints.looked(dir, 10'000, kStart); }

  TimePoint rested() const { return kStart + 10'000 * Hints::kRestPerEntry; }

  const RelativePath dir = RelativePath::parse("dir").value();
  const RelativePath other = RelativePath::parse("other").value();
  Hints hints;
};

TEST_CASE("A large directory rests after a look", "[engine][hints]") {
  LargeDirectory large;
  Hints& hints = large.hints;
  hints.add(large.dir, false, kStart + 10ms);
  hints.add(large.other, false, kStart + 10ms);
  const TimePoint due = kStart + 10ms + limits::kQuietWindow;
  CHECK(hints.take_due(due) == Hints::Dirs{{large.other, false}});
  CHECK_FALSE(hints.empty());
  CHECK(hints.deadline() == large.rested());
  SECTION("and no longer") {
    CHECK(hints.take_due(large.rested() - 1ns).empty());
    CHECK(hints.take_due(large.rested()) == Hints::Dirs{{large.dir, false}});
  }
  SECTION("unless everything is to be looked at") {
    hints.add(large.other, false, due);
    CHECK(hints.take_all() == Hints::Dirs{{large.dir, false}, {large.other, false}});
  }
  SECTION("unless what is beneath it is meant, too") {
    hints.add(large.dir, true, due);
    CHECK(hints.take_due(due + limits::kQuietWindow) == Hints::Dirs{{large.dir, true}});
  }
  CHECK(hints.empty());
  CHECK_FALSE(hints.deadline());
}

TEST_CASE("What is asked of a large directory when it has rested is not put off",
          "[engine][hints]") {
  LargeDirectory large;
  large.hints.add(large.dir, false, large.rested() - 10ms);
  CHECK(large.hints.take_due(large.rested() - 10ms + limits::kQuietWindow).size() == 1);
  CHECK(large.hints.empty());
}

TEST_CASE("Small directories do not rest, nor more large ones than can be known",
          "[engine][hints]") {
  LargeDirectory large;
  Hints& hints = large.hints;
  hints.looked(large.other, Hints::kRestEntriesMin - 1, kStart);
  hints.add(large.other, false, kStart);
  CHECK(hints.take_due(kStart + limits::kQuietWindow).size() == 1);
  std::size_t resting = 1;
  for (int i = 0; i < 1000; ++i) {
    const RelativePath dir = RelativePath::parse(std::to_string(i)).value();
    hints.looked(dir, 10'000, kStart);
    hints.add(dir, false, kStart + 1ms);
  }
  resting += 1000 - hints.take_due(kStart + 1ms + limits::kQuietWindow).size();
  CHECK(resting == Hints::kRestingMax);
  // Those that have rested make room.
  hints.take_due(large.rested());
  hints.looked(large.other, 10'000, large.rested());
  hints.add(large.other, false, large.rested());
  CHECK(hints.take_due(large.rested() + limits::kQuietWindow).empty());
}

}  // namespace
}  // namespace lansync
