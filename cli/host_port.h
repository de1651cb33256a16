// Network addresses as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lansync::cli {

// Where a daemon listens unless it is told otherwise, and what `connect` dials without a port.
inline constexpr std::uint16_t kDefaultPort = 22727;

struct HostPort {
  std::string host;  // A name, an IPv4 or an IPv6 address without brackets.
  std::uint16_t port = kDefaultPort;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// `host`, `host:port`, `[ipv6]`, `[ipv6]:port`, or a bare IPv6 address (with `%zone`). Nothing if
// the text is none of these. Port 0 is accepted: the caller knows whether it makes sense.
std::optional<HostPort> parse_host_port(std::string_view text);

// The inverse, with brackets where they are needed.
std::string to_string(const HostPort& address);

}  // namespace lansync::cli
