// That who leaves the share, or touches what is none of its business, is noticed.
#include "tests/sim/confinement.h"

#include <catch2/catch.hpp>

namespace lansync::sim {
namespace {

using test::Area;
using test::DiskEffect;
using test::MemoryFileSystem;

TEST_CASE("Nothing outside of the share is touched", "[sim]") {
  DiskEffect effect;
  effect.path = "a";
  effect.from = Area::folder;
  effect.to = Area::trash;
  CHECK_FALSE(Confinement::check(effect));
  effect.from = Area::outside;
  CHECK(Confinement::check(effect));
  effect = {};
  effect.to = Area::outside;
  CHECK(Confinement::check(effect));
}

TEST_CASE("A pipe stays where a person put it", "[sim]") {
  Confinement confinement;
  const SeenNode pipe{NodeKind::other, {}, 0644, {}};
  const SeenTree at_a{{"a", pipe}};
  confinement.acted({}, at_a);
  CHECK_FALSE(confinement.check_rest(at_a, {}));
  CHECK(confinement.check_rest({}, {}));

  SECTION("or is rescued") { CHECK_FALSE(confinement.check_rest({}, {{"20270115-a", pipe}})); }
  SECTION("until a person moves or removes it") {
    const SeenTree at_b{{"b", pipe}};
    confinement.acted(at_a, at_b);
    CHECK_FALSE(confinement.check_rest(at_b, {}));
    CHECK(confinement.check_rest(at_a, {}));
    confinement.acted(at_b, {});
    CHECK_FALSE(confinement.check_rest({}, {}));
  }
}

TEST_CASE("A disk in memory tells what is done to it", "[sim]") {
  MemoryFileSystem fs;
  fs.note_effects();
  REQUIRE(fs.user_write("a", "a person's"));
  CHECK(fs.take_effects().empty());
  const RelativePath path = *RelativePath::parse("a");

  SECTION("an exchange is two effects") {
    {
      auto staged = fs.open_stage("new");
      REQUIRE(staged);
      REQUIRE((*staged)->write_at(0, as_bytes("newer")));
    }
    REQUIRE(fs.exchange("new", path));
    const auto effects = fs.take_effects();
    REQUIRE(effects.size() == 4);
    CHECK(effects[0].from == Area::nowhere);
    CHECK(effects[0].to == Area::stage);
    CHECK(effects[1].kind == DiskEffect::Kind::bytes);
    CHECK(effects[1].written == 5);
    for (const DiskEffect& effect : {effects[2], effects[3]}) {
      const bool ours = effect.path == "new";
      CHECK(effect.from == (ours ? Area::stage : Area::folder));
      CHECK(effect.to == (ours ? Area::folder : Area::stage));
      CHECK(effect.stat.size == (ours ? 5 : 10));
    }
    CHECK(fs.take_effects().empty());
  }
  SECTION("a new mode is one of its own kind") {
    REQUIRE(fs.set_mode(path, 0600));
    const auto effects = fs.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(effects[0].kind == DiskEffect::Kind::metadata);
    CHECK(effects[0].from == Area::folder);
    CHECK(effects[0].path == "a");
  }
  SECTION("what stands in the place of a disk that is gone is outside") {
    REQUIRE(fs.user_mkdir("d"));
    fs.unmount();
    REQUIRE(fs.make_dir(path, 0755));
    const auto effects = fs.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(effects[0].to == Area::outside);
  }
  SECTION("a link leads nowhere") {
    REQUIRE(fs.user_symlink("l", "anywhere"));
    CHECK_FALSE(fs.make_dir(*RelativePath::parse("l/d"), 0755));
    CHECK(fs.take_effects().empty());
  }
}

}  // namespace
}  // namespace lansync::sim
