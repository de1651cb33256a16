// That a file that is destroyed instead of put aside is noticed.
#include "tests/sim/displacement.h"

#include <catch2/catch.hpp>

#include "core/engine/apply/trash_policy.h"

namespace lansync::sim {
namespace {

using test::Area;
using test::DiskEffect;

constexpr WallTime kNow{1'800'000'000'000'000'000};

DiskEffect moved(Area from, Area to, std::uint64_t inode, std::uint64_t content = 1) {
  DiskEffect effect;
  effect.from = from;
  effect.to = to;
  effect.path = "a";
  effect.stat.kind = NodeKind::file;
  effect.stat.inode = inode;
  effect.content = content;
  return effect;
}

TEST_CASE("What is displaced goes to the trash", "[sim]") {
  Displacement displacement;
  MemoryIndex index;
  const auto is_broken = [&](const DiskEffect& effect, WallTime now = kNow) {
    return displacement.check(effect, index, now).has_value();
  };
  displacement.begin_job();

  SECTION("by way of the staging folder, and stays there") {
    CHECK_FALSE(is_broken(moved(Area::stage, Area::folder, 2)));
    CHECK_FALSE(is_broken(moved(Area::folder, Area::stage, 1)));
    CHECK_FALSE(is_broken(moved(Area::stage, Area::trash, 1)));
    const WallTime later{kNow.ns + std::chrono::nanoseconds(kTrashLifetime).count() / 2};
    CHECK(is_broken(moved(Area::trash, Area::nowhere, 1), later));
    const WallTime end{kNow.ns + std::chrono::nanoseconds(kTrashLifetime).count()};
    CHECK_FALSE(is_broken(moved(Area::trash, Area::nowhere, 1), end));
    displacement.crowd();
    CHECK_FALSE(is_broken(moved(Area::trash, Area::nowhere, 1), later));
  }
  SECTION("so that it may not be destroyed in the staging folder, nor written to") {
    CHECK_FALSE(is_broken(moved(Area::folder, Area::stage, 1)));
    CHECK(is_broken(moved(Area::stage, Area::nowhere, 1)));
    DiskEffect written = moved(Area::stage, Area::stage, 1);
    written.kind = DiskEffect::Kind::bytes;
    CHECK(is_broken(written));
  }
  SECTION("nor where it is") {
    CHECK(is_broken(moved(Area::folder, Area::nowhere, 1)));
    DiskEffect written = moved(Area::folder, Area::folder, 1);
    written.kind = DiskEffect::Kind::bytes;
    CHECK(is_broken(written));
    written.kind = DiskEffect::Kind::metadata;
    CHECK_FALSE(is_broken(written));
  }
  SECTION("but a new file that is taken back at once was never anybody's") {
    CHECK_FALSE(is_broken(moved(Area::nowhere, Area::stage, 1)));
    CHECK_FALSE(is_broken(moved(Area::stage, Area::folder, 1)));
    CHECK_FALSE(is_broken(moved(Area::folder, Area::stage, 1)));
    CHECK_FALSE(is_broken(moved(Area::stage, Area::nowhere, 1)));
  }
  SECTION("unless somebody has written to it meanwhile, or later") {
    CHECK_FALSE(is_broken(moved(Area::stage, Area::folder, 1)));
    CHECK_FALSE(is_broken(moved(Area::folder, Area::stage, 1, 2)));
    CHECK(is_broken(moved(Area::stage, Area::nowhere, 1, 2)));
    CHECK_FALSE(is_broken(moved(Area::stage, Area::folder, 3)));
    displacement.begin_job();
    CHECK_FALSE(is_broken(moved(Area::folder, Area::stage, 3)));
    CHECK(is_broken(moved(Area::stage, Area::nowhere, 3)));
  }
}

TEST_CASE("A removal that took along what the index does not know is to be undone", "[sim]") {
  Displacement displacement;
  MemoryIndex index;
  DiskRow row;
  row.path = *RelativePath::parse("a");
  row.stat.kind = NodeKind::file;
  row.stat.inode = 1;
  REQUIRE(index.put_disk(row));
  const auto note = [&](const DiskEffect& effect) {
    CHECK_FALSE(displacement.check(effect, index, kNow));
  };

  note(moved(Area::folder, Area::trash, 1));
  CHECK(displacement.mistaken().empty());
  DiskEffect written = moved(Area::folder, Area::trash, 1, 2);
  written.stat.size = 5;
  note(written);
  REQUIRE(displacement.mistaken().contains(1));
  CHECK(displacement.mistaken().at(1).path == "a");
  CHECK(displacement.mistaken().at(1).content == 2);

  SECTION("until it is") {
    note(moved(Area::trash, Area::folder, 1, 2));
    CHECK(displacement.mistaken().empty());
  }
  SECTION("or is not any more") {
    displacement.begin_job();
    CHECK(displacement.mistaken().empty());
  }
}

TEST_CASE("Only a directory where the index knows of one may be removed", "[sim]") {
  Displacement displacement;
  MemoryIndex index;
  DiskRow row;
  row.path = *RelativePath::parse("a");
  row.stat.kind = NodeKind::dir;
  row.stat.inode = 7;
  REQUIRE(index.put_disk(row));
  DiskEffect removal = moved(Area::folder, Area::nowhere, 7);
  removal.stat.kind = NodeKind::dir;
  CHECK_FALSE(displacement.check(removal, index, kNow));
  // rmdir cannot tell it from another.
  removal.stat.inode = 8;
  CHECK_FALSE(displacement.check(removal, index, kNow));
  removal.path = "b";
  const auto found = displacement.check(removal, index, kNow);
  REQUIRE(found);
  CHECK(found->invariant == "S3");
}

}  // namespace
}  // namespace lansync::sim
