// What goes wrong on disks and in networks, one thing at a time.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

bool has_issue(Cluster& cluster, std::size_t i, std::string_view code) {
  const ShareStatus status = cluster.node(i).engine->status();
  return std::ranges::any_of(status.issues,
                             [&](const PathIssue& issue) { return issue.code == code; });
}

void write_files(MemoryFileSystem& fs, const std::string& dir, int count) {
  fs.user_mkdir(dir);
  for (int i = 0; i < count; ++i) {
    fs.user_write(dir + "/f" + std::to_string(i), dir + std::to_string(i));
  }
}

TEST_CASE("A renamed directory of hundreds of files moves no bytes and is no mass deletion",
          "[engine][adversity]") {
  const auto [from, to] = GENERATE(std::pair("old", "zzz"), std::pair("old", "aaa"));
  Cluster cluster(2, 1);
  cluster.connect_all();
  write_files(cluster.node(0).fs, from, 600);
  cluster.changed(0);
  require_agreement(cluster);
  const auto received = cluster.node(1).content_bytes_received;
  cluster.node(0).fs.user_rename(from, to);
  cluster.changed(0);
  require_agreement(cluster);
  CHECK(cluster.tree(1).size() == 601);
  CHECK(cluster.node(1).content_bytes_received == received);
}

TEST_CASE("A connection that breaks again and again while chunks are read does no harm",
          "[engine][adversity]") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Cluster cluster(2, seed);
    for (int i = 0; i < 8; ++i) {
      std::string content;
      for (int j = 0; j < 60'000; ++j) content += std::to_string(i * j);
      cluster.node(0).fs.user_write("f" + std::to_string(i), content);
    }
    cluster.changed(0);
    cluster.run_for(1s);
    for (int cut = 0; cut < 12; ++cut) {
      cluster.connect_all();
      cluster.run_for(std::chrono::milliseconds(6 + cut));
      cluster.disconnect(0, 1);
    }
    cluster.connect_all();
    require_agreement(cluster);
  }
}

TEST_CASE("A held deletion is forgotten when the files are back", "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  auto& fs = cluster.node(0).fs;
  write_files(fs, "d", 300);
  cluster.changed(0);
  require_agreement(cluster);
  fs.user_remove("d");
  cluster.changed(0);
  cluster.run_for(10s);
  REQUIRE(cluster.node(0).engine->status().activity == ShareActivity::held);
  write_files(fs, "d", 300);
  // Too late to be meant: what is back is not deleted.
  cluster.node(0).engine->release_deletions(cluster.now());
  cluster.changed(0);
  require_agreement(cluster);
  CHECK(cluster.node(0).engine->status().held_deletions == 0);
  CHECK(cluster.tree(1).size() == 301);
}

TEST_CASE("A tree that disappears bit by bit behind a held deletion stays held",
          "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  auto& fs = cluster.node(0).fs;
  write_files(fs, "a", 300);
  write_files(fs, "b", 100);
  cluster.changed(0);
  require_agreement(cluster);
  fs.user_remove("a");
  cluster.changed(0);
  cluster.run_for(5s);
  fs.user_remove("b");
  cluster.changed(0);
  cluster.run_for(5s);
  CHECK(cluster.tree(1).size() == 402);
  CHECK(cluster.node(0).engine->status().held_deletions == 402);
}

TEST_CASE("The mode of a file with several names is changed on a copy", "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  cluster.node(0).fs.user_write("f", "content");
  cluster.changed(0);
  require_agreement(cluster);
  cluster.node(1).fs.user_link("f", "g");
  cluster.changed(1);
  require_agreement(cluster);
  cluster.node(0).fs.user_chmod("f", 0700);
  cluster.changed(0);
  require_agreement(cluster);
  CHECK(cluster.tree(1).at("f").mode == 0700);
  CHECK(cluster.tree(1).at("g").mode == 0644);
}

