// A story from its beginning to its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/story.h"
#include "tests/sim/world.h"

namespace lansync::sim {

struct Outcome {
  std::optional<Violation> violation;
  std::uint64_t trace = 0;  // Equal for equal runs.
  std::vector<std::string> log;
  std::string state;  // What each device shows in the end; only after a violation.
  World::Counts counts;
};

// Plays it, and checks everything that has to hold, at each `settle` and at the end.
// `verbose`: the log has the jobs as well.
Outcome play(const Story& story, bool verbose = false);

}  // namespace lansync::sim
