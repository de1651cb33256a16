// A person saves a file in the moment before another version takes its place, and the exchange is
// not undone at once.
#include <algorithm>
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSender = 0;
constexpr std::size_t kReceiver = 1;
const std::error_code kFailure = std::make_error_code(std::errc::io_error);

// Two devices that share a file, which is changed on the first.
struct Overtaken {
  Overtaken() {
    cluster.connect_all();
    cluster.node(kSender).fs.user_write("f", "old");
    cluster.changed(kSender);
    require_agreement(cluster);
    cluster.node(kSender).fs.user_write("f", "theirs");
    cluster.changed(kSender);
  }

  // The person saves before the first exchange; `then` happens as it is about to be undone.
  void save_and(const std::function<void()>& then) {
    int exchanges = 0;
    fs.before_each([&](DiskOperation operation) {
      if (operation != DiskOperation::exchange) return;
      if (++exchanges == 1) REQUIRE(fs.user_replace("f", "mine"));
      if (exchanges == 2) then();
    });
    for (int i = 0; i < 1'000'000 && exchanges < 2; ++i) cluster.run_for(1us);
    fs.before_each({});
    REQUIRE(exchanges >= 2);
    CHECK(content_of(fs.snapshot(), "f") == "theirs");
  }
  void kill() {
    cluster.restart(kReceiver);
    REQUIRE_FALSE(cluster.node(kReceiver).index.intents()->empty());
  }
  // Both versions are in sight, once each.
  void check_end() {
    cluster.connect_all();
    require_agreement(cluster);
    const SeenTree tree = cluster.tree(kSender);
    REQUIRE(tree.size() == 2);
    CHECK(content_of(tree, "f") == "mine");
    CHECK(tree.rbegin()->second.content == "theirs");
    CHECK(cluster.node(kReceiver).engine->status().issues.empty());
  }

  Cluster cluster{2, 1};
  MemoryFileSystem& fs = cluster.node(kReceiver).fs;
};

TEST_CASE("What a person saved just before an exchange comes back", "[engine][overtaken]") {
  Overtaken overtaken;
  const auto fail = [&] { overtaken.fs.fail_call(DiskOperation::exchange, 1, kFailure); };
  SECTION("that could not be undone") { overtaken.save_and(fail); }
  SECTION("after which the file was touched") {
    overtaken.save_and([&] { REQUIRE(overtaken.fs.user_touch("f", WallTime{1'000'000'000})); });
  }
  SECTION("after which the process was killed") {
    overtaken.save_and(fail);
    overtaken.kill();
  }
  SECTION("after which the power failed") {
    overtaken.save_and(fail);
    overtaken.cluster.node(kReceiver).boot += " and another";
    overtaken.kill();
  }
  overtaken.check_end();
  CHECK(overtaken.cluster.node(kReceiver).content_bytes_received ==
        std::string("oldtheirs").size());
}

TEST_CASE("It comes back though that failed at first", "[engine][overtaken]") {
  Overtaken overtaken;
  overtaken.save_and([&] {
    overtaken.fs.fail_call(DiskOperation::exchange, 1, kFailure);
    overtaken.fs.fail_call(DiskOperation::exchange_with_trash, 1, kFailure);
  });
  for (int i = 0; i < 100'000 && overtaken.fs.has_faults_left(); ++i) {
    overtaken.cluster.run_for(1us);
  }
  REQUIRE_FALSE(overtaken.fs.has_faults_left());
  SECTION("by an error") {}
  SECTION("and the process was killed") { overtaken.kill(); }
  overtaken.check_end();
}

TEST_CASE("Who goes on with what has taken the place keeps it, and finds the other beside it",
          "[engine][overtaken]") {
  Overtaken overtaken;
  overtaken.save_and([&] { overtaken.fs.fail_call(DiskOperation::exchange, 1, kFailure); });
  SECTION("by writing to it") { REQUIRE(overtaken.fs.user_append("f", ", and more")); }
  SECTION("by writing to it before the power failed") {
    REQUIRE(overtaken.fs.user_append("f", ", and more"));
    overtaken.cluster.node(kReceiver).boot += " and another";
    overtaken.kill();
  }
  SECTION("by having it open") { REQUIRE(overtaken.fs.user_hold_open("f", true)); }
  overtaken.cluster.run_for(1min);
  const SeenTree tree = overtaken.fs.snapshot();
  CHECK(content_of(tree, "f").starts_with("theirs"));
  const auto is_beside = [](const auto& entry) {
    return entry.first.starts_with("f (conflict ") && entry.second.content == "mine";
  };
  CHECK(std::ranges::count_if(tree, is_beside) == 1);
}

}  // namespace
}  // namespace lansync::test
