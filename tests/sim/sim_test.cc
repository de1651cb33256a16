// The simulator itself: that it repeats, that it finds, that it makes short.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/sim/generator.h"
#include "tests/sim/play.h"
#include "tests/sim/shrink.h"

namespace lansync::sim {
namespace {

Story story_of(const std::string& text) {
  auto story = parse_story(text);
  REQUIRE(story);
  return *std::move(story);
}

TEST_CASE("A story is what its text says", "[sim]") {
  for (std::size_t profile = 0; profile < kProfiles; ++profile) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Story story = make_story(seed, static_cast<Profile>(profile));
      const auto read = parse_story(to_text(story));
      REQUIRE(read);
      CHECK(*read == story);
    }
  }
  for (const char* const bad :
       {"", "seed 1", "device\nA dance", "device\nB write a n=1", "device\nA write", "device x=y z",
        "device watcher=asleep", "device\nA write a n=one", "device\nwrite a n=1",
        "device\nA pass n=1"}) {
    CHECK_FALSE(parse_story(bad));
  }
}

TEST_CASE("Equal stories run equally", "[sim]") {
  for (const Profile profile : {Profile::brief, Profile::crash, Profile::conflict}) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      const Story story = make_story(seed, profile);
      CHECK(play(story).trace == play(story).trace);
    }
  }
  CHECK(play(make_story(1, Profile::brief)).trace != play(make_story(2, Profile::brief)).trace);
}

TEST_CASE("What a person wrote is owed until a person takes it back", "[sim]") {
  Ghost ghost;
  SeenNode file{NodeKind::file, "v1.some text", 0644, {}};
  const VersionId version = version_of(file);
  const SeenTree at_a{{"a", file}};
  ghost.acted(0, {}, at_a);
  CHECK(ghost.is_owed(version));

  SECTION("a move takes nothing back") {
    ghost.acted(1, at_a, {{"b", file}});
    CHECK(ghost.is_owed(version));
    ghost.acted(0, {{"b", file}}, {});
    CHECK_FALSE(ghost.is_owed(version));
  }
  SECTION("a removal does, and then it must stay away once all have seen it go") {
    ghost.acted(1, at_a, {});
    CHECK_FALSE(ghost.is_owed(version));
    CHECK_FALSE(ghost.is_buried(version));
    ghost.settled({});
    CHECK(ghost.is_buried(version));
  }
  SECTION("unless somebody puts it there once more meanwhile") {
    const SeenTree twice{{"a", file}, {"b", file}};
    const bool by_move = GENERATE(false, true);
    ghost.settled(at_a);
    ghost.acted(1, twice, {{"b", file}});
    ghost.acted(0, twice, at_a);
    if (by_move) ghost.put_again("a", twice, at_a);
    CHECK_FALSE(ghost.is_owed(version));
    CHECK(ghost.is_buried(version) != by_move);
    ghost.settled({});
    CHECK(ghost.is_buried(version));
  }
  SECTION("and once more if it is put back") {
    ghost.acted(0, at_a, {});
    ghost.acted(0, {}, at_a);
    CHECK(ghost.is_owed(version));
    SECTION("unless its device has forgotten both") {
      ghost.forget_return(version, "a", "a");
      CHECK_FALSE(ghost.is_owed(version));
    }
  }
  SECTION("what was never gone is owed, whatever is forgotten") {
    ghost.forget_return(version, "a", "a");
    CHECK(ghost.is_owed(version));
  }
  SECTION("the removal of its conflict copy does as well") {
    const std::string copy = "a (conflict 2026-03-14 1502 B 7f3a1c)";
    const SeenNode other{NodeKind::file, "v2.other text", 0644, {}};
    ghost.acted(1, {{"a", other}, {copy, file}}, {{"a", other}});
    CHECK_FALSE(ghost.is_owed(version));
  }
  SECTION("an edit at another path does not") {
    const SeenNode other{NodeKind::file, "v2.other text", 0644, {}};
    ghost.acted(1, {}, {{"b", other}});
    CHECK(ghost.is_owed(version));
    CHECK(ghost.owed().size() == 2);
  }
}

