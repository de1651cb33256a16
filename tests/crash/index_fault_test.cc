// An index that fails once, whichever call it is, while a device starts, meets another, answers its
// questions and checks itself.
#include <algorithm>
#include <iostream>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "tests/crash/scenario.h"
#include "tests/crash/verdict.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kCallsMax = 3000;  // None of the stories comes near.

constexpr std::size_t kLargeBytes = 600'000;  // Several chunks, whatever is in it.

std::string large_content(char filling, std::size_t bytes = 150'000) {
  std::string content;
  for (std::uint64_t i = 0; content.size() < bytes; ++i) content += std::to_string(i * i) + filling;
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
    {"a person at work here, also while it is looked",
     [](CrashWorld& world) {
       auto& here = world.fs(kSubject);
       here.set_time(world.now().wall);
       const bool made = here.user_write("large", large_content('x', kLargeBytes)) &&
                         here.user_mkdir("p") && here.user_write("p/f", "p/f");
       world.changed(kSubject);
       const bool settled = world.settle();
       // Looked at once more, such that nobody doubts its time.
       world.pass(10s);
       world.changed(kSubject);
       return made && settled && world.settle();
     },
     [](CrashWorld& world) {
       auto& here = world.fs(kSubject);
       here.before_each([&here, lists = 0](DiskOperation operation) mutable {
         if (operation == DiskOperation::list && ++lists == 2) here.user_remove("d");
       });
       return here.user_chmod("large", 0600) && here.user_remove("p") &&
              here.user_write("p", "a file in the place of p") &&
              here.user_write("own large", large_content('z', kLargeBytes));
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
    // Late, and of more than was written to: what just came, and what that displaced, is doubted.
    std::set<std::string> names;
    for (const auto& [path, node] : world_.fs(kSubject).snapshot()) names.insert(path);
    world_.engine(kSubject).handle_written(RelativePath(), names, world_.now());
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

// All kinds of steps, as the other device's user has them made.
bool change_everything(CrashWorld& world) {
  auto& fs = world.fs(kOther);
  return fs.user_write("a", "new a") && fs.user_mkdir("k") && fs.user_write("k/n", "k/n") &&
         fs.user_remove("l") && fs.user_symlink("l", "other target") && fs.user_remove("e") &&
         fs.user_rename("d", "m") && fs.user_remove("x") && fs.user_symlink("n", "new target");
}

// The process is killed: of each set of steps that the index says are under way, when none and when
// most of them are done.
std::vector<Moment> moments_in_doubt() {
  CrashWorld world(beginning());
  world.boot(kSubject);
  world.boot(kOther);
  REQUIRE(world.settle());
  world.pass(1s);
  world.fs(kOther).set_time(world.now().wall);
  REQUIRE(change_everything(world));
  std::vector<Moment> moments;
  std::size_t same_index = 0;
  world.watch([&](Moment moment) {
    MemoryIndex index(*moment.indexes[kSubject]);
    if (index.intents()->empty()) return;
    const bool same =
        !moments.empty() && moments.back().indexes[kSubject] == moment.indexes[kSubject];
    same_index = same ? same_index + 1 : 1;
    if (same_index > 2) moments.pop_back();
    moments.push_back(std::move(moment));
  });
  world.changed(kOther);
  world.connect();
  REQUIRE(world.settle());
  world.watch(nullptr);
  return moments;
}

// Both start again, the index's n-th call fails. What both show in the end, and whether it did.
std::pair<Contents, bool> recover(const Moment& moment, std::uint64_t n) {
  CrashWorld world(moment);
  const std::uint64_t changes = world.changes_by(kSubject);
  world.index(kSubject).fail_call(n);
  for (const bool sound : {false, true}) {
    world.boot(kSubject);
    if (!sound) world.boot(kOther);
    world.connect();
    world.changed(kSubject);
    world.changed(kOther);
    world.run_for(1min);
    if (!sound && world.index(kSubject).has_faults_left()) return {Contents(), false};
    world.index(kSubject).clear_faults();
  }
  CHECK(world.settle());
  // Nothing that it had done itself was taken for a person's doing.
  CHECK(world.changes_by(kSubject) == changes);
  CHECK(world.index(kSubject).intents()->empty());
  CHECK(contents_of(world.fs(kSubject).snapshot()) == contents_of(world.fs(kOther).snapshot()));
  return {contents_of(world.fs(kOther).snapshot()), true};
}

TEST_CASE(
    "Whichever call of the index fails while a start clears up after a crash, the next one does",
    "[crash][faults]") {
  const std::vector<Moment> moments = moments_in_doubt();
  REQUIRE(moments.size() >= 5);
  const Contents expected{"new a", "k/n", "d/c"};
  std::size_t faults = 0;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    for (std::uint64_t n = 1;; ++n) {
      REQUIRE(n < kCallsMax);
      INFO("killed for the " << i << "th time, call " << n << " of the index fails");
      const auto [contents, failed] = recover(moments[i], n);
      if (!failed) break;
      ++faults;
      CHECK(contents == expected);
    }
  }
  std::cout << "index, after a crash: " << faults << " faults\n";
  CHECK(faults > 300);
}

}  // namespace
}  // namespace lansync::test
