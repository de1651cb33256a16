#include "transport/node.h"

#include <catch2/catch.hpp>

#include "tests/transport/node_network.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("A device that has the code becomes a member and gets the files", "[node]") {
  Network network;
  network.anna.files->user_write("hello", "hello");
  ShareHost& share = network.anna.found_share();
  const PairingCode code = network.anna.node->invite(share.id(), Role::editor, 10min);
  network.introduce();
  const auto grant = network.join(network.ben, code);
  REQUIRE(grant);
  CHECK(share.membership().member(network.ben.id()) != nullptr);
  CHECK_FALSE(network.anna.node->invitation_open());

  network.ben.enter_share(*grant);
  REQUIRE(network.run_until([&] { return network.ben.files->snapshot().contains("hello"); }));
  CHECK(network.ben.files->snapshot().at("hello").content == "hello");
  // Both may have dialled: one session is left.
  REQUIRE(network.run_until([&] {
    return network.anna.node->session(network.ben.id()) != nullptr &&
           network.ben.node->session(network.anna.id()) != nullptr;
  }));
}

TEST_CASE("A wrong code makes nobody a member and costs an attempt", "[node]") {
  Network network;
  ShareHost& share = network.anna.found_share();
  network.anna.node->invite(share.id(), Role::editor, 10min);
  network.introduce();
  SeededEntropy other(99);
  for (int attempt = 0; attempt < limits::kInvitationAttemptsMax; ++attempt) {
    const auto grant = network.join(network.ben, PairingCode::generate(other));
    REQUIRE_FALSE(grant);
    CHECK(grant.error().code == make_error_code(Errc::not_authentic));
  }
  CHECK_FALSE(network.anna.node->invitation_open());
  const auto sixth = network.join(network.ben, PairingCode::generate(other));
  REQUIRE_FALSE(sixth);
  CHECK(sixth.error().code == make_error_code(Errc::refused));
  CHECK(share.membership().members().size() == 1);
}

TEST_CASE("Without an invitation there is nobody to join", "[node]") {
  Network network;
  network.anna.found_share();
  network.introduce();
  SeededEntropy entropy(5);
  const auto grant = network.join(network.ben, PairingCode::generate(entropy));
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == make_error_code(Errc::not_found));
}

PairingCode code_of_nobody() {
  SeededEntropy entropy(77);
  return PairingCode::generate(entropy);
}

TEST_CASE("Who has an invitation and is seen late is asked all the same", "[node]") {
  Network network;
  const ShareId annas = network.anna.found_share().id();
  const ShareId carls = network.carl.found_share().id();
  const PairingCode code = network.carl.node->invite(carls, Role::editor, 10min);
  JoinDeadlines until{Network::never(), Network::never(), Network::never()};
  SECTION("when another one has refused") {
    network.anna.node->invite(annas, Role::editor, 10min);
    network.introduce();
    network.begin_join(network.ben, code, until);
    REQUIRE(network.run_until([&] { return network.anna.refused_somebody(); }));
  }
  SECTION("when nobody was there") {
    until.refused = {};
    network.begin_join(network.ben, code, until);
  }
  SECTION("when another one cannot be reached") {
    until.refused = {};
    until.nobody = {};
    network.ben.node->sighted("gone", {"0123456789abcdef", true, {network.closed_port()}});
    network.begin_join(network.ben, code, until);
  }
  network.ben.node->sighted("carl", network.carl.sighting());
  const auto grant = network.end_join();
  REQUIRE(grant);
  CHECK(share_id(grant->genesis) == carls);
}

TEST_CASE("An invitation that is not announced yet is found before anybody gives up", "[node]") {
  Network network;
  const ShareId annas = network.anna.found_share().id();
  const ShareId carls = network.carl.found_share().id();
  network.ben.node->sighted("anna", network.anna.sighting());
  network.ben.node->sighted("carl", network.carl.sighting());  // Has none, as far as Ben knows.
  const PairingCode code = network.carl.node->invite(carls, Role::editor, 10min);
  JoinDeadlines until = Network::settled();
  SECTION("when nobody else has one") {}
  SECTION("when another one has refused") {
    network.anna.node->invite(annas, Role::editor, 10min);
    network.ben.node->sighted("anna", network.anna.sighting());
  }
  SECTION("when another one cannot be reached") {
    network.ben.node->sighted("gone", {"0123456789abcdef", true, {network.closed_port()}});
    until.unreachable = {};
  }
  const auto grant = network.join(network.ben, code, until);
  REQUIRE(grant);
  CHECK(share_id(grant->genesis) == carls);
}

TEST_CASE("Who was found and cannot be reached is not nobody", "[node]") {
  Network network;
  const SightedAddress closed = network.closed_port();
  network.ben.node->sighted("gone", {"0123456789abcdef", true, {closed}});
  const auto grant = network.join(network.ben, code_of_nobody(), {});
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == std::errc::connection_refused);
  CHECK(grant.error().context == to_string(closed));
}

TEST_CASE("The answer of an address that a person gave decides at once", "[node]") {
  Network network;
  const ShareId annas = network.anna.found_share().id();
  network.ben.node->give_address({"127.0.0.1", *network.anna.node->port()});
  const JoinDeadlines until{Network::never(), Network::never(), Network::never()};
  SECTION("no open invitation") {
    const auto grant = network.join(network.ben, code_of_nobody(), until);
    REQUIRE_FALSE(grant);
    CHECK(grant.error().code == make_error_code(Errc::expired));
  }
  SECTION("a wrong code") {
    network.anna.node->invite(annas, Role::editor, 10min);
    const auto grant = network.join(network.ben, code_of_nobody(), until);
    REQUIRE_FALSE(grant);
    CHECK(grant.error().code == make_error_code(Errc::not_authentic));
  }
  SECTION("the right code") {
    const PairingCode code = network.anna.node->invite(annas, Role::editor, 10min);
    CHECK(network.join(network.ben, code, until));
  }
}