TEST_CASE("A full disk is an issue, and syncing goes on by itself when there is room",
          "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  cluster.node(1).fs.set_capacity(100'000);
  cluster.node(0).fs.user_write("large", std::string(500'000, 'x'));
  cluster.node(0).fs.user_write("small", "small");
  cluster.changed(0);
  cluster.run_for(60s);
  CHECK(has_issue(cluster, 1, "no_space"));
  CHECK(cluster.node(1).engine->status().lacking_bytes > 0);
  cluster.node(1).fs.set_capacity(std::nullopt);
  cluster.run_for(60s);
  require_agreement(cluster);
  CHECK(cluster.node(1).engine->status().lacking_bytes == 0);
  CHECK_FALSE(has_issue(cluster, 1, "no_space"));
}

TEST_CASE(
    "Of files that do not all fit those that do arrive, and the rest is not fetched for nothing",
    "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  cluster.node(1).fs.set_capacity(700'000);
  for (const char name : {'a', 'b', 'c'}) {
    cluster.node(0).fs.user_write(std::string(1, name), std::string(300'000, name));
  }
  cluster.node(0).fs.user_write("too large", std::string(800'000, 'x'));
  cluster.changed(0);
  cluster.run_for(300s);
  CHECK(cluster.tree(1).size() == 2);
  CHECK(cluster.node(1).content_bytes_received < 2'000'000);
  CHECK(cluster.node(1).engine->status().activity == ShareActivity::held);
  cluster.node(1).fs.set_capacity(std::nullopt);
  cluster.run_for(60s);
  require_agreement(cluster);
}

TEST_CASE("A file that a program has open for writing is replaced when it is closed",
          "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  cluster.node(0).fs.user_write("f", "first");
  cluster.changed(0);
  require_agreement(cluster);
  cluster.node(1).fs.user_hold_open("f", true);
  cluster.node(0).fs.user_write("f", "second");
  cluster.changed(0);
  cluster.run_for(30s);
  CHECK(content_of(cluster.tree(1), "f") == "first");
  cluster.node(1).fs.user_hold_open("f", false);
  cluster.run_for(30s);
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(1), "f") == "second");
}

TEST_CASE("Where a person was first the other version is there as soon as theirs is known",
          "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.node(0).fs.user_write("f", "theirs");
  cluster.changed(0);
  REQUIRE(cluster.settle());
  // What is shown at the path then is more than what was found there, and needs no step.
  cluster.node(0).fs.user_chmod("f", 0600);
  cluster.changed(0);
  REQUIRE(cluster.settle());
  cluster.connect_all();
  while (cluster.node(1).fs.stage_snapshot().empty()) cluster.run_for(100us);
  cluster.node(1).fs.user_write("f", "mine");
  // Less than the time after which what failed is tried again.
  cluster.run_for(Applier::kBusyDelay - 1s);
  const SeenTree tree = cluster.tree(1);
  CHECK(tree.at("f").content == "mine");
  CHECK(tree.size() == 2);
}

TEST_CASE("A file whose time is still to come is read once", "[engine][adversity]") {
  Cluster cluster(1, 1);
  auto& fs = cluster.node(0).fs;
  fs.user_write("f", "content");
  fs.user_touch("f", WallTime{cluster.now().wall.ns + 1'000'000'000'000'000});
  cluster.changed(0);
  cluster.run_for(1s);
  const auto reads = fs.calls(DiskOperation::open_read);
  for (int i = 0; i < 3; ++i) {
    cluster.changed(0);
    cluster.run_for(1s);
  }
  CHECK(fs.calls(DiskOperation::open_read) == reads);
}

TEST_CASE("A file is served though a link says the same", "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.node(0).fs.user_symlink("a link", "the same text");
  cluster.node(0).fs.user_write("b file", "the same text");
  cluster.changed(0);
  cluster.connect_all();
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(1), "b file") == "the same text");
}

TEST_CASE("Files swapped by their names arrive swapped", "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  auto& fs = cluster.node(0).fs;
  fs.user_write("a", "was a");
  fs.user_write("b", "was b");
  cluster.changed(0);
  require_agreement(cluster);
  fs.user_rename("a", "t");
  fs.user_rename("b", "a");
  fs.user_rename("t", "b");
  cluster.changed(0);
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(1), "a") == "was b");
  CHECK(content_of(cluster.tree(1), "b") == "was a");
}

TEST_CASE("A directory and a file take each other's place on both sides", "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  write_files(cluster.node(0).fs, "x", 3);
  cluster.node(0).fs.user_write("y", "file y");
  cluster.changed(0);
  require_agreement(cluster);
  cluster.node(0).fs.user_remove("x");
  cluster.node(0).fs.user_write("x", "now a file");
  cluster.node(1).fs.user_remove("y");
  write_files(cluster.node(1).fs, "y", 3);
  cluster.changed(0);
  cluster.changed(1);
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(1), "x") == "now a file");
  CHECK(content_of(cluster.tree(0), "y/f2") == "y2");
}

