// How long a node sleeps while nothing happens.
#include <catch2/catch.hpp>

#include "tests/transport/node_network.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("A node that misses nobody who can be dialled looks for nobody in between", "[node]") {
  Network network;
  Node& anna = *network.anna.node;
  const TimePoint now = Clock::now();
  CHECK(anna.next_look(now) == now + Node::kRestInterval);

  ShareHost& share = network.anna.found_share();
  const PairingCode code = anna.invite(share.id(), Role::editor, 10min);
  network.introduce();
  const auto grant = network.join(network.ben, code);
  REQUIRE(grant);
  network.ben.enter_share(*grant);
  const auto rests = [](const Node& node, TimePoint at) {
    return node.next_look(at) == at + Node::kRestInterval;
  };
  SECTION("as everybody is connected") {
    REQUIRE(network.run_until([&] {
      return anna.session(network.ben.id()) != nullptr &&
             network.ben.node->session(network.anna.id()) != nullptr;
    }));
  }
  SECTION("as nobody knows where they are") {
    anna.gone("ben");
    network.ben.node->gone("anna");
  }
  CHECK(network.run_until([&] {
    const TimePoint at = Clock::now();
    return rests(anna, at) && rests(*network.ben.node, at);
  }));
}

TEST_CASE("Who could not be reached is dialled when the wait is over", "[node]") {
  Network network;
  Node& anna = *network.anna.node;
  const SightedAddress closed = network.closed_port();
  anna.give_address({closed.ip, closed.port});
  REQUIRE(network.run_until([&] { return !anna.given_addresses().front().problem.empty(); }));
  const TimePoint now = Clock::now();
  CHECK(anna.next_look(now) < now + Node::kRestInterval);
  CHECK(anna.next_look(now) >= now + Node::kDialInterval);
}

}  // namespace
}  // namespace lansync::test
