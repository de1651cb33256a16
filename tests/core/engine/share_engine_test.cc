#include "core/engine/share_engine.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

std::string content(const SeenTree& tree, const std::string& path) {
  const auto node = tree.find(path);
  return node == tree.end() ? "(nothing)" : node->second.content;
}

std::vector<std::string> conflict_copies(const SeenTree& tree) {
  std::vector<std::string> names;
  for (const auto& [path, node] : tree) {
    if (path.find("(conflict ") != std::string::npos) names.push_back(path);
  }
  return names;
}

void require_settled(Cluster& cluster) {
  const bool settled = cluster.settle();
  std::string state;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    const ShareStatus status = cluster.node(i).engine->status();
    state += cluster.node(i).name + " is " + std::string(to_string(status.activity)) + ", " +
             std::to_string(status.disk.files) + " files, needs " +
             std::to_string(status.need.files) + ", holds " +
             std::to_string(status.held_deletions) + "; ";
    for (const PathIssue& issue : status.issues) state += issue.path + ": " + issue.message + "; ";
  }
  INFO(state);
  REQUIRE(settled);
  REQUIRE(cluster.complaints().empty());
  REQUIRE(cluster.same_trees());
}

TEST_CASE("A file made on one device appears on the other", "[engine]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  cluster.node(0).fs.user_write("hello.txt", "hello");
  cluster.changed(0);
  require_settled(cluster);
  CHECK(content(cluster.tree(1), "hello.txt") == "hello");
}

TEST_CASE("A tree of files, directories and links is the same on three devices", "[engine]") {
  Cluster cluster(3, 2);
  auto& fs = cluster.node(0).fs;
  fs.user_mkdir("a");
  fs.user_mkdir("a/b");
  fs.user_mkdir("empty");
  fs.user_write("a/b/one", "1");
  fs.user_write("a/two", std::string(300'000, 'x') + std::string(300'000, 'y'));
  fs.user_write("nothing", "");
  fs.user_symlink("a/link", "../nowhere");
  fs.user_chmod("a/two", 0751);
  cluster.changed(0);
  cluster.connect_all();
  require_settled(cluster);
  const SeenTree tree = cluster.tree(2);
  CHECK(tree.size() == 7);
  CHECK(tree.at("a/two").mode == 0751);
  CHECK(tree.at("a/link").target == "../nowhere");
}

TEST_CASE("Edits, renames, mode changes and deletes follow", "[engine]") {
  Cluster cluster(2, 3);
  cluster.connect_all();
  auto& a = cluster.node(0).fs;
  a.user_mkdir("dir");
  a.user_write("dir/file", "first");
  a.user_write("other", "other");
  cluster.changed(0);
  require_settled(cluster);

  cluster.node(1).fs.user_write("dir/file", "second version");
  cluster.changed(1);
  require_settled(cluster);
  CHECK(content(cluster.tree(0), "dir/file") == "second version");

  a.user_rename("dir", "renamed");
  a.user_chmod("other", 0700);
  const auto received = cluster.node(1).content_bytes_received;
  cluster.changed(0);
  require_settled(cluster);
  CHECK(content(cluster.tree(1), "renamed/file") == "second version");
  CHECK_FALSE(cluster.tree(1).contains("dir"));
  CHECK(cluster.tree(1).at("other").mode == 0700);
  CHECK(cluster.node(1).content_bytes_received == received);

  cluster.node(1).fs.user_remove("renamed");
  cluster.changed(1);
  require_settled(cluster);
  CHECK(cluster.tree(0).size() == 1);
  CHECK(conflict_copies(cluster.tree(0)).empty());
}

TEST_CASE("Edits on both sides of a cut leave one winner and one copy, named alike", "[engine]") {
  Cluster cluster(3, 4);
  cluster.connect_all();
  cluster.node(0).fs.user_write("report.txt", "base");
  cluster.changed(0);
  require_settled(cluster);

  cluster.disconnect(0, 1);
  cluster.disconnect(0, 2);
  cluster.node(0).fs.user_write("report.txt", "edited by A");
  cluster.changed(0);
  cluster.run_for(2s);
  cluster.node(1).fs.user_write("report.txt", "edited by B, later");
  cluster.changed(1);
  cluster.run_for(2s);
  cluster.connect_all();
  require_settled(cluster);

  const SeenTree tree = cluster.tree(2);
  CHECK(content(tree, "report.txt") == "edited by B, later");
  const auto copies = conflict_copies(tree);
  REQUIRE(copies.size() == 1);
  CHECK(content(tree, copies[0]) == "edited by A");

  // Once settled, nothing more happens, even if everybody starts again.
  for (std::size_t i = 0; i < 3; ++i) cluster.restart(i);
  cluster.connect_all();
  require_settled(cluster);
  CHECK(cluster.tree(2) == tree);
}

TEST_CASE("An edit survives a concurrent delete", "[engine]") {
  Cluster cluster(2, 5);
  cluster.connect_all();
  cluster.node(0).fs.user_write("f", "base");
  cluster.changed(0);
  require_settled(cluster);
  cluster.disconnect(0, 1);
  cluster.node(0).fs.user_write("f", "edited");
  cluster.node(1).fs.user_remove("f");
  cluster.changed(0);
  cluster.changed(1);
  cluster.run_for(1s);
  cluster.connect_all();
  require_settled(cluster);
  CHECK(content(cluster.tree(1), "f") == "edited");
}

