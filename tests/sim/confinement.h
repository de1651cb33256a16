// What is none of lansync's business.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "tests/sim/ghost.h"
#include "tests/support/disk_effect.h"

namespace lansync::sim {

// S11: nothing outside of the share is made, changed or removed, wherever links lead and whatever
// stands in the share's place; and what lansync does not sync, a pipe or a device, stays where a
// person put it.
//
// One device's. It is told all that the device does to its disk, and what its person does.
class Confinement {
 public:
  static std::optional<Violation> check(const test::DiskEffect& effect);

  void acted(const SeenTree& before, const SeenTree& after);
  // At rest. What a person put there while something was being installed may be in the trash.
  [[nodiscard]] std::optional<Violation> check_rest(const SeenTree& tree,
                                                    const SeenTree& trash) const;

 private:
  std::set<std::string> strange_;  // Paths.
};

}  // namespace lansync::sim
