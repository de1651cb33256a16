// Sessions that end, and how they are begun anew.
#include <catch2/catch.hpp>

#include "tests/transport/node_network.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// Whether this share has heard from a member in the session that is up, and that all is the same.
bool is_even_with(const ShareHost& share, const DeviceId& device) {
  const auto status = share.engine().status();
  return std::ranges::any_of(status.members, [&](const MemberStatus& one) {
    return one.member.device == device && one.in_sync;
  });
}

TEST_CASE("Members greet each other anew after a share was closed and opened again", "[node]") {
  Network network;
  network.anna.files->user_write("hello", "hello");
  ShareHost& annas = network.anna.found_share();
  const ShareId id = annas.id();
  const PairingCode code = network.anna.node->invite(id, Role::editor, 10min);
  network.introduce();
  const auto grant = network.join(network.ben, code);
  REQUIRE(grant);
  ShareHost& bens = network.ben.enter_share(*grant);
  const auto settled = [&](const ShareHost& share) {
    return is_even_with(share, network.ben.id()) && is_even_with(bens, network.anna.id());
  };
  REQUIRE(network.run_until([&] { return settled(annas); }));

  // From here on Ben has nothing to say of his own accord.
  const ShareHost& reopened = network.anna.reopen_share(id, 2);
  REQUIRE_FALSE(is_even_with(reopened, network.ben.id()));
  CHECK(network.run_until([&] { return settled(reopened); }));
}

}  // namespace
}  // namespace lansync::test