TEST_CASE("Folders that already hold files are united and equal files move no bytes", "[engine]") {
  Cluster cluster(2, 6);
  for (std::size_t i = 0; i < 2; ++i) {
    cluster.node(i).fs.user_write("same", std::string(100'000, 's'));
    cluster.node(i).fs.user_write("only-" + cluster.node(i).name, cluster.node(i).name);
  }
  cluster.changed(0);
  cluster.changed(1);
  cluster.connect_all();
  require_settled(cluster);
  CHECK(cluster.tree(0).size() == 3);
  CHECK(cluster.node(0).content_bytes_received == 1);
  CHECK(cluster.node(1).content_bytes_received == 1);
}

TEST_CASE("A device that was away for long catches up through whoever is there", "[engine]") {
  Cluster cluster(3, 7);
  cluster.connect_all();
  cluster.node(0).fs.user_write("old", "old");
  cluster.changed(0);
  require_settled(cluster);
  cluster.disconnect(2, 0);
  cluster.disconnect(2, 1);
  for (int i = 0; i < 20; ++i) {
    cluster.node(0).fs.user_write("f" + std::to_string(i % 7), "version " + std::to_string(i));
    if (i % 5 == 4) cluster.node(1).fs.user_remove("f" + std::to_string(i % 7));
    cluster.changed(0);
    cluster.changed(1);
    cluster.run_for(1s);
  }
  cluster.node(1).fs.user_remove("old");
  cluster.changed(1);
  cluster.run_for(10s);
  cluster.disconnect(0, 1);
  cluster.connect(1, 2);
  REQUIRE(cluster.settle());
  CHECK(cluster.tree(2) == cluster.tree(1));
  CHECK_FALSE(cluster.tree(2).contains("old"));
}

TEST_CASE("A flush is reached only when every connected member shows the same", "[engine]") {
  Cluster cluster(3, 8);
  cluster.connect_all();
  require_settled(cluster);
  for (int i = 0; i < 20; ++i) {
    const auto writer = static_cast<std::size_t>(i % 3);
    cluster.node(writer).fs.user_write("f" + std::to_string(i % 4), "v" + std::to_string(i));
    // No watcher noticed anything: the flush itself looks.
    auto& engine = *cluster.node(0).engine;
    const auto flush = cluster.begin_flush(0);
    for (int tries = 0; tries < 10'000 && !engine.flush_reached(flush); ++tries) {
      cluster.run_for(1ms);
    }
    REQUIRE(engine.flush_reached(flush));
    engine.end_flush(flush);
    REQUIRE(cluster.same_trees());
    REQUIRE(content(cluster.tree(0), "f" + std::to_string(i % 4)) == "v" + std::to_string(i));
  }
}

TEST_CASE("A folder whose mark is gone is left alone, and nothing is deleted elsewhere",
          "[engine]") {
  Cluster cluster(2, 9);
  cluster.connect_all();
  cluster.node(0).fs.user_write("precious", "precious");
  cluster.changed(0);
  require_settled(cluster);
  cluster.node(0).fs.user_remove("precious");
  cluster.node(0).fs.set_root_identity({7, 7, ""});
  cluster.changed(0);
  cluster.run_for(60s);
  CHECK(content(cluster.tree(1), "precious") == "precious");
  CHECK(cluster.node(0).engine->status().activity == ShareActivity::error);
}

TEST_CASE("A mass deletion waits for a person's word", "[engine]") {
  Cluster cluster(2, 10);
  cluster.connect_all();
  for (int i = 0; i < 300; ++i) {
    cluster.node(0).fs.user_write("f" + std::to_string(i), std::to_string(i));
  }
  cluster.changed(0);
  require_settled(cluster);
  for (int i = 0; i < 300; ++i) cluster.node(0).fs.user_remove("f" + std::to_string(i));
  cluster.changed(0);
  cluster.run_for(60s);
  CHECK(cluster.tree(1).size() == 300);
  CHECK(cluster.node(0).engine->status().activity == ShareActivity::held);
  CHECK(cluster.node(0).engine->status().held_deletions == 300);

  SECTION("and goes on when it is given") {
    cluster.node(0).engine->release_deletions(cluster.now());
    cluster.changed(0);
    cluster.run_for(30s);
    if (cluster.node(1).engine->status().activity == ShareActivity::held) {
      cluster.node(1).engine->release_deletions(cluster.now());
      cluster.changed(1);
    }
    require_settled(cluster);
    CHECK(cluster.tree(1).empty());
  }
}

TEST_CASE("A device killed at any moment of a transfer ends with the same files", "[engine]") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Cluster cluster(2, seed);
    for (int i = 0; i < 10; ++i) {
      cluster.node(0).fs.user_write("f" + std::to_string(i),
                                    std::string(200'000, static_cast<char>('a' + i)));
    }
    cluster.changed(0);
    cluster.connect_all();
    cluster.run_for(std::chrono::milliseconds(3 * seed));
    cluster.restart(seed % 2);
    cluster.run_for(1s);
    cluster.connect_all();
    INFO("seed " << seed);
    require_settled(cluster);
    CHECK(cluster.tree(1).size() == 10);
  }
}

}  // namespace
}  // namespace lansync::test
