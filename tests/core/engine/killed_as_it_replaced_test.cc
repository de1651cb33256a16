// A person changes a file in the moment in which another version is put in its place, and the
// process is killed before it sees what it has taken away.
#include <algorithm>
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;
using Person = std::function<bool(MemoryFileSystem&)>;

constexpr std::size_t kEditor = 0;
constexpr std::size_t kVictim = 1;

// Two devices that share a file, which is edited on the first.
struct KilledAsItReplaced {
  KilledAsItReplaced() {
    cluster.connect_all();
    cluster.node(kEditor).fs.user_write("f", "the first");
    cluster.changed(kEditor);
    require_agreement(cluster);
    cluster.node(kEditor).fs.user_write("f", "theirs");
    cluster.changed(kEditor);
  }

  void act_and_kill(const Person& person) {
    act(person);
    cluster.restart(kVictim);
    REQUIRE_FALSE(cluster.node(kVictim).index.intents()->empty());
  }
  // Though nothing is lost by that but what the person has torn.
  void act_and_lose_power(const Person& person) {
    act(person);
    cluster.node(kVictim).boot += " and another";
    cluster.restart(kVictim);
  }
  // The person acts between the look at the file and the exchange, and nothing is done after that.
  void act(const Person& person) {
    const auto cut_short = std::make_error_code(std::errc::io_error);
    fs.fail_call(DiskOperation::stat_stage, 3, cut_short);
    fs.fail_call(DiskOperation::exchange, 2, cut_short);
    for (const std::uint64_t nth : {std::uint64_t{1}, std::uint64_t{2}}) {
      fs.fail_call(DiskOperation::move_stage_to_trash, nth, cut_short);
    }
    bool acted = false;
    fs.before_each([&](DiskOperation operation) {
      if (!acted && operation == DiskOperation::exchange) acted = person(fs);
    });
    for (int i = 0; i < 1'000'000 && !acted; ++i) cluster.run_for(1us);
    fs.before_each({});
    REQUIRE(acted);
    fs.clear_faults();
    REQUIRE(fs.stage_snapshot().size() == 1);
    REQUIRE(content_of(fs.snapshot(), "f") == "theirs");
  }

  SeenTree end() {
    cluster.connect_all();
    require_agreement(cluster);
    return cluster.tree(kEditor);
  }

  Cluster cluster{2, 1};
  MemoryFileSystem& fs = cluster.node(kVictim).fs;
};

TEST_CASE("An edit that was taken away by an installation comes back, though the process died",
          "[engine][killed]") {
  KilledAsItReplaced killed;
  SECTION("in place") {
    killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_write("f", "mine, longer"); });
  }
  SECTION("by another file") {
    killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_replace("f", "mine, longer"); });
  }
  SECTION("and the process died again at once") {
    killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_write("f", "mine, longer"); });
    killed.cluster.restart(kVictim);
  }
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 2);  // Neither knew of the other: one is a conflict copy.
  CHECK(content_of(tree, "f") == "mine, longer");
}

TEST_CASE("What was replaced stays replaced, though the process died", "[engine][killed]") {
  KilledAsItReplaced killed;
  killed.act_and_kill([](MemoryFileSystem&) { return true; });
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 1);
  CHECK(content_of(tree, "f") == "theirs");
}

TEST_CASE("What replaces the installed version after the process died stays where it is",
          "[engine][killed]") {
  KilledAsItReplaced killed;
  killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_write("f", "mine, longer"); });
  REQUIRE(killed.fs.user_write("f", "mine, later"));
  const SeenTree tree = killed.end();
  CHECK(content_of(tree, "f") == "mine, later");
  // Who wrote that did not see the one before.
  const auto is_before = [](const auto& entry) { return entry.second.content == "mine, longer"; };
  CHECK(std::ranges::any_of(tree, is_before));
}

TEST_CASE("An edit that was taken away by an installation comes back, though the power failed",
          "[engine][killed]") {
  KilledAsItReplaced killed;
  SECTION("in place") {
    killed.act_and_lose_power([](MemoryFileSystem& fs) { return fs.user_write("f", "mine"); });
  }
  SECTION("by another file") {
    killed.act_and_lose_power([](MemoryFileSystem& fs) { return fs.user_replace("f", "mine"); });
  }
  SECTION("and what took its place was touched") {
    killed.act([](MemoryFileSystem& fs) { return fs.user_write("f", "mine"); });
    REQUIRE(killed.fs.user_touch("f", WallTime{1'000'000'000}));
    killed.cluster.node(kVictim).boot += " and another";
    killed.cluster.restart(kVictim);
  }
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 2);  // Neither knew of the other: one is a conflict copy.
  CHECK(content_of(tree, "f") == "mine");
}

// What the power took from a file is no person's doing.
TEST_CASE("After a power failure what was replaced is not taken for a person's",
          "[engine][killed]") {
  KilledAsItReplaced killed;
  killed.act_and_lose_power([](MemoryFileSystem& fs) { return fs.tear("f", 3); });
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 1);
  CHECK(content_of(tree, "f") == "theirs");
}

}  // namespace
}  // namespace lansync::test
