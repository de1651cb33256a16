// A file is overwritten to equal length and gets its time back between the last look at it and the
// step that displaces it, which sets its ctime: only the watcher tells.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// Two devices with a file, of which the first is about to do something to it.
struct Displacing {
  Displacing() {
    cluster.connect_all();
    cluster.node(0).fs.user_write("f", "before");
    cluster.changed(0);
    cluster.run_for(10s);
  }

  void overwrite_as_it_goes(DiskOperation displaces) {
    bool overwritten = false;
    const RelativePath path = RelativePath::parse("f").value();
    fs.before_each([&](DiskOperation operation) {
      if (overwritten || operation != displaces) return;
      const auto known = fs.stat(path);
      REQUIRE(known);
      overwritten = fs.user_write("f", "behind") && fs.user_touch("f", known->mtime);
      REQUIRE(FileIdentity::of(*fs.stat(path)) == FileIdentity::of(*known));
    });
    cluster.changed(0);
    for (int i = 0; i < 60'000'000 && !overwritten; ++i) cluster.run_for(1us);
    fs.before_each({});
    REQUIRE(overwritten);
  }
  void tell() {
    cluster.node(1).engine->handle_written(RelativePath(), {"f"}, cluster.now());
    cluster.changed(1);
  }
  bool shows(const std::string& content) {
    require_agreement(cluster);
    return std::ranges::any_of(cluster.tree(0),
                               [&](const auto& node) { return node.second.content == content; });
  }

  Cluster cluster{2, 1};
  MemoryFileSystem& fs = cluster.node(1).fs;
};

TEST_CASE("What is overwritten as it is replaced is an edit", "[engine][newcomers]") {
  Displacing displacing;
  displacing.cluster.node(0).fs.user_write("f", "a later one");
  displacing.overwrite_as_it_goes(DiskOperation::exchange);
  SECTION("of which the device hears before the step is done") { displacing.tell(); }
  SECTION("of which the device hears later") {
    displacing.cluster.run_for(100ms);
    displacing.tell();
  }
  CHECK(displacing.shows("behind"));
  CHECK(displacing.shows("a later one"));
  CHECK(displacing.cluster.tree(0).size() == 2);
}

TEST_CASE("What is overwritten as it is removed is an edit", "[engine][newcomers]") {
  Displacing displacing;
  displacing.cluster.node(0).fs.user_remove("f");
  displacing.overwrite_as_it_goes(DiskOperation::move_to_trash);
  SECTION("of which the device hears before the step is done") { displacing.tell(); }
  SECTION("of which the device hears later") {
    displacing.cluster.run_for(100ms);
    displacing.tell();
  }
  CHECK(displacing.shows("behind"));
  CHECK(displacing.cluster.tree(0).size() == 1);
}

// A person who writes to what has just come is told of, too.
TEST_CASE("What was displaced is not given back for a write to what came", "[engine][newcomers]") {
  Displacing displacing;
  Cluster& cluster = displacing.cluster;
  cluster.node(0).fs.user_write("f", "a later one");
  cluster.changed(0);
  std::string shown = "a later one";
  std::size_t readings = 1;
  SECTION("in which nothing has changed") { cluster.run_for(5s); }
  SECTION("that is an edit") {
    cluster.run_for(5s);
    shown = "the latest";
    displacing.fs.user_write("f", shown);
  }
  SECTION("that is too long after") {
    cluster.run_for(30s);
    readings = 0;
  }
  const auto before = displacing.fs.calls(DiskOperation::open_trash);
  displacing.tell();
  CHECK(displacing.shows(shown));
  CHECK(cluster.tree(0).size() == 1);
  CHECK(displacing.fs.calls(DiskOperation::open_trash) == before + readings);
}

}  // namespace
}  // namespace lansync::test
