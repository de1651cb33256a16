// Where devices may be reached.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace lansync {

struct SightedAddress {
  std::string ip;
  std::uint16_t port = 0;

  friend auto operator<=>(const SightedAddress&, const SightedAddress&) = default;
};

std::string to_string(const SightedAddress& address);

// A service instance on the network, as discovery last reported it.
struct Sighted {
  std::string device_tag;
  bool invitation_open = false;
  std::vector<SightedAddress> addresses;
};

// Everything that has been proposed as a device's address: by discovery, from earlier sessions.
// None of it is trusted: whoever answers proves who it is.
//
// A value; bounded by what discovery passes on and by kRememberedMax for each device.
class AddressBook {
 public:
  static constexpr std::size_t kRememberedMax = 8;

  void sighted(const std::string& instance, Sighted what) {
    sightings_[instance] = std::move(what);
  }
  void gone(const std::string& instance) { sightings_.erase(instance); }
  // A session with the device was up at this address.
  void reached(const DeviceId& device, const SightedAddress& address);
  // No device is remembered to have been there. What is sighted now stays.
  void forget(const SightedAddress& address);

  // Where this device may be, the likeliest first: sighted now, then where it was before.
  [[nodiscard]] std::vector<SightedAddress> addresses_of(const DeviceId& device) const;
  // Instances with an open invitation.
  [[nodiscard]] std::vector<Sighted> inviting() const;
  [[nodiscard]] const std::map<std::string, Sighted>& sightings() const { return sightings_; }
  [[nodiscard]] const std::map<DeviceId, std::vector<SightedAddress>>& remembered() const {
    return remembered_;
  }

 private:
  std::map<std::string, Sighted> sightings_;                    // By instance.
  std::map<DeviceId, std::vector<SightedAddress>> remembered_;  // The last one first.
};

// The public name under which discovery announces a device: 16 hex digits, from which its id cannot
// be told by those who do not know it.
std::string device_tag(const DeviceId& device);

}  // namespace lansync
