// The vocabulary of time. The core is told what time it is; it never asks.
#pragma once

#include <chrono>
#include <cstdint>

namespace lansync {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

// Nanoseconds since 1970-01-01 UTC, as a file's time or a person's clock has them. May be negative,
// may jump; only ever a tie-break or something to show, never a measure of how long.
struct WallTime {
  std::int64_t ns = 0;

  friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

// What the core is told about the present: one clock to measure with, one to show.
struct Now {
  TimePoint steady;
  WallTime wall;
};

}  // namespace lansync
