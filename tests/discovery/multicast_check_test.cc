#include "discovery/multicast_check.h"

#include <catch2/catch.hpp>

namespace lansync {
namespace {

using Kind = DiscoveryProblem::Kind;

constexpr bool kUsable = true;

LocalInterface connected(std::string name, bool usable, std::vector<std::string> addresses) {
  return {.index = 2,
          .name = std::move(name),
          .connected = true,
          .usable = usable,
          .addresses = std::move(addresses)};
}

std::string works(const LocalInterface&) { return {}; }
std::string forbidden(const LocalInterface&) { return "forbidden"; }

TEST_CASE("What keeps devices from finding each other is told apart", "[discovery][multicast]") {
  const LocalInterface wired = connected("eth0", kUsable, {"10.0.0.1"});
  const LocalInterface radio = connected("wlan0", kUsable, {"10.0.1.1"});
  const LocalInterface tunnel = connected("wg0", !kUsable, {"10.9.0.1"});
  const LocalInterface without_address = connected("eth1", kUsable, {});
  LocalInterface unplugged = wired;
  unplugged.connected = false;
  const LocalInterface loopback{.index = 1, .name = "lo", .addresses = {"127.0.0.1"}};

  struct Case {
    std::string what;
    std::vector<LocalInterface> interfaces;
    MulticastAttempt attempt;
    std::optional<DiscoveryProblem> problem;
  };
  const std::string nothing = "no network: no interface has a link and an address";
  const auto only_eth0_fails = [](const LocalInterface& interface) -> std::string {
    return interface.name == "eth0" ? "forbidden" : "";
  };
  const std::vector<Case> cases = {
      {"nothing at all", {}, works, {{Kind::no_network, nothing}}},
      {"loopback alone", {loopback}, works, {{Kind::no_network, nothing}}},
      {"no cable", {loopback, unplugged}, works, {{Kind::no_network, nothing}}},
      {"no address", {loopback, without_address}, works, {{Kind::no_network, nothing}}},
      {"a tunnel alone", {tunnel}, works, {{Kind::no_multicast, "no multicast on wg0"}}},
      {"a tunnel, and no cable",
       {tunnel, unplugged},
       works,
       {{Kind::no_multicast, "no multicast on wg0"}}},
      {"forbidden everywhere",
       {wired, radio},
       forbidden,
       {{Kind::no_multicast, "no multicast on eth0, wlan0: forbidden"}}},
      {"forbidden on one of two", {wired, radio}, only_eth0_fails, std::nullopt},
      {"all is well", {loopback, wired, tunnel}, works, std::nullopt}};
  for (const Case& one : cases) {
    CAPTURE(one.what);
    CHECK(multicast_problem(one.interfaces, one.attempt) == one.problem);
  }
}

TEST_CASE("An interface that is not there does not take a packet", "[discovery][multicast]") {
  LocalInterface gone = connected("gone", kUsable, {"10.0.0.1"});
  gone.index = 0x7ffffff0;
  CHECK_FALSE(try_multicast(gone).empty());
  gone.addresses = {"fd77::1"};
  CHECK_FALSE(try_multicast(gone).empty());
  gone.addresses = {};
  CHECK_FALSE(try_multicast(gone).empty());
}

}  // namespace
}  // namespace lansync
