#include "core/engine/scan/hints.h"

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

}  // namespace
}  // namespace lansync
