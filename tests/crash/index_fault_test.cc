// An index that fails once, whichever call it is, while a device starts, meets another, answers its
// questions and checks itself.
#include <algorithm>
#include <iostream>

#include <catch2/catch.hpp>

#include "tests/crash/scenario.h"
#include "tests/crash/verdict.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kCallsMax = 3000;  // None of the stories comes near.

std::string large_content(char filling) {
  std::string content;
  for (int i = 0; content.size() < 150'000; ++i) content += std::to_string(i * i) + filling;
  return content;
}

struct Story {
  const char* name;
  // What is on both devices before, and what happens before they meet.
  bool (*begin)(CrashWorld& world);
  bool (*tell)(CrashWorld& world);
};

const Story kStories[] = {
    {"conflicts", [](CrashWorld& world) { return world.fs(kOther).user_write("f", "first f"); },
     [](CrashWorld& world) {
       auto& here = world.fs(kSubject);
       auto& there = world.fs(kOther);
       return here.user_write("a", "a here") && there.user_write("a", "a of the other") &&
              here.user_write("f", "f here") && there.user_remove("f") &&
              there.user_write("x", "x of the other") && here.user_chmod("x", 0600) &&
              here.user_write("d/c", "c here") && there.user_rename("d", "m") &&
              here.user_write("n", "n here") && there.user_mkdir("n") &&
              there.user_write("n/n", "n/n");
     }},
    {"what is here already, in other places",
     [](CrashWorld& world) {
       auto& fs = world.fs(kOther);
       return fs.user_write("large", large_content('x')) && fs.user_mkdir("deep") &&
              fs.user_mkdir("deep/er") && fs.user_write("deep/er/f", "f in the deep");
     },
     [](CrashWorld& world) {
       auto& there = world.fs(kOther);
       auto& here = world.fs(kSubject);
       return there.user_copy("large", "copy of large") && there.user_append("large", "more") &&
              there.user_rename("deep/er", "deeper") && there.user_exchange("a", "x") &&
              here.user_write("own large", large_content('y')) && here.user_remove("e");
     }},
    {"copies of a conflict",
     [](CrashWorld& world) {
       world.disconnect();
       world.pass(1s);
       return world.fs(kSubject).user_write("a", "copy's a") &&
              world.fs(kOther).user_write("a", "winner's a");
     },
     [](CrashWorld& world) {
       auto& here = world.fs(kSubject);
       const SeenTree tree = here.snapshot();
       const auto copy = std::ranges::find_if(
           tree, [](const auto& entry) { return entry.first.contains("conflict"); });
       if (copy == tree.end()) return false;
       return here.user_rename(copy->first, "a") && here.user_rename("l", "k") &&
              world.fs(kOther).user_append(copy->first, " and more");
     }},
};

// Two devices in the middle of a story.
class Meeting {
 public:
  explicit Meeting(const Story& story) : world_(beginning()) {
    world_.boot(kSubject);
    world_.boot(kOther);
    world_.connect();
    REQUIRE(world_.settle());
    REQUIRE(story.begin(world_));
    look();
    REQUIRE(world_.settle());
    world_.disconnect();
    world_.pass(10s);
    world_.fs(kSubject).set_time(world_.now().wall);
    world_.fs(kOther).set_time(world_.now().wall);
    REQUIRE(story.tell(world_));
    world_.pass(1s);
  }

  WatchedIndex& index() { return world_.index(kSubject); }

  void meet() {
    world_.boot(kSubject);
    world_.connect();
    look();
    world_.run_for(2s);
    for (const std::size_t i : {kSubject, kOther}) {
      ShareEngine& engine = world_.engine(i);
      if (engine.failed()) continue;
      (void)engine.begin_flush(world_.now());
      (void)engine.begin_verification(world_.now());
      engine.ask_audits({world_.author(kSubject).device, world_.author(kOther).device},
                        world_.now());
      engine.release_deletions(world_.now());
    }
    world_.run_for(2min);
    (void)world_.engine(kSubject).status();
  }

  // What both show in the end, when nothing fails any more.
  SeenTree end() {
    index().clear_faults();
    world_.boot(kSubject);
    world_.connect();
    look();
    world_.run_for(2min);
    REQUIRE(world_.settle());
    CHECK(files_of(kSubject) == files_of(kOther));
    CHECK(index().intents()->empty());
    CHECK(world_.fs(kSubject).stage_snapshot().empty());
    return world_.fs(kSubject).snapshot();
  }

 private:
  void look() {
    world_.connect();
    world_.changed(kSubject);
    world_.changed(kOther);
  }
  std::multiset<std::string> files_of(std::size_t i) {
    std::multiset<std::string> files;
    for (const auto& [path, node] : world_.fs(i).snapshot()) files.insert(path + node.content);
    return files;
  }

  CrashWorld world_;
};

TEST_CASE("Whichever call of the index fails between two starts, nothing is missing in the end",
          "[crash][faults]") {
  std::size_t faults = 0;
  for (const Story& story : kStories) {
    Meeting sound(story);
    sound.meet();
    const Contents expected = contents_of(sound.end());
    for (std::uint64_t n = 1;; ++n) {
      REQUIRE(n < kCallsMax);
      INFO(story.name << ": call " << n << " of the index fails");
      Meeting meeting(story);
      meeting.index().fail_call(n);
      meeting.meet();
      const bool failed = !meeting.index().has_faults_left();
      CHECK(contents_of(meeting.end()) == expected);
      if (!failed) break;
      ++faults;
    }
  }
  std::cout << "index, from start to start: " << faults << " faults\n";
  CHECK(faults > 500);
}

}  // namespace
}  // namespace lansync::test
