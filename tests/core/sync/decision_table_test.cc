// The decision table of docs/sync.md, a test for each row that the sync rules decide.
#include <catch2/catch.hpp>

#include "tests/core/sync/three_people.h"

namespace lansync::test {
namespace {

// Later than anything that a Story does by itself.
constexpr std::int64_t kLater = 2'000'000'000 * std::int64_t{1'000'000'000};

TEST_CASE("row 01: a change on one side only is taken", "[sync][table]") {
  Story story = shared("f");
  story.write(kBen, "f");
  CHECK(ending(story) == Tree{{"f", "v2"}});
}

TEST_CASE("row 02: of two different edits the later stays and the other becomes a conflict copy",
          "[sync][table]") {
  Story story = shared("report.docx");
  story.write(kAnna, "report.docx");
  story.write(kBen, "report.docx");
  const Tree tree = ending(story);
  REQUIRE(tree.size() == 2);
  CHECK(tree.at("report.docx") == "v3");
  const auto& [copy, content] = *tree.begin();
  CHECK(content == "v2");
  const std::string start = "report (conflict 2026-03-14 1502 Anna ";
  CHECK(copy.starts_with(start));
  CHECK(copy.ends_with(").docx"));
  CHECK(copy.size() == start.size() + 6 + 6);
}

TEST_CASE("row 03: two edits with the same outcome are one, with the newest mode and time",
          "[sync][table]") {
  Story story = shared("f");
  story.device(kAnna).disk().write("f", "same", WallTime{kLater});
  look(story, kAnna, kLater);
  story.device(kBen).disk().write("f", "same", WallTime{kLater + kHour});
  story.device(kBen).disk().chmod("f", 0600);
  look(story, kBen, kLater + kHour);
  // Without the ghosts, to whom the content is nobody's.
  story.close();
  for (std::size_t who = 0; who < 3; ++who) {
    REQUIRE(story.device(who).nodes().size() == 1);
    const ToyNode& node = story.device(who).nodes().at("f");
    CHECK(node.content == "same");
    CHECK(node.mode == 0600);
    CHECK(node.mtime == WallTime{kLater + kHour});
    CHECK_FALSE(story.device(who).look(WallTime{kLater + 2 * kHour}));
  }
}

TEST_CASE("row 04: an edit survives a concurrent delete", "[sync][table]") {
  Story story = shared("f");
  story.write(kAnna, "f");
  // Although the delete is later.
  story.remove(kBen, "f");
  CHECK(ending(story) == Tree{{"f", "v2"}});
}

TEST_CASE("row 04: a delete that has seen the edit counts", "[sync][table]") {
  Story story = shared("f");
  story.write(kAnna, "f");
  story.remove(kBen, "f");
  story.close();
  story.remove(kBen, "f");
  CHECK(ending(story).empty());
}

TEST_CASE("row 05: two deletes are one", "[sync][table]") {
  Story story = shared("f");
  story.remove(kAnna, "f");
  story.remove(kBen, "f");
  CHECK(ending(story).empty());
  story.write(kBen, "f");
  CHECK(ending(story) == Tree{{"f", "v2"}});
  CHECK(story.device(kAnna).heads("f").size() == 1);
}

TEST_CASE("row 06: two new files of one name are both kept", "[sync][table]") {
  Story story(three_people());
  story.write(kAnna, "f");
  story.write(kBen, "f");
  const Tree tree = ending(story);
  CHECK(tree.size() == 2);
  CHECK(tree.at("f") == "v2");
}

TEST_CASE("row 07: a folder that two devices have copies of already needs no conflict copy",
          "[sync][table]") {
  Story story(three_people());
  for (const std::size_t who : {kAnna, kBen}) {
    story.device(who).disk().write("d/f", "same", WallTime{kHour});
    look(story, who, 2 * kHour);
  }
  story.close();
  for (std::size_t who = 0; who < 3; ++who) {
    CHECK(story.device(who).nodes().size() == 2);
    CHECK(story.device(who).nodes().at("d/f").content == "same");
    CHECK_FALSE(story.device(who).look(WallTime{3 * kHour}));
  }
}

TEST_CASE("row 07: a copy that is found when the other's changes are known already adds none",
          "[sync][table]") {
  Story story(three_people());
  for (const std::size_t who : {kAnna, kBen}) {
    story.device(who).disk().write("d/f", "same", WallTime{kHour});
  }
  look(story, kAnna, 2 * kHour);
  story.sync(kAnna, kBen, ~std::size_t{0}, true);
  CHECK_FALSE(story.device(kBen).look(WallTime{3 * kHour}));
  CHECK(story.device(kBen).settle());
  CHECK(story.device(kBen).heads("d/f").size() == 1);
  CHECK(story.device(kBen).row("d/f")->shown.size() == 1);
}

TEST_CASE("row 08: a directory keeps its name against a file", "[sync][table]") {
  Story story(three_people());
  story.make_dir(kAnna, "x");
  // Although the file is later.
  story.write(kBen, "x");
  const Tree tree = ending(story);
  REQUIRE(tree.size() == 2);
  CHECK(tree.at("x") == "/");
  CHECK(tree.rbegin()->second == "v1");
}

TEST_CASE("row 08: a file in the place of a directory that another file came into",
          "[sync][table]") {
  Story story(three_people());
  story.make_dir(kAnna, "x");
  story.close();
  story.remove(kAnna, "x");
  story.write(kAnna, "x");
  story.write(kBen, "x/y");
  const Tree tree = ending(story);
  REQUIRE(tree.size() == 3);
  CHECK(tree.at("x") == "/");
  CHECK(tree.at("x/y") == "v2");
}

TEST_CASE("row 09: a link loses to a file and keeps its target", "[sync][table]") {
  Story story(three_people());
  story.device(kBen).disk().link("x", "target", WallTime{2 * kHour});
  look(story, kBen, 2 * kHour);
  story.device(kAnna).disk().write("x", "file", WallTime{kHour});
  look(story, kAnna, kHour);
  story.close();
  REQUIRE(story.device(kAnna).listing() == story.device(kBen).listing());
  const auto& disk = story.device(kAnna).nodes();
  REQUIRE(disk.size() == 2);
  CHECK(disk.at("x").content == "file");
  CHECK(disk.rbegin()->first.starts_with("x (conflict "));
  CHECK(disk.rbegin()->second.kind == NodeKind::link);
  CHECK(disk.rbegin()->second.content == "target");
}

TEST_CASE("row 10: a rename and an edit are both kept", "[sync][table]") {
  Story story = shared("old");
  story.rename(kAnna, "old", "new");
  story.write(kBen, "old");
  CHECK(ending(story) == Tree{{"new", "v1"}, {"old", "v2"}});
}

TEST_CASE("row 11: two renames give both names", "[sync][table]") {
  Story story = shared("old");
  story.rename(kAnna, "old", "a");
  story.rename(kBen, "old", "b");
  CHECK(ending(story) == Tree{{"a", "v1"}, {"b", "v1"}});
}

TEST_CASE("row 12: a rename onto a file replaces what was displayed there", "[sync][table]") {
  Story story = shared("a");
  story.write(kAnna, "b");
  story.close();
  story.rename(kBen, "a", "b");
  CHECK(ending(story) == Tree{{"b", "v1"}});
}

TEST_CASE("row 12: a rename onto a file keeps an edit of it that the mover had not seen",
          "[sync][table]") {
  Story story = shared("a");
  story.write(kAnna, "b");
  story.close();
  story.rename(kBen, "a", "b");
  story.write(kAnna, "b");
  const Tree tree = ending(story);
  CHECK(tree.size() == 2);
  CHECK(tree.at("b") == "v3");
}

TEST_CASE("row 13: a directory lives on for a file that came into it", "[sync][table]") {
  Story story = shared("d/f");
  story.remove(kAnna, "d");
  story.write(kBen, "d/g");
  CHECK(ending(story) == Tree{{"d", "/"}, {"d/g", "v2"}});
  // And goes with it: nobody has to remove it once more.
  story.remove(kBen, "d/g");
  CHECK(ending(story).empty());
}

TEST_CASE("row 13: an edit in a removed directory brings back that file and no other",
          "[sync][table]") {
  Story story = shared("d/f");
  story.write(kAnna, "d/g");
  story.close();
  story.remove(kAnna, "d");
  story.write(kBen, "d/f");
  CHECK(ending(story) == Tree{{"d", "/"}, {"d/f", "v3"}});
}

TEST_CASE("row 15: two directories moved into each other are both kept, without a cycle",
          "[sync][table]") {
  Story story = shared("a/f");
  story.write(kAnna, "b/g");
  story.close();
  story.rename(kAnna, "a", "b/a");
  story.rename(kBen, "b", "a/b");
  const Tree tree = ending(story);
  CHECK(tree.at("b/a/f") == "v1");
  CHECK(tree.at("a/b/g") == "v2");
}

TEST_CASE("row 17: a new time alone is no version and no conflict", "[sync][table]") {
  Story story = shared("f");
  story.write(kAnna, "f");
  story.touch(kBen, "f");
  CHECK(ending(story) == Tree{{"f", "v2"}});
  // The touch was later than the edit.
  CHECK(story.device(kAnna).heads("f").size() == 2);
}

TEST_CASE("row 18: a mode and a concurrent edit are merged", "[sync][table]") {
  Story story = shared("f");
  story.chmod(kBen, "f", 0755);
  story.write(kAnna, "f");
  CHECK(ending(story) == Tree{{"f", "v2"}});
  CHECK(story.device(kAnna).nodes().at("f").mode == 0755);
}

TEST_CASE("row 18: of two modes the later stays", "[sync][table]") {
  Story story = shared("f");
  story.chmod(kBen, "f", 0755);
  story.chmod(kAnna, "f", 0600);
  CHECK(ending(story) == Tree{{"f", "v1"}});
  CHECK(story.device(kBen).nodes().at("f").mode == 0600);
}

TEST_CASE("row 18: the mode of a version that was superseded meanwhile does not bring it back",
          "[sync][table]") {
  Story story = shared("f");
  story.write(kBen, "f");
  story.sync(kBen, kAnna, ~std::size_t{0}, true);
  story.chmod(kAnna, "f", 0755);
  CHECK(ending(story) == Tree{{"f", "v2"}});
  CHECK(story.device(kBen).nodes().at("f").mode == 0755);
}

TEST_CASE("row 19: two targets of a link are kept like two contents", "[sync][table]") {
  Story story(three_people());
  story.device(kAnna).disk().link("x", "here", WallTime{kHour});
  look(story, kAnna, kHour);
  story.device(kBen).disk().link("x", "there", WallTime{2 * kHour});
  look(story, kBen, 2 * kHour);
  story.close();
  REQUIRE(story.device(kAnna).listing() == story.device(kBen).listing());
  const auto& disk = story.device(kAnna).nodes();
  REQUIRE(disk.size() == 2);
  CHECK(disk.at("x").content == "there");
  CHECK(disk.rbegin()->second.content == "here");
}

TEST_CASE("row 21: of three concurrent versions two become copies, the same everywhere",
          "[sync][table]") {
  Story story = shared("f");
  for (std::size_t who = 0; who < 3; ++who) story.write(who, "f");
  const Tree tree = ending(story);
  CHECK(tree.size() == 3);
  CHECK(tree.at("f") == "v4");
}

TEST_CASE("row 22: a conflict on a conflict copy is one between ordinary files", "[sync][table]") {
  Story story = shared("f");
  story.write(kAnna, "f");
  story.write(kBen, "f");
  const std::string copy = ending(story).rbegin()->first;
  REQUIRE(copy.starts_with("f (conflict "));
  story.write(kAnna, copy);
  story.write(kBen, copy);
  const Tree tree = ending(story);
  REQUIRE(tree.size() == 3);
  CHECK(tree.at(copy) == "v5");
  for (const auto& [path, content] : tree) CHECK(path.find(") (") == path.npos);
}

TEST_CASE("row 23: an edit under an installation stays and is a version of its own",
          "[sync][table]") {
  Story story = shared("f");
  story.write(kAnna, "f");
  story.sync(kAnna, kBen, ~std::size_t{0}, true);
  // Not looked at yet, and in the way.
  story.device(kBen).disk().write("f", "mine", WallTime{kHour});
  CHECK_FALSE(story.device(kBen).settle());
  CHECK(story.device(kBen).nodes().at("f").content == "mine");
  look(story, kBen, kHour);
  story.close();
  CHECK(story.device(kAnna).listing() == story.device(kBen).listing());
  CHECK(story.device(kAnna).nodes().size() == 2);
}

TEST_CASE("row 24: a device that lost its index adopts what the others have", "[sync][table]") {
  // Ben's disk as it was, with nothing that explains it; his files have their old times.
  Story story(three_people());
  story.device(kAnna).disk().write("f", "old", WallTime{kHour});
  look(story, kAnna, kHour);
  story.device(kBen).disk().write("f", "old", WallTime{kHour});
  story.device(kBen).disk().write("g", "only here", WallTime{kHour});
  story.sync(kAnna, kBen, ~std::size_t{0}, true);
  look(story, kBen, 2 * kHour);
  story.close();
  CHECK(story.device(kAnna).nodes().size() == 2);
  CHECK(story.device(kAnna).heads("f").size() == 1);
  CHECK(story.device(kAnna).listing() == story.device(kBen).listing());
}

TEST_CASE("row 28: a clock that is wrong chooses the winner and loses nothing", "[sync][table]") {
  Story story = shared("f");
  story.set_clock(kAnna, 24 * 365 * kHour);
  story.write(kAnna, "f");
  story.write(kBen, "f");
  Tree tree = ending(story);
  CHECK(tree.size() == 2);
  CHECK(tree.at("f") == "v2");
  // An edit that was made in the winner's sight is later whatever the clocks say.
  story.write(kBen, "f");
  tree = ending(story);
  CHECK(tree.at("f") == "v4");
}

}  // namespace
}  // namespace lansync::test