TEST_CASE("An address that a person gave is asked before those that announce an invitation",
          "[node]") {
  Network network;
  const ShareId annas = network.anna.found_share().id();
  const ShareId carls = network.carl.found_share().id();
  network.anna.node->invite(annas, Role::editor, 10min);
  const PairingCode code = network.carl.node->invite(carls, Role::editor, 10min);
  network.introduce();
  network.ben.node->give_address({"127.0.0.1", *network.carl.node->port()});
  const auto grant = network.join(network.ben, code);
  REQUIRE(grant);
  CHECK(share_id(grant->genesis) == carls);
  CHECK_FALSE(network.anna.refused_somebody());
}

TEST_CASE("A device is asked once, however many ways lead to it", "[node]") {
  Network network;
  const ShareId annas = network.anna.found_share().id();
  network.anna.node->invite(annas, Role::editor, 10min);
  network.introduce();
  network.ben.node->sighted("anna again", network.anna.sighting());
  network.ben.node->give_address({"127.0.0.1", *network.anna.node->port()});
  for (int attempt = 1; attempt < limits::kInvitationAttemptsMax; ++attempt) {
    CHECK_FALSE(network.join(network.ben, code_of_nobody()));
  }
  CHECK(network.anna.node->invitation_open());
}

// The only given address.
GivenAddressState given_of(const Device& device) {
  const auto states = device.node->given_addresses();
  REQUIRE(states.size() == 1);
  return states.front();
}

TEST_CASE("An address that was forgotten is none any more", "[node]") {
  Network network;
  Node& node = *network.ben.node;
  SECTION("where somebody was reached") {
    const GivenAddress address{"127.0.0.1", *network.anna.node->port()};
    node.give_address(address);
    REQUIRE(network.run_until([&] { return given_of(network.ben).connected; }));
    REQUIRE(node.addresses().remembered().contains(network.anna.id()));
    CHECK(node.forget_address(address));
    CHECK(node.session(network.anna.id()) != nullptr);
    CHECK_FALSE(node.forget_address(address));
  }
  SECTION("by a name") {
    // One that takes neither a file nor a server to resolve: a short form of 127.0.0.1.
    const GivenAddress address{"127.1", *network.anna.node->port()};
    node.give_address(address);
    REQUIRE(network.run_until([&] { return given_of(network.ben).connected; }));
    CHECK(node.forget_address(address));
  }
  SECTION("where somebody was reached in an earlier run") {
    const GivenAddress address{"127.0.0.1", network.closed_port().port};
    node.remember(network.anna.id(), {address.host, address.port});
    node.give_address(address);
    CHECK(node.forget_address(address));
  }
  SECTION("where nobody is") {
    const GivenAddress address{"127.0.0.1", network.closed_port().port};
    node.give_address(address);
    REQUIRE(network.run_until([&] { return !given_of(network.ben).problem.empty(); }));
    CHECK(node.forget_address(address));
    CHECK_FALSE(node.forget_address(address));
  }
  CHECK(node.given_addresses().empty());
  CHECK(node.addresses().remembered().empty());
}

TEST_CASE("An address that is forgotten while it is dialled stays forgotten", "[node]") {
  Network network;
  Node& node = *network.ben.node;
  const GivenAddress address{"127.0.0.1", *network.anna.node->port()};
  node.give_address(address);
  REQUIRE(network.run_until([&] { return node.session(network.anna.id()) != nullptr; }));
  // The session is up, and whoever dialled has not been told yet.
  REQUIRE(node.addresses().remembered().empty());
  CHECK(node.forget_address(address));
  REQUIRE(
      network.run_until([&] { return network.anna.node->session(network.ben.id()) != nullptr; }));
  CHECK(node.given_addresses().empty());
  CHECK(node.addresses().remembered().empty());
}

TEST_CASE("Of several given addresses only the one that is named is forgotten", "[node]") {
  Network network;
  Node& node = *network.ben.node;
  const GivenAddress closed{"127.0.0.1", network.closed_port().port};
  const GivenAddress open{"127.0.0.1", *network.anna.node->port()};
  node.give_address(closed);
  node.give_address(open);
  CHECK_FALSE(node.forget_address({"127.0.0.2", closed.port}));
  CHECK_FALSE(node.forget_address({"localhost", closed.port}));
  CHECK(node.forget_address(closed));
  REQUIRE(network.run_until([&] { return given_of(network.ben).connected; }));
  CHECK(given_of(network.ben).address == open);
}

TEST_CASE("An address of this device itself is found to be that", "[node]") {
  Network network;
  Node& node = *network.ben.node;
  const GivenAddress address{"127.0.0.1", *node.port()};
  node.give_address(address);
  REQUIRE(network.run_until([&] { return given_of(network.ben).device.has_value(); }));
  CHECK(given_of(network.ben).device == network.ben.id());
  CHECK_FALSE(given_of(network.ben).connected);
  CHECK(node.addresses().remembered().empty());
  // Nor is it somebody whose word about a code counts.
  const auto grant = network.join(network.ben, code_of_nobody());
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == make_error_code(Errc::not_found));
  // It may mean somebody else by the time it is given again.
  node.give_address(address);
  CHECK_FALSE(given_of(network.ben).device.has_value());
}

}  // namespace
}  // namespace lansync::test
