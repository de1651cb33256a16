#include "discovery/multicast_check.h"

#include <algorithm>
#include <array>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "discovery/file_descriptor.h"

namespace lansync {
namespace {

constexpr std::uint16_t kMdnsPort = 5353;
constexpr const char* kGroupV4 = "224.0.0.251";
constexpr const char* kGroupV6 = "ff02::fb";

std::string last_error() { return std::system_category().message(errno); }

bool is_v6(const std::string& ip) { return ip.find(':') != std::string::npos; }

template <class Value>
bool set(int fd, int level, int option, const Value& value) {
  return ::setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

template <class Address>
std::string send_to(int fd, const Address& group) {
  constexpr std::array<char, 1> kNothing{};
  const auto sent = ::sendto(fd, kNothing.data(), 0, MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&group), sizeof(group));
  // A queue that is full for a moment says nothing about tomorrow.
  return sent >= 0 || errno == EAGAIN || errno == ENOBUFS ? std::string() : last_error();
}

std::string try_v4(unsigned index) {
  const FileDescriptor fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ip_mreqn interface{};
  interface.imr_ifindex = static_cast<int>(index);
  if (!fd.valid() || !set(fd.get(), IPPROTO_IP, IP_MULTICAST_IF, interface) ||
      !set(fd.get(), IPPROTO_IP, IP_MULTICAST_TTL, 0) ||
      !set(fd.get(), IPPROTO_IP, IP_MULTICAST_LOOP, 0)) {
    return last_error();
  }
  sockaddr_in group{};
  group.sin_family = AF_INET;
  group.sin_port = htons(kMdnsPort);
  inet_pton(AF_INET, kGroupV4, &group.sin_addr);
  return send_to(fd.get(), group);
}

std::string try_v6(unsigned index) {
  const FileDescriptor fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid() || !set(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(index)) ||
      !set(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 0) ||
      !set(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0)) {
    return last_error();
  }
  sockaddr_in6 group{};
  group.sin6_family = AF_INET6;
  group.sin6_port = htons(kMdnsPort);
  group.sin6_scope_id = index;
  inet_pton(AF_INET6, kGroupV6, &group.sin6_addr);
  return send_to(fd.get(), group);
}

std::string enumerate(const std::vector<LocalInterface>& interfaces) {
  std::string names;
  for (const LocalInterface& interface : interfaces) {
    names += (names.empty() ? "" : ", ") + interface.name;
  }
  return names;
}

}  // namespace

std::string try_multicast(const LocalInterface& interface) {
  std::string failure = "no address";
  for (const bool v6 : {false, true}) {
    const bool has_one = std::ranges::any_of(
        interface.addresses, [v6](const std::string& ip) { return is_v6(ip) == v6; });
    if (!has_one) continue;
    failure = v6 ? try_v6(interface.index) : try_v4(interface.index);
    if (failure.empty()) break;
  }
  return failure;
}

std::optional<DiscoveryProblem> multicast_problem(const std::vector<LocalInterface>& all,
                                                  const MulticastAttempt& attempt) {
  using Kind = DiscoveryProblem::Kind;
  std::vector<LocalInterface> connected;
  std::ranges::copy_if(all, std::back_inserter(connected), [](const LocalInterface& interface) {
    return interface.connected && !interface.addresses.empty();
  });
  if (connected.empty()) {
    return DiscoveryProblem{Kind::no_network, "no network: no interface has a link and an address"};
  }
  std::vector<LocalInterface> candidates = interfaces_to_use(connected);
  std::string failure;
  for (const LocalInterface& interface : candidates) {
    failure = attempt(interface);
    if (failure.empty()) return std::nullopt;
  }
  std::string text = "no multicast on " + enumerate(candidates.empty() ? connected : candidates);
  if (!failure.empty()) text += ": " + failure;
  return DiscoveryProblem{Kind::no_multicast, std::move(text)};
}

}  // namespace lansync
