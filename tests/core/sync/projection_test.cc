#include "core/sync/projection.h"

#include <array>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

Change version(std::uint64_t counter, ChangeKind kind, unsigned char content) {
  Change change;
  change.dot.counter = counter;
  change.path = *RelativePath::parse("a");
  change.kind = kind;
  change.content.bytes.fill(std::byte{content});
  change.edited_at = WallTime{1000};
  return change;
}

TEST_CASE("Of two versions of one moment the same wins in whatever order they are given") {
  const Change first = version(1, ChangeKind::file, 1);
  const Change second = version(2, ChangeKind::file, 2);
  const Projection one = project(std::array{first, second}, false);
  const Projection other = project(std::array{second, first}, false);
  REQUIRE(one.main);
  REQUIRE(other.main);
  CHECK(one.main->version == second.dot);
  CHECK(other.main->version == second.dot);
}

TEST_CASE("A link to a text and a file of that text are two versions") {
  const Change file = version(1, ChangeKind::file, 7);
  const Change link = version(2, ChangeKind::link, 7);
  const Projection projection = project(std::array{file, link}, false);
  REQUIRE(projection.main);
  CHECK(projection.main->kind == ChangeKind::file);
  REQUIRE(projection.copies.size() == 1);
  CHECK(projection.copies.front().kind == ChangeKind::link);
}

TEST_CASE("Two losing versions of one content become one copy") {
  Change winner = version(3, ChangeKind::file, 3);
  winner.edited_at = WallTime{2000};
  const Change first = version(1, ChangeKind::file, 1);
  const Change second = version(2, ChangeKind::file, 1);
  const Projection projection = project(std::array{first, winner, second}, false);
  REQUIRE(projection.copies.size() == 1);
  CHECK(projection.copies.front().shown == std::vector{first.dot, second.dot});
}

TEST_CASE("A version is shown together with the deletions that lost to it") {
  const Change file = version(1, ChangeKind::file, 1);
  const Change deletion = version(2, ChangeKind::deleted, 0);
  const Projection projection = project(std::array{file, deletion}, false);
  REQUIRE(projection.main);
  CHECK(projection.main->shown == std::vector{file.dot, deletion.dot});
}

}  // namespace
}  // namespace lansync
