// That it does not matter in which order a device hears of things.
#pragma once

#include "tests/sim/world.h"

namespace lansync::sim {

// Lets a device that knows nothing hear all that the first one has heard, each thing twice and the
// latest first wherever its causes allow that: in the end it must have the same versions. L6 if
// not. Takes signatures by the dozen, so not for every story.
void check_order(World& world);

}  // namespace lansync::sim
