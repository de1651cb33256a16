#include "cli/host_port.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace lansync::cli {
namespace {

// RFC 1035's limit on a name.
constexpr std::size_t kHostBytesMax = 253;

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool may_be_name(std::string_view text) {
  if (text.empty() || text.size() > kHostBytesMax || text.front() == '-') return false;
  return std::ranges::all_of(
      text, [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

bool is_ipv6(std::string_view text) {
  const std::string address(text.substr(0, text.find('%')));
  const std::string_view zone = text.substr(address.size());
  in6_addr parsed = {};
  // inet_pton() takes what stands before a zero byte for the whole.
  if (address.find('\0') != std::string::npos) return false;
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return false;
  return zone.empty() || may_be_name(zone.substr(1));
}

std::optional<HostPort> with_port(std::string_view host, std::string_view port) {
  const auto number = parse_port(port);
  if (!number) return std::nullopt;
  return HostPort{std::string(host), *number};
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (!is_ipv6(host)) return std::nullopt;
    if (rest.empty()) return HostPort{std::string(host), kDefaultPort};
    if (!rest.starts_with(':')) return std::nullopt;
    return with_port(host, rest.substr(1));
  }
  if (is_ipv6(text)) return HostPort{std::string(text), kDefaultPort};
  const std::size_t colon = text.find(':');
  if (!may_be_name(text.substr(0, colon))) return std::nullopt;
  if (colon == std::string_view::npos) return HostPort{std::string(text), kDefaultPort};
  return with_port(text.substr(0, colon), text.substr(colon + 1));
}

std::string to_string(const HostPort& address) {
  const bool brackets = address.host.find(':') != std::string::npos;
  const std::string host = brackets ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

}  // namespace lansync::cli