// B dies when the second version is at its place and B does not know it; the third is known to C.
TEST_CASE("A device that dies after an install makes no edits of its own", "[engine][adversity]") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Cluster cluster(3, seed);
    cluster.connect_all();
    cluster.node(0).fs.user_write("f", "first");
    cluster.changed(0);
    require_agreement(cluster);
    cluster.disconnect(0, 1);
    cluster.disconnect(1, 2);
    cluster.node(0).fs.user_write("f", "second version");
    cluster.changed(0);
    cluster.run_for(2s);
    REQUIRE(content_of(cluster.tree(2), "f") == "second version");
    cluster.disconnect(0, 2);
    cluster.node(2).fs.user_write("f", "the third");
    cluster.changed(2);
    cluster.run_for(2s);

    const auto synced = cluster.node(1).fs.calls(DiskOperation::sync_dir);
    cluster.connect(0, 1);
    for (int i = 0; i < 100'000 && cluster.node(1).fs.calls(DiskOperation::sync_dir) == synced;
         ++i) {
      cluster.run_for(10us);
    }
    REQUIRE(content_of(cluster.tree(1), "f") == "second version");
    cluster.restart(1);
    cluster.connect(1, 2);
    cluster.connect_all();
    INFO("seed " << seed);
    require_agreement(cluster);
    REQUIRE(cluster.tree(0).size() == 1);
    REQUIRE(content_of(cluster.tree(0), "f") == "the third");
  }
}

TEST_CASE("A conflict copy of many chunks that was only touched reaches a third device",
          "[engine][adversity]") {
  Cluster cluster(3, 1);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    std::string content;
    for (std::size_t j = 0; j < 60'000; ++j) content += std::to_string(j * j + i);
    cluster.node(i).fs.user_write("f", content);
    cluster.changed(i);
  }
  cluster.connect(0, 1);
  cluster.run_for(10s);
  REQUIRE(cluster.tree(1).size() == 2);
  const auto tree = cluster.tree(1);
  const auto copy =
      std::ranges::find_if(tree, [](const auto& entry) { return entry.first != "f"; });
  REQUIRE(cluster.node(1).fs.user_chmod(copy->first, 0700));
  cluster.changed(1);
  cluster.run_for(10s);
  cluster.connect_all();
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(2), copy->first) == copy->second.content);
}

TEST_CASE("What is not synced but stands in the way is an issue, not a hot loop",
          "[engine][adversity]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  cluster.node(1).fs.user_make_other("f");
  cluster.node(0).fs.user_write("f", "content");
  cluster.changed(0);
  cluster.run_for(60s);
  const auto calls = cluster.node(1).fs.calls();
  cluster.run_for(60s);
  CHECK(cluster.node(1).fs.calls() < calls + 1000);
  cluster.node(1).fs.user_remove("f");
  cluster.run_for(60s);
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(1), "f") == "content");
}

TEST_CASE("A file deleted while it is fetched leaves nothing in the staging folder",
          "[engine][adversity]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Cluster cluster(2, seed);
    cluster.connect_all();
    std::string content;
    for (int j = 0; j < 100'000; ++j) content += std::to_string(j);
    cluster.node(0).fs.user_write("f", content);
    cluster.changed(0);
    cluster.run_for(std::chrono::milliseconds(60 + 2 * seed));
    cluster.node(0).fs.user_remove("f");
    cluster.changed(0);
    require_agreement(cluster);
    CHECK(cluster.tree(1).empty());
  }
}

}  // namespace
}  // namespace lansync::test
