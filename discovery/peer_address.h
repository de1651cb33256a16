// Where a peer may be reached.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace lansync {

// An IP address and a TCP port. The text is numeric; a link-local IPv6 address carries its scope
// ("fe80::1%eth0").
struct PeerAddress {
  std::string ip;
  std::uint16_t port = 0;

  friend auto operator<=>(const PeerAddress&, const PeerAddress&) = default;
};

// Whether an address that somebody on the network claims is worth a connection attempt: a unicast
// address that is neither loopback nor unspecified nor reserved, also when it is IPv4 mapped into
// IPv6; a link-local one has a scope; the port is not a system service's. Anybody can announce
// anything, and whoever dials is a tool in the announcer's hand.
[[nodiscard]] bool worth_dialling(const PeerAddress& address);

}  // namespace lansync
