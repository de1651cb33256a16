// Making a story short.
#pragma once

#include <cstddef>
#include <functional>

#include "tests/sim/story.h"

namespace lansync::sim {

// Whether a story still ends as badly as the one that is shortened.
using StillFails = std::function<bool(const Story&)>;

// Takes away whatever can be taken away so that the story still fails: steps (by halves, then one
// by one: Zeller and Hildebrandt's ddmin), devices, oddities of the devices and of the network,
// waits and sizes. What is left is 1-minimal, unless `plays_max` was reached first.
Story shrink(Story story, const StillFails& still_fails, std::size_t plays_max = 3000);

}  // namespace lansync::sim
