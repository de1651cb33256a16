// A person changes a file in the moment in which it is removed for another device, and the process
// is killed before it sees what it has taken away.
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;
using Person = std::function<bool(MemoryFileSystem&)>;

constexpr std::size_t kSender = 0;
constexpr std::size_t kReceiver = 1;

// Two devices that share a file, which is removed on the first.
struct Killed {
  Killed() {
    cluster.connect_all();
    cluster.node(kSender).fs.user_write("f", "theirs");
    cluster.changed(kSender);
    require_agreement(cluster);
    cluster.node(kSender).fs.user_remove("f");
    cluster.changed(kSender);
  }

  // The person acts between the look at the file and its removal, and nothing is done after that.
  void act(const Person& person) {
    const auto cut_short = std::make_error_code(std::errc::io_error);
    fs.fail_call(DiskOperation::stat_trash, 1, cut_short);
    fs.fail_call(DiskOperation::move_from_trash, 1, cut_short);
    bool acted = false;
    fs.before_each([&](DiskOperation operation) {
      if (!acted && operation == DiskOperation::move_to_trash) acted = person(fs);
    });
    for (int i = 0; i < 1'000'000 && !acted; ++i) cluster.run_for(1us);
    fs.before_each({});
    REQUIRE(acted);
    REQUIRE_FALSE(fs.has_faults_left());
    REQUIRE(fs.trash_snapshot().size() == 1);
  }
  void act_and_kill(const Person& person) {
    act(person);
    cluster.restart(kReceiver);
    REQUIRE_FALSE(cluster.node(kReceiver).index.intents()->empty());
  }
  // Though nothing is lost by that but what the person has torn.
  void act_and_lose_power(const Person& person) {
    act(person);
    cluster.node(kReceiver).boot += " and another";
    cluster.restart(kReceiver);
  }

  SeenTree end() {
    cluster.connect_all();
    require_agreement(cluster);
    return cluster.tree(kSender);
  }

  Cluster cluster{2, 1};
  MemoryFileSystem& fs = cluster.node(kReceiver).fs;
};

TEST_CASE("An edit that was taken away with what was removed comes back, though the process died",
          "[engine][killed]") {
  Killed killed;
  SECTION("in place") {
    killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_write("f", "mine, longer"); });
  }
  SECTION("by another file") {
    killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_replace("f", "mine, longer"); });
  }
  SECTION("and the process died again at once") {
    killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_write("f", "mine, longer"); });
    killed.cluster.restart(kReceiver);
  }
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 1);
  CHECK(content_of(tree, "f") == "mine, longer");
  CHECK(killed.fs.trash_snapshot().empty());
}

TEST_CASE("An edit that was taken away with what was removed comes back, though that failed once",
          "[engine][killed]") {
  Killed killed;
  killed.act([](MemoryFileSystem& fs) { return fs.user_write("f", "mine, longer"); });
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 1);
  CHECK(content_of(tree, "f") == "mine, longer");
  CHECK(killed.fs.trash_snapshot().empty());
  CHECK(killed.cluster.node(kReceiver).index.trash_totals()->files == 0);
}

TEST_CASE("What was removed, and could not be looked at then, is no problem", "[engine][killed]") {
  Killed killed;
  killed.act([](MemoryFileSystem&) { return true; });
  CHECK(killed.end().empty());
  CHECK(killed.fs.trash_snapshot().size() == 1);
  CHECK(killed.cluster.node(kReceiver).engine->status().issues.empty());
}

TEST_CASE("What was removed stays removed, though the process died", "[engine][killed]") {
  Killed killed;
  killed.act_and_kill([](MemoryFileSystem&) { return true; });
  CHECK(killed.end().empty());
  CHECK(killed.fs.trash_snapshot().size() == 1);
}

TEST_CASE("What is written after the process died stays where it is", "[engine][killed]") {
  Killed killed;
  killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_write("f", "mine, longer"); });
  REQUIRE(killed.fs.user_write("f", "mine, later"));
  const SeenTree tree = killed.end();
  CHECK(content_of(tree, "f") == "mine, later");
  // Who wrote that did not see the one before.
  REQUIRE(tree.size() == 2);
  CHECK(tree.rbegin()->second.content == "mine, longer");
}

TEST_CASE("An edit that was taken away with what was removed comes back, though the power failed",
          "[engine][killed]") {
  Killed killed;
  SECTION("in place") {
    killed.act_and_lose_power([](MemoryFileSystem& fs) { return fs.user_write("f", "mine"); });
  }
  SECTION("by another file") {
    killed.act_and_lose_power([](MemoryFileSystem& fs) { return fs.user_replace("f", "mine"); });
  }
  SECTION("by a link") {
    killed.act_and_lose_power(
        [](MemoryFileSystem& fs) { return fs.user_remove("f") && fs.user_symlink("f", "mine"); });
  }
  const SeenTree tree = killed.end();
  REQUIRE(tree.size() == 1);
  CHECK(tree.at("f").content + tree.at("f").target == "mine");
  CHECK(killed.fs.trash_snapshot().empty());
}

// What the power took from a file is no person's doing.
TEST_CASE("After a power failure what was removed is not taken for a person's",
          "[engine][killed]") {
  Killed killed;
  SECTION("if it has lost its end") {
    killed.act_and_lose_power([](MemoryFileSystem& fs) { return fs.tear("f", 3); });
  }
  SECTION("if it has lost all of its bytes") {
    killed.act_and_lose_power([](MemoryFileSystem& fs) { return fs.tear("f", 0); });
  }
  SECTION("if it has lost its time") {
    killed.act_and_lose_power([](MemoryFileSystem& fs) { return fs.user_touch("f", {}); });
  }
  CHECK(killed.end().empty());
  CHECK(killed.fs.trash_snapshot().size() == 1);
}

}  // namespace
}  // namespace lansync::test
