// What has to hold when nothing happens any more.
#pragma once

#include "tests/sim/world.h"

namespace lansync::sim {

// Requires that the world is at rest; the first broken promise goes to World::violate().
//
//   L1 all show the same tree        L2 no copy that nobody needs     L4 nothing is left over
//   S1 what is owed is to be seen    S5 what is buried is not         S9 the index is as the disk
//   S10 a dot names one change
void check_rest(World& world);

// Restarts everything, and requires that nothing whatever comes of it: L3, S4.
void check_stays_at_rest(World& world);

}  // namespace lansync::sim
