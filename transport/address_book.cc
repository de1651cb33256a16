#include "transport/address_book.h"

#include <algorithm>

#include "core/chunk/hash.h"

namespace lansync {
namespace {

constexpr std::size_t kTagDigits = 16;

}  // namespace

std::string to_string(const SightedAddress& address) {
  const bool v6 = address.ip.find(':') != std::string::npos;
  return (v6 ? "[" + address.ip + "]" : address.ip) + ":" + std::to_string(address.port);
}

std::string device_tag(const DeviceId& device) {
  return to_hex(hash_of(device.view(), "lansync/v1/device-tag")).substr(0, kTagDigits);
}

void AddressBook::reached(const DeviceId& device, const SightedAddress& address) {
  auto& known = remembered_[device];
  std::erase(known, address);
  known.insert(known.begin(), address);
  if (known.size() > kRememberedMax) known.pop_back();
}

void AddressBook::forget(const SightedAddress& address) {
  for (auto& [device, known] : remembered_) std::erase(known, address);
  std::erase_if(remembered_, [](const auto& one) { return one.second.empty(); });
}

std::vector<SightedAddress> AddressBook::addresses_of(const DeviceId& device) const {
  const std::string tag = device_tag(device);
  std::vector<SightedAddress> addresses;
  const auto offer = [&](const std::vector<SightedAddress>& more) {
    for (const SightedAddress& address : more) {
      if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    }
  };
  for (const auto& [instance, sighted] : sightings_) {
    if (sighted.device_tag == tag) offer(sighted.addresses);
  }
  if (const auto known = remembered_.find(device); known != remembered_.end()) offer(known->second);
  return addresses;
}

std::vector<Sighted> AddressBook::inviting() const {
  std::vector<Sighted> found;
  for (const auto& [instance, sighted] : sightings_) {
    if (sighted.invitation_open) found.push_back(sighted);
  }
  return found;
}

}  // namespace lansync