TEST_CASE("What a conflict copy that goes takes along is not to be seen elsewhere", "[sim]") {
  const SeenNode loser{NodeKind::file, "v1.some text", 0644, {}};
  const SeenNode winner{NodeKind::file, "v2.other text", 0644, {}};
  const SeenNode third{NodeKind::file, "v3.third text", 0644, {}};
  const VersionId version = version_of(loser);
  const std::string copy = "a (conflict 2027-01-15 0800 A 123456)";
  const std::string other_copy = "a (conflict 2027-01-15 0800 B 654321)";
  Ghost ghost;
  ghost.acted(0, {}, {{"a", loser}});
  // Who changes the file beside it may make a file of the copy.
  ghost.acted(1, {{"a", winner}, {copy, loser}}, {{"a", third}, {copy, loser}});
  ghost.settled({{"a", third}, {copy, loser}});

  SECTION("it takes along the file that it is a copy of") {
    ghost.acted(1, {{"a", third}, {copy, loser}}, {{"a", third}});
    CHECK_FALSE(ghost.is_owed(version));
  }
  SECTION("though that may stay where it is to be seen") {
    ghost.acted(1, {{"a", loser}, {copy, loser}}, {{"a", loser}});
    CHECK_FALSE(ghost.is_owed(version));
    CHECK_FALSE(ghost.is_buried(version));
  }
  SECTION("or in another copy") {
    ghost.acted(1, {{copy, loser}, {other_copy, loser}}, {{copy, loser}});
    CHECK_FALSE(ghost.is_owed(version));
    CHECK_FALSE(ghost.is_buried(version));
  }
  SECTION("a file takes along the copy that went before it, as the two were the same") {
    ghost.acted(1, {{"a", third}, {copy, loser}}, {{"a", loser}, {copy, loser}});
    SECTION("if that was so") {
      ghost.acted(1, {{"a", loser}}, {});
      CHECK_FALSE(ghost.is_owed(version));
    }
    SECTION("not while it is to be seen") {
      ghost.acted(1, {{"a", loser}, {copy, loser}}, {{copy, loser}});
      CHECK(ghost.is_owed(version));
    }
  }
}

TEST_CASE("Who edits a conflict copy edits what somebody else puts back there meanwhile", "[sim]") {
  const SeenNode winner{NodeKind::file, "v1.some text", 0644, {}};
  const SeenNode loser{NodeKind::file, "v2.other text", 0644, {}};
  const SeenNode here{NodeKind::file, "v3.third text", 0644, {}};
  const SeenNode there{NodeKind::file, "v4.fourth text", 0644, {}};
  const std::string copy = "a (conflict 2027-01-15 0800 A 123456)";
  Ghost ghost;
  ghost.acted(0, {}, {{"a", winner}});
  ghost.acted(1, {}, {{"a", loser}});
  const SeenTree both{{"a", winner}, {copy, loser}};
  const SeenTree edited{{"a", winner}, {copy, here}};
  const auto edit_elsewhere = [&] { ghost.acted(0, both, {{"a", winner}, {copy, there}}); };
  const auto put_back = [&] {
    ghost.acted(1, both, edited);
    ghost.acted(1, edited, both);
  };
  SECTION("before it is put back") {
    edit_elsewhere();
    put_back();
    CHECK_FALSE(ghost.is_owed(version_of(loser)));
  }
  SECTION("and after it") {
    put_back();
    edit_elsewhere();
    CHECK_FALSE(ghost.is_owed(version_of(loser)));
  }
  SECTION("not what is put back when all know of the edit") {
    edit_elsewhere();
    ghost.settled({{"a", winner}, {copy, there}});
    ghost.acted(1, {{"a", winner}, {copy, there}}, both);
    CHECK(ghost.is_owed(version_of(loser)));
  }
  SECTION("nor what a single person puts back") {
    put_back();
    CHECK(ghost.is_owed(version_of(loser)));
  }
  CHECK_FALSE(ghost.is_buried(version_of(loser)));
}

