#include "discovery/local_network.h"

#include <catch2/catch.hpp>

namespace lansync {
namespace {

using Names = std::vector<std::string>;

LocalInterface interface(unsigned index, std::string name, std::vector<std::string> addresses) {
  return {
      .index = index, .name = std::move(name), .usable = true, .addresses = std::move(addresses)};
}

Names names_of(const std::vector<LocalInterface>& interfaces) {
  Names names;
  for (const LocalInterface& each : interfaces) names.push_back(each.name);
  return names;
}

TEST_CASE("Containers', hypervisors' and tunnels' interfaces are known by name",
          "[discovery][local_network]") {
  for (const char* name :
       {"docker0", "br-0a1b2c", "veth12ab", "virbr0", "vnet3", "tun0", "tap0", "wg0", "tailscale0",
        "zt7nnig26", "podman1", "cni0", "lxcbr0", "vboxnet0"}) {
    CAPTURE(name);
    CHECK(is_virtual_interface(name));
  }
  for (const char* name : {"eth0", "enp3s0", "wlan0", "wlp2s0", "br0", "bond0", "eth0.5", "usb0"}) {
    CAPTURE(name);
    CHECK_FALSE(is_virtual_interface(name));
  }
}

TEST_CASE("Virtual interfaces are used only where there is nothing else",
          "[discovery][local_network]") {
  const LocalInterface wired = interface(2, "eth0", {"10.0.0.1"});
  const LocalInterface docker = interface(3, "docker0", {"172.17.0.1"});
  LocalInterface loopback = interface(1, "lo", {"127.0.0.1"});
  loopback.usable = false;
  LocalInterface down = interface(4, "wlan0", {"10.0.0.2"});
  down.usable = false;
  const LocalInterface without_address = interface(5, "eth1", {});

  CHECK(names_of(interfaces_to_use({loopback, wired, docker, down, without_address})) ==
        Names{"eth0"});
  CHECK(names_of(interfaces_to_use({loopback, docker, down, without_address})) == Names{"docker0"});
  CHECK(names_of(interfaces_to_use({loopback, down, without_address})).empty());
  CHECK(names_of(interfaces_to_use({})).empty());
}

TEST_CASE("A link-local IPv6 address is published only where there is no other",
          "[discovery][local_network]") {
  const auto published =
      addresses_to_publish({interface(2, "eth0", {"10.0.0.1", "10.0.0.2", "fe80::1", "fd77::1"}),
                            interface(3, "eth1", {"10.1.0.1", "fe80::2"})});
  CHECK(published ==
        std::set<LocalAddress>{
            {2, "10.0.0.1"}, {2, "10.0.0.2"}, {2, "fd77::1"}, {3, "10.1.0.1"}, {3, "fe80::2"}});
}

TEST_CASE("An interface with a thousand addresses is not published in full",
          "[discovery][local_network]") {
  LocalInterface wired = interface(2, "eth0", {});
  for (int i = 0; i < 1000; ++i) wired.addresses.push_back("fd77::" + std::to_string(i));
  CHECK(addresses_to_publish({wired}).size() == 8);
}

}  // namespace
}  // namespace lansync
