// What goes wrong once must not keep anybody busy, waiting or complaining for ever.
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("What could not be read once is looked at again soon", "[engine]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  MemoryFileSystem& fs = cluster.node(0).fs;
  SECTION("a folder") {
    fs.fail_call(DiskOperation::list, 1, make_error_code(std::errc::io_error));
  }
  SECTION("a file") {
    fs.fail_call(DiskOperation::open_read, 1, make_error_code(std::errc::too_many_files_open));
  }
  SECTION("the share's own") {
    fs.fail_call(DiskOperation::root_identity, 1, make_error_code(std::errc::io_error));
  }
  fs.user_write("a", "written");
  cluster.changed(0);
  cluster.run_for(5s);
  CHECK_FALSE(fs.has_faults_left());
  REQUIRE(cluster.tree(1).empty());
  cluster.run_for(10s);
  CHECK(content_of(cluster.tree(1), "a") == "written");
  CHECK(cluster.node(0).engine->status().issues.empty());
}

TEST_CASE("What is not to be written any more is no problem any more", "[engine]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  MemoryFileSystem& full = cluster.node(1).fs;
  const auto issues = [&] { return cluster.node(1).engine->status().issues; };
  SECTION("as it has been deleted") {
    full.set_capacity(10);
    cluster.node(0).fs.user_write("a", std::string(100, 'a'));
    cluster.changed(0);
    cluster.run_for(2s);
    REQUIRE(issues().size() == 1);
    CHECK(issues()[0].code == "no_space");
    cluster.node(0).fs.user_remove("a");
  }
  SECTION("as it has another name") {
    full.fail_call(DiskOperation::sync_file, 1, make_error_code(std::errc::io_error));
    cluster.node(0).fs.user_write("a", "content");
    cluster.changed(0);
    cluster.run_for(2s);
    REQUIRE(issues().size() == 1);
    CHECK(issues()[0].code == "unwritable");
    cluster.node(0).fs.user_rename("a", "b");
  }
  cluster.changed(0);
  CHECK(cluster.settle());
  CHECK(issues().empty());
}

