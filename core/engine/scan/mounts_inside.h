// What is mounted inside a share, and what it hides.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/engine/scan/found.h"
#include "core/index/index.h"

namespace lansync {

// Where other disks are mounted, as the last look at each directory showed it; no more than the
// system has mounts.
//
// A directory can be renamed while something is mounted in it. What the mount hides has moved along
// then, but is seen at neither place: it is not gone, and is found at its new place once it is
// hidden no more. Which directory was renamed is told by its inode.
//
// Owned by one share's scan.
class MountsInside {
 public:
  void add(const RelativePath& place) { places_.insert(place); }
  // The directory is looked at anew.
  void forget_in(const RelativePath& dir);
  // The directory is gone.
  void forget_beneath(const RelativePath& dir);

  // Takes out of `gone` the files that a mount hides at their new place, and the directories that
  // lead to them. `found` is what was found besides and is not in the index yet. An error is the
  // index's.
  Result<void> spare_hidden(Index& index, const std::vector<Found>& found,
                            std::map<RelativePath, Found>& gone) const;

 private:
  std::set<RelativePath> places_;
};

}  // namespace lansync
