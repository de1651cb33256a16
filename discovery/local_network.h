// This machine's interfaces, and which of them discovery uses.
#pragma once

#include <compare>
#include <set>
#include <string>
#include <vector>

namespace lansync {

struct LocalInterface {
  unsigned index = 0;
  std::string name;
  // Up with a link (a cable, an access point), and not loopback.
  bool connected = false;
  // Up, able to multicast, neither loopback nor point to point.
  bool usable = false;
  // Numeric, without scope.
  std::vector<std::string> addresses;

  friend bool operator==(const LocalInterface&, const LocalInterface&) = default;
};

// An address of ours, to be announced on that interface.
struct LocalAddress {
  unsigned interface_index = 0;
  std::string ip;

  friend auto operator<=>(const LocalAddress&, const LocalAddress&) = default;
};

// What getifaddrs(3) says. Empty if it fails.
std::vector<LocalInterface> list_interfaces();

// Whether the name is one that container engines, hypervisors and tunnels give their interfaces:
// what is announced there reaches no LAN, and dialling it from elsewhere fails or reaches somebody
// else.
[[nodiscard]] bool is_virtual_interface(const std::string& name);

// The usable ones that have an address and are not virtual; the virtual ones if there is nothing
// else. Never loopback: nobody may dial it.
std::vector<LocalInterface> interfaces_to_use(const std::vector<LocalInterface>& all);

// Of each interface at most kAddressesPerInterfaceMax; link-local IPv6 only where there is no other
// IPv6, because not every program can carry a scope.
std::set<LocalAddress> addresses_to_publish(const std::vector<LocalInterface>& interfaces);

}  // namespace lansync