TEST_CASE("A disk that keeps times coarsely shows what it can, and comes to rest", "[engine]") {
  Cluster cluster(2, 1);
  cluster.node(1).fs.set_time_granularity(2s);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  MemoryFileSystem& fine = cluster.node(0).fs;
  const WallTime odd{cluster.now().wall.ns / 1'000'000'000 * 1'000'000'000 + 1'234'567'891};
  fine.user_write("a", "content");
  fine.user_touch("a", odd);
  cluster.changed(0);
  REQUIRE(cluster.settle());
  CHECK(content_of(cluster.tree(1), "a") == "content");
  fine.user_touch("a", WallTime{odd.ns + 10'000'000'000});
  cluster.changed(0);
  REQUIRE(cluster.settle());
  const CausalClock before = cluster.node(0).engine->clock();
  // What it could not keep is nobody's edit, and nothing to be done again.
  cluster.restart(1);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  cluster.changed(1);
  REQUIRE(cluster.settle());
  CHECK(cluster.node(0).engine->clock() == before);
  CHECK(fine.stat(*RelativePath::parse("a"))->mtime == WallTime{odd.ns + 10'000'000'000});
}

TEST_CASE("What was overwritten and got its old time back is an edit", "[engine]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  MemoryFileSystem& fs = cluster.node(0).fs;
  fs.user_write("container", "before");
  cluster.changed(0);
  REQUIRE(cluster.settle());
  cluster.run_for(1min);
  const WallTime mtime = fs.stat(*RelativePath::parse("container"))->mtime;
  fs.user_write("container", "behind");
  fs.user_touch("container", mtime);
  cluster.changed(0);
  REQUIRE(cluster.settle());
  CHECK(content_of(cluster.tree(1), "container") == "behind");
}

// Its ctime is that of its installation until the disk's next grain of time begins.
TEST_CASE("What is overwritten as it comes and gets its old time back is an edit", "[engine]") {
  Cluster cluster(2, 1);
  MemoryFileSystem& coarse = cluster.node(1).fs;
  coarse.set_time_granularity(2s);
  cluster.node(0).fs.user_write("container", "before");
  cluster.changed(0);
  const auto into_grain = [&] { return cluster.now().wall.ns % 2'000'000'000; };
  cluster.run_for(4s);
  cluster.run_for(std::chrono::nanoseconds(2'000'000'000 - into_grain()));
  cluster.connect_all();
  REQUIRE(cluster.settle());
  REQUIRE(into_grain() < 1'000'000'000);
  const FileStat installed = *coarse.stat(*RelativePath::parse("container"));
  coarse.user_write("container", "behind");
  coarse.user_touch("container", installed.mtime);
  REQUIRE(*coarse.stat(*RelativePath::parse("container")) == installed);
  cluster.changed(1);
  REQUIRE(cluster.settle());
  CHECK(content_of(cluster.tree(0), "container") == "behind");
}

TEST_CASE("What is at two paths is found at one when the other has been written to", "[engine]") {
  Cluster cluster(2, 1);
  MemoryFileSystem& fs = cluster.node(0).fs;
  fs.user_write("a", "twice");
  fs.user_copy("a", "b");
  cluster.changed(0);
  cluster.node(1).fs.user_mkdir("b");
  cluster.changed(1);
  cluster.run_for(1min);
  fs.user_replace("a", "once");  // And nobody has noticed yet.
  cluster.connect_all();
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(1), "a") == "once");
  CHECK(cluster.tree(1).at("b").kind == NodeKind::dir);
  CHECK(cluster.tree(1).size() == 3);  // And what was at b before, as a conflict copy.
}

// While the file still shows its version, and with another time than the copy has.
TEST_CASE("A conflict copy that is moved onto its file is not over by that", "[engine]") {
  Cluster cluster(2, 1);
  constexpr std::size_t kHere = 0;
  constexpr std::size_t kElsewhere = 1;
  MemoryFileSystem& fs = cluster.node(kHere).fs;
  fs.user_write("f", "mine");
  cluster.changed(kHere);
  cluster.run_for(1s);
  fs.user_touch("f", WallTime{1'000'000'000});
  cluster.changed(kHere);
  cluster.run_for(1s);
  cluster.node(kElsewhere).fs.user_write("f", "theirs");
  cluster.changed(kElsewhere);
  cluster.run_for(1s);
  cluster.serve_nothing(kElsewhere);
  cluster.connect_all();
  cluster.run_for(10s);
  const SeenTree before = cluster.tree(kHere);
  REQUIRE(before.size() == 2);
  REQUIRE(content_of(before, "f") == "mine");
  const std::string copy =
      before.begin()->first == "f" ? before.rbegin()->first : before.begin()->first;
  REQUIRE(content_of(before, copy) == "mine");

  fs.user_rename(copy, "f");
  cluster.changed(kHere);
  cluster.run_for(10s);
  cluster.serve_again(kElsewhere);
  require_agreement(cluster);
  const SeenTree after = cluster.tree(kElsewhere);
  CHECK(after.size() == 2);
  CHECK(content_of(after, "f") == "theirs");
  CHECK(content_of(after, copy) == "mine");
}

// Where it has just gone for what somebody else has in a directory of that name, in one look.
TEST_CASE("A file that is put back as its conflict copy is edited is not over by that",
          "[engine]") {
  Cluster cluster(2, 1);
  MemoryFileSystem& fs = cluster.node(0).fs;
  fs.user_mkdir("f");
  cluster.changed(0);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  cluster.disconnect(0, 1);
  fs.user_remove("f");
  fs.user_write("f", "mine");
  fs.user_copy("f", "spare", /*keep_times=*/true);
  cluster.node(1).fs.user_write("f/inside", "theirs");
  bool acted = false;
  fs.before_each([&](DiskOperation operation) {
    if (operation != DiskOperation::make_dir || acted) return;
    acted = true;
    for (const auto& [path, node] : fs.snapshot()) {
      if (path.starts_with("f (conflict ")) fs.user_write(path, "edited");
    }
    fs.user_rename("spare", "f");
    cluster.changed(0);
  });
  cluster.changed(0);
  cluster.changed(1);
  cluster.run_for(1s);
  cluster.connect_all();
  require_agreement(cluster);
  REQUIRE(acted);
  std::multiset<std::string> contents;
  for (const auto& [path, node] : cluster.tree(1)) contents.insert(node.content);
  CHECK(contents == std::multiset<std::string>{"", "edited", "mine", "theirs"});
}

TEST_CASE("A state that is due and finds no room is no deadline", "[engine]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  ShareEngine& engine = *cluster.node(0).engine;
  Now now = cluster.now();
  engine.handle_hint(RelativePath(), true, now);
  now.steady += 1s;
  engine.handle_timeout(now);  // It looks again, is not in sync meanwhile, and nobody takes that.
  const auto deadline = engine.next_deadline(now.steady);
  REQUIRE(deadline);
  CHECK(*deadline > now.steady);
}

TEST_CASE("While the folder's disk is gone nothing is due", "[engine]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  cluster.node(0).fs.user_write("a", "content");
  cluster.changed(0);
  cluster.node(1).fs.fail_call(DiskOperation::sync_file, 1, make_error_code(std::errc::io_error));
  cluster.run_for(1s);  // What failed is to be tried again.
  REQUIRE(cluster.node(1).engine->status().need.files == 1);
  cluster.node(1).fs.unmount();
  cluster.changed(1);
  cluster.run_for(1s);
  ShareEngine& engine = *cluster.node(1).engine;
  REQUIRE(engine.status().error);
  Now later = cluster.now();
  later.steady += 1min;
  engine.handle_timeout(later);
  CHECK(*engine.next_deadline(later.steady) > later.steady);

  cluster.node(1).fs.mount();
  cluster.run_for(11min);
  CHECK(content_of(cluster.tree(1), "a") == "content");
}

TEST_CASE("Who has published much and is gone keeps nobody waiting", "[engine]") {
  Cluster cluster(3, 1);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  for (int i = 0; i < 1000; ++i) {
    cluster.node(2).fs.user_write("gone" + std::to_string(i),
                                  "of the one who is gone " + std::to_string(i));
  }
  cluster.changed(2);
  const auto heard_of = [&] { return cluster.node(0).index.paths(RelativePath(), 2000)->size(); };
  for (int i = 0; i < 10'000 && heard_of() < 1000; ++i) cluster.run_for(1ms);
  REQUIRE(heard_of() == 1000);
  cluster.disconnect(2, 0);
  cluster.disconnect(2, 1);
  cluster.node(1).fs.user_write("here", "and can be had");
  cluster.changed(1);
  cluster.run_for(1min);
  CHECK(content_of(cluster.tree(0), "here") == "and can be had");
}

TEST_CASE("What could not be cleared up is cleared up a while later", "[engine]") {
  Cluster cluster(1, 1);
  REQUIRE(cluster.settle());
  MemoryFileSystem& fs = cluster.node(0).fs;
  REQUIRE(fs.make_stage_link("left by an assembly", "x"));
  fs.fail_call(DiskOperation::remove_stage, 1, make_error_code(std::errc::io_error));
  cluster.restart(0);
  cluster.run_for(5s);
  REQUIRE_FALSE(fs.has_faults_left());
  REQUIRE(fs.stage_snapshot().size() == 1);
  cluster.run_for(10s);
  CHECK(fs.stage_snapshot().empty());
}

}  // namespace
}  // namespace lansync::test
