// What becomes of the versions that lost, where the decision table has no number for it.
#include <catch2/catch.hpp>

#include "tests/core/sync/three_people.h"

namespace lansync::test {
namespace {

TEST_CASE("A version is not shown beside the one that was made from it", "[sync][table]") {
  Story story = shared("f");
  // Anna goes through "v2" back to "v1": a new version of an old content.
  story.write(kAnna, "f");
  story.device(kAnna).disk().write("f", "v1", WallTime{kHour});
  look(story, kAnna, kHour);
  story.write(kBen, "f");
  story.close();
  CHECK(story.device(kAnna).nodes().size() == 1);
  CHECK(story.device(kAnna).nodes().at("f").content == "v3");
}

TEST_CASE("When a file goes, its conflict copies stay", "[sync][table]") {
  Story story = shared("f");
  story.write(kAnna, "f");
  story.write(kBen, "f");
  ending(story);
  story.remove(2, "f");
  const Tree tree = ending(story);
  REQUIRE(tree.size() == 1);
  CHECK(tree.begin()->second == "v2");
  CHECK(story.device(kAnna).row(tree.begin()->first)->source.text() == tree.begin()->first);
}

TEST_CASE("A conflict copy that is removed is gone everywhere, and the file is as it was",
          "[sync][table]") {
  Story story = shared("f");
  story.write(kAnna, "f");
  story.chmod(kAnna, "f", 0600);
  story.write(kBen, "f");
  const std::string copy = ending(story).rbegin()->first;
  REQUIRE(copy != "f");
  const auto before = story.device(kBen).listing();
  story.remove(2, copy);
  CHECK(ending(story) == Tree{{"f", "v3"}});
  CHECK(story.device(kBen).listing().front() == before.front());
}

TEST_CASE("A directory that stood for a file's removed copy goes with its last entry",
          "[sync][table]") {
  Story story(three_people());
  story.write(kAnna, "x");
  story.write(kBen, "x/y");
  Tree tree = ending(story);
  REQUIRE(tree.size() == 3);
  story.remove(
      kAnna, tree.rbegin()->second == "v1" ? tree.rbegin()->first : std::next(tree.begin())->first);
  tree = ending(story);
  REQUIRE(tree == Tree{{"x", "/"}, {"x/y", "v2"}});
  story.remove(kBen, "x");
  CHECK(ending(story).empty());
}

}  // namespace
}  // namespace lansync::test
