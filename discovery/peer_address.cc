#include "discovery/peer_address.h"

#include <algorithm>
#include <span>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "discovery/limits.h"

namespace lansync {
namespace {

bool unicast_v4(std::span<const std::uint8_t> ip) {
  const std::uint8_t first = ip[0];
  return first != 0 && first != 127 && first < 224;  // 224/4 is multicast, 240/4 is reserved.
}

bool unicast_v6(const in6_addr& ip, bool has_scope) {
  const std::span<const std::uint8_t> bytes(ip.s6_addr);
  if (IN6_IS_ADDR_MULTICAST(&ip)) return false;
  if (IN6_IS_ADDR_V4MAPPED(&ip)) return unicast_v4(bytes.subspan(12));
  // ::/96 holds the unspecified address, loopback and the deprecated IPv4-compatible ones.
  if (std::ranges::all_of(bytes.first(12), [](std::uint8_t byte) { return byte == 0; }))
    return false;
  return has_scope == (IN6_IS_ADDR_LINKLOCAL(&ip) != 0);
}

}  // namespace

bool worth_dialling(const PeerAddress& address) {
  if (address.port < discovery_limits::kPortMin) return false;
  // inet_pton() takes what stands before a zero byte for the whole.
  if (address.ip.find('\0') != std::string::npos) return false;

  const std::size_t percent = address.ip.find('%');
  const bool has_scope = percent != std::string::npos;
  const std::string ip = address.ip.substr(0, percent);
  if (has_scope && percent + 1 == address.ip.size()) return false;

  in_addr v4{};
  if (inet_pton(AF_INET, ip.c_str(), &v4) == 1) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4.s_addr);
    return !has_scope && unicast_v4(std::span(bytes, sizeof(v4.s_addr)));
  }
  in6_addr v6{};
  return inet_pton(AF_INET6, ip.c_str(), &v6) == 1 && unicast_v6(v6, has_scope);
}

}  // namespace lansync
