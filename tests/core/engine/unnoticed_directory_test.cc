// A directory of which the watcher notices what is in it, and not that it was made.
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// Two devices in sync, of which the first has a watcher that misses things.
struct Missing {
  Missing() {
    cluster.connect_all();
    REQUIRE(cluster.settle());
  }
  void notice(const std::string& dir) {
    cluster.node(0).engine->handle_hint(*RelativePath::parse(dir), true, cluster.now());
    REQUIRE(cluster.settle());
  }
  // What is in a directory that somebody made may go; the directory does not go with it.
  void empty(const std::string& file) {
    REQUIRE(cluster.node(1).fs.user_remove(file));
    cluster.changed(1);
    require_agreement(cluster);
  }

  Cluster cluster{2, 1};
  MemoryFileSystem& fs = cluster.node(0).fs;
};

TEST_CASE("A directory is somebody's, though only what is in it was noticed", "[engine][scan]") {
  Missing missing;
  REQUIRE(missing.fs.user_mkdir("a"));
  SECTION("at the top") {
    REQUIRE(missing.fs.user_write("a/f", "mine"));
    missing.notice("a");
    CHECK(content_of(missing.cluster.tree(1), "a/f") == "mine");
    missing.empty("a/f");
    CHECK(missing.cluster.tree(1).contains("a"));
  }
  SECTION("in another of which as little was noticed") {
    REQUIRE(missing.fs.user_mkdir("a/b"));
    REQUIRE(missing.fs.user_write("a/b/f", "mine"));
    missing.notice("a/b");
    CHECK(content_of(missing.cluster.tree(1), "a/b/f") == "mine");
    missing.empty("a/b");
    CHECK(missing.cluster.tree(1).contains("a"));
  }
}

TEST_CASE("A directory that took a file's place is one, though only what is in it was noticed",
          "[engine][scan]") {
  Missing missing;
  REQUIRE(missing.fs.user_write("a", "a file"));
  missing.cluster.changed(0);
  REQUIRE(missing.cluster.settle());
  REQUIRE(missing.fs.user_remove("a"));
  REQUIRE(missing.fs.user_mkdir("a"));
  REQUIRE(missing.fs.user_write("a/f", "mine"));
  missing.notice("a");
  CHECK(content_of(missing.cluster.tree(1), "a/f") == "mine");
  missing.empty("a/f");
  CHECK(missing.cluster.tree(1).contains("a"));
}

}  // namespace
}  // namespace lansync::test
