// Who is in a story.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/crypto/identity.h"
#include "core/sync/membership.h"
#include "core/sync/replica.h"

namespace lansync::test {

// The devices of a story: their keys, their names, and the share that they all may write. Made
// once; outlives every device.
class ToyCast {
 public:
  explicit ToyCast(std::size_t devices);

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] const Membership& membership() const { return *membership_; }
  [[nodiscard]] Author author(std::size_t device) const { return {keys_.at(device).id(), 1}; }
  [[nodiscard]] Sign sign(std::size_t device) const;
  static std::string name(std::size_t device);

 private:
  std::vector<DeviceKeys> keys_;
  std::optional<Membership> membership_;
};

}  // namespace lansync::test