TEST_CASE("Who removes a file that is called as a copy is leaves its copies behind", "[sim]") {
  const SeenNode loser{NodeKind::file, "v1.some text", 0644, {}};
  const SeenNode winner{NodeKind::file, "v2.other text", 0644, {}};
  const SeenNode edited{NodeKind::file, "v3.third text", 0644, {}};
  const std::string path = "a (conflict 2027-01-15 0800 A 123456)";
  const std::string copy = "a (conflict 2027-01-15 0800 B 654321)";
  Ghost ghost;
  ghost.acted(0, {}, {{path, loser}});
  ghost.acted(1, {}, {{path, winner}});
  const SeenTree both{{path, winner}, {copy, loser}};
  ghost.settled(both);
  // One removes the file, the other writes to the copy.
  ghost.acted(0, both, {{copy, loser}});
  ghost.acted(1, both, {{path, winner}, {copy, edited}});
  CHECK_FALSE(ghost.is_owed(version_of(loser)));
  CHECK_FALSE(ghost.is_buried(version_of(loser)));
}

TEST_CASE("A copy that comes beside a removed path is a file, until its device has noticed",
          "[sim]") {
  const SeenNode file{NodeKind::file, "v1.some text", 0644, {}};
  const SeenNode other{NodeKind::file, "v2.other text", 0644, {}};
  const std::string copy = "a (conflict 2027-01-15 0800 A 123456)";
  Ghost ghost;
  ghost.acted(0, {}, {{"a", file}});
  ghost.acted(1, {}, {{"a", other}});
  ghost.acted(0, {{"a", file}}, {});
  const auto remembers = [](const std::string& path) { return path == "a"; };

  SECTION("it cannot know that its person has not seen the copy") {
    ghost.copies_came(0, {{copy, other}}, remembers);
    CHECK(ghost.was_put_at(version_of(other), copy));
  }
  SECTION("but a copy of what was removed stays one") {
    ghost.copies_came(0, {{copy, file}}, remembers);
    CHECK_FALSE(ghost.was_put_at(version_of(file), copy));
  }
  SECTION("and so does one that comes elsewhere, or beside a path that is there") {
    ghost.copies_came(1, {{copy, other}}, remembers);
    ghost.copies_came(0, {{"a", file}, {copy, other}}, remembers);
    CHECK_FALSE(ghost.was_put_at(version_of(other), copy));
  }
  SECTION("or later") {
    ghost.copies_came(0, {}, [](const std::string&) { return false; });
    ghost.copies_came(0, {{copy, other}}, remembers);
    CHECK_FALSE(ghost.was_put_at(version_of(other), copy));
  }
}

TEST_CASE("A story that fails becomes as short as it can be", "[sim]") {
  const auto has = [](const Story& story, Deed deed) {
    return std::ranges::any_of(story.steps, [&](const Step& step) { return step.deed == deed; });
  };
  // What "fails" needs a write on one device and a removal or a rename.
  const StillFails fails = [&](const Story& story) {
    return has(story, Deed::write) && (has(story, Deed::remove) || has(story, Deed::rename));
  };
  Story long_story;
  for (std::uint64_t seed = 1; !fails(long_story); ++seed) {
    long_story = make_story(seed, Profile::mixed);
  }
  const Story small = shrink(long_story, fails);
  CHECK(small.steps.size() == 2);
  CHECK(small.devices.size() == 2);
  CHECK(small.network == Network{.latency_us = 0, .job_us = 0});
  for (const Step& step : small.steps) {
    CHECK(step.wait_us == 0);
    CHECK(step.before_call == 0);
  }
}

TEST_CASE("Stories that once ended badly end well", "[sim]") {
  const std::filesystem::path folder = LANSYNC_SOURCE_DIR "/tests/sim/stories";
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const Outcome outcome = play(story_of(text.str()));
    INFO(entry.path());
    INFO(outcome.state);
    CHECK((outcome.violation ? outcome.violation->invariant + ": " + outcome.violation->what
                             : "") == "");
    ++count;
  }
  CHECK(count > 0);
}

}  // namespace
}  // namespace lansync::sim
