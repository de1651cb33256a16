// That bytes that travel for nothing are noticed.
#include "tests/sim/economy.h"

#include <catch2/catch.hpp>

namespace lansync::sim {
namespace {

const SeenNode kFile{NodeKind::file, "v1.some text", 0644, {}};
const SeenTree kTree{{"a", kFile}};

TEST_CASE("What was on a disk at rest need not be sent to it", "[sim]") {
  Economy economy(2);
  const ByteView bytes = as_bytes(kFile.content);
  CHECK_FALSE(economy.was_there(0, bytes));

  SECTION("in the folder or in the trash, it was there") {
    economy.rested(0, {SeenTree(), kTree});
    CHECK(economy.was_there(0, bytes));
    CHECK_FALSE(economy.was_there(1, bytes));
    CHECK_FALSE(economy.was_there(0, as_bytes("v2.other text")));
  }
  SECTION("until it is gone from there at another rest") {
    economy.rested(0, {kTree});
    economy.rested(0, {SeenTree()});
    CHECK_FALSE(economy.was_there(0, bytes));
  }
  SECTION("but who has had a fault may have to ask again") {
    economy.rested(0, {kTree});
    economy.disturbed();
    CHECK_FALSE(economy.was_there(0, bytes));
  }
  SECTION("whether it still is, the trees say") {
    CHECK(holds(kTree, bytes));
    CHECK_FALSE(holds(SeenTree(), bytes));
  }
}

}  // namespace
}  // namespace lansync::sim
