// The devices of all stories.
#pragma once

#include <vector>

#include "core/crypto/identity.h"
#include "core/sync/membership.h"

namespace lansync::sim {

// Keys, and shares that some of the devices are members of. Made once, since making keys and
// signatures takes longer than a short story.
class Cast {
 public:
  static constexpr std::size_t kDevicesMax = 8;

  static const Cast& get();

  [[nodiscard]] const DeviceKeys& keys(std::size_t device) const { return keys_.at(device); }
  // The share whose members are the first `devices`, all of them owners or editors.
  [[nodiscard]] const Membership& membership(std::size_t devices) const {
    return memberships_.at(devices - 1);
  }
  [[nodiscard]] Sign sign(std::size_t device) const;

 private:
  Cast();

  std::vector<DeviceKeys> keys_;
  std::vector<Membership> memberships_;
};

}  // namespace lansync::sim
