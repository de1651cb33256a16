#include "discovery/static_discovery.h"

#include <vector>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

TEST_CASE("Addresses that were written down are reported at the start and on every rescan",
          "[discovery][static_discovery]") {
  Sighting peer;
  peer.instance = "static";
  peer.addresses = {{.ip = "10.77.0.2", .port = 22000}};
  std::vector<Sighting> seen;
  StaticDiscovery discovery({peer});
  discovery.rescan();
  CHECK(seen.empty());

  REQUIRE(discovery.start([&seen](const Sighting& sighting) { seen.push_back(sighting); }));
  CHECK(seen == std::vector{peer});
  discovery.rescan();
  CHECK(seen == std::vector{peer, peer});
  CHECK(discovery.state() == "static");

  const auto again = discovery.start([](const Sighting&) {});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::wrong_state);
}

TEST_CASE("Without addresses there is nothing to report", "[discovery][static_discovery]") {
  StaticDiscovery discovery({});
  bool called = false;
  REQUIRE(discovery.start([&called](const Sighting&) { called = true; }));
  CHECK_FALSE(called);
  CHECK(discovery.state() == "none");
}

}  // namespace
}  // namespace lansync
