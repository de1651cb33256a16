// What travels although nobody needs it.
#pragma once

#include <set>
#include <vector>

#include "core/base/bytes.h"
#include "tests/sim/ghost.h"

namespace lansync::sim {

// A file that is moved, copied, touched or brought back costs no content: where its bytes are on a
// disk anyway, they are not sent there again.
//
// What was on a device's disk at the last rest, and still is, counts as there. Only while nothing
// has broken: a disk that fails to read, or an index that was lost, is a reason to ask again. And
// only contents that travel in one piece are recognized.
class Economy {
 public:
  explicit Economy(std::size_t devices) : there_(devices) {}

  // Something broke.
  void disturbed() { calm_ = false; }
  [[nodiscard]] bool calm() const { return calm_; }
  // `trees`: all that is on the device's disk, while nothing happens.
  void rested(std::size_t device, const std::vector<SeenTree>& trees);
  // Whether the bytes that arrive at the device were there at the last rest. If they still are,
  // that is a violation of R2.
  [[nodiscard]] bool was_there(std::size_t device, ByteView bytes) const;

 private:
  std::vector<std::set<VersionId>> there_;
  bool calm_ = true;
};

// Whether a tree holds a file of these bytes.
bool holds(const SeenTree& tree, ByteView bytes);

}  // namespace lansync::sim
