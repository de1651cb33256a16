#include "discovery/local_network.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <string_view>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "discovery/limits.h"

namespace lansync {
namespace {

constexpr std::array<std::string_view, 24> kVirtualPrefixes = {
    "br-",    "cali",  "cilium",    "cni", "docker", "flannel", "lxc",     "lxdbr",
    "podman", "ppp",   "tailscale", "tap", "tun",    "utun",    "vboxnet", "veth",
    "virbr",  "vmnet", "vnet",      "wg",  "zt",     "ifb",     "dummy",   "incusbr"};

bool is_v6(std::string_view ip) { return ip.find(':') != std::string_view::npos; }
bool is_link_local_v6(const std::string& ip) {
  in6_addr address{};
  return inet_pton(AF_INET6, ip.c_str(), &address) == 1 && IN6_IS_ADDR_LINKLOCAL(&address);
}

std::string text_of(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.sa_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  } else if (address.sa_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  }
  if (bytes == nullptr ||
      inet_ntop(address.sa_family, bytes, text.data(), text.size()) == nullptr) {
    return {};
  }
  return text.data();
}

bool usable(unsigned flags) {
  return (flags & IFF_UP) != 0 && (flags & IFF_MULTICAST) != 0 &&
         (flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) == 0;
}

bool connected(unsigned flags) {
  return (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0 && (flags & IFF_LOOPBACK) == 0;
}

}  // namespace

std::vector<LocalInterface> list_interfaces() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, &freeifaddrs);

  std::map<std::string, LocalInterface> by_name;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    LocalInterface& interface = by_name[entry->ifa_name];
    interface.name = entry->ifa_name;
    interface.connected = connected(entry->ifa_flags);
    interface.usable = usable(entry->ifa_flags);
    if (entry->ifa_addr == nullptr) continue;
    std::string ip = text_of(*entry->ifa_addr);
    if (!ip.empty()) interface.addresses.push_back(std::move(ip));
  }

  std::vector<LocalInterface> result;
  for (auto& [name, interface] : by_name) {
    interface.index = if_nametoindex(name.c_str());
    if (interface.index != 0) result.push_back(std::move(interface));  // Else it is gone already.
  }
  return result;
}

bool is_virtual_interface(const std::string& name) {
  return std::ranges::any_of(kVirtualPrefixes,
                             [&name](std::string_view prefix) { return name.starts_with(prefix); });
}

std::vector<LocalInterface> interfaces_to_use(const std::vector<LocalInterface>& all) {
  std::vector<LocalInterface> real;
  std::vector<LocalInterface> with_virtual;
  for (const LocalInterface& interface : all) {
    if (!interface.usable || interface.addresses.empty()) continue;
    with_virtual.push_back(interface);
    if (!is_virtual_interface(interface.name)) real.push_back(interface);
  }
  return real.empty() ? with_virtual : real;
}

std::set<LocalAddress> addresses_to_publish(const std::vector<LocalInterface>& interfaces) {
  std::set<LocalAddress> result;
  for (const LocalInterface& interface : interfaces) {
    const bool routable_v6 = std::ranges::any_of(interface.addresses, [](const std::string& ip) {
      return is_v6(ip) && !is_link_local_v6(ip);
    });
    std::size_t count = 0;
    for (const std::string& ip : interface.addresses) {
      if (routable_v6 && is_link_local_v6(ip)) continue;
      if (count++ == discovery_limits::kAddressesPerInterfaceMax) break;
      result.insert({.interface_index = interface.index, .ip = ip});
    }
  }
  return result;
}

}  // namespace lansync
