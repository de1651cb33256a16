// Scenarios that come to the same, so that one of them is enough.
#pragma once

#include <cstddef>
#include <vector>

#include "tests/crash/scenario.h"

namespace lansync::test {

// Sequences of acts that are alike, the shortest first: whichever is explored, the others would
// tell nothing else.
//
// They are if they leave the same when the devices meet, and owe the same to the same users: most
// often because they are the same acts in another order. What follows is then the same too, but for
// the numbers of inodes and the times of files:
//   - Engines compare inodes and times of files with one another, and only for equality. (A time is
//     also racy if it is that of the look; what users do is a second older at least.)
//   - What is expected (Exploration) follows from the trees before and after the acts, from whether
//     the trash is emptied, and from whether the subject's user did anything.
//   - Nothing else has a memory of the acts: neither engine has looked yet.
using Alike = std::vector<Acts>;

// All sequences of up to `depth` acts that make sense.
std::vector<Alike> alike_scenarios(std::size_t depth);

}  // namespace lansync::test
