// What has to hold at rest, where no bug is known that breaks it.
#include "tests/sim/rest.h"

#include <string>

#include <catch2/catch.hpp>

namespace lansync::sim {
namespace {

void rest(World& world) {
  REQUIRE(world.rest());
  check_rest(world);
  REQUIRE_FALSE(world.violation());
}

TEST_CASE("What has gone everywhere is not to come back", "[sim]") {
  const auto story = parse_story("seed 1\ndevice\ndevice\nA write a n=12\nA remove a");
  REQUIRE(story);
  World world(*story);
  world.perform(story->steps[0]);
  rest(world);
  const std::string content = world.device(0).fs.snapshot().at("a").content;
  world.perform(story->steps[1]);
  rest(world);
  for (std::size_t i = 0; i < world.size(); ++i) {
    REQUIRE(world.device(i).fs.user_write("a", content));
  }
  check_rest(world);
  REQUIRE(world.violation());
  CHECK(world.violation()->invariant == "S5");
}

}  // namespace
}  // namespace lansync::sim
