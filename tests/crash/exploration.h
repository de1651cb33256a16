// Every crash of a scenario, and every state of the disk that it may leave.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/crash/scenario.h"
#include "tests/crash/verdict.h"

namespace lansync::test {

struct Explored {
  std::uint64_t moments = 0;     // Crash points.
  std::uint64_t outcomes = 0;    // States of a disk that the power failures may have left.
  std::uint64_t recoveries = 0;  // Different ones, each with every later act, run to the end.
  std::uint64_t most = 0;        // The outcomes of the crash point that has most.
  std::vector<std::string> failures;

  void add(const Explored& other);
};

struct ExplorationLimits {
  // No crash point has more outcomes than this: were it reached, some would be missed, and that is
  // a failure.
  std::uint64_t outcomes_max = 20'000;
  std::size_t failures_max = 3;
  Durability durability = Durability::strict;
  bool later_acts = true;
  // Also a second crash at every moment of each recovery, which leaves everything or as little as
  // it may.
  bool crash_again = false;
};

// Nothing if the acts make no sense in this order.
std::optional<Explored> explore(const Acts& acts, const ExplorationLimits& limits);

}  // namespace lansync::test
