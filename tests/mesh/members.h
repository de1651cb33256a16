// The devices of a mesh: their keys, and the share that they are members of.
#pragma once

#include <optional>
#include <vector>

#include "core/crypto/identity.h"
#include "core/sync/membership.h"

namespace lansync::mesh {

// Numbered in the order of their ids, which is that in which a node talks to them.
class Members {
 public:
  explicit Members(std::size_t count);

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] const DeviceId& id(std::size_t device) const { return keys_.at(device).id(); }
  [[nodiscard]] Sign sign(std::size_t device) const;
  // One for all engines, as nobody comes or goes: a thousand copies would take a gigabyte.
  [[nodiscard]] Membership& membership() { return *membership_; }

 private:
  std::vector<DeviceKeys> keys_;
  std::optional<Membership> membership_;
};

}  // namespace lansync::mesh
