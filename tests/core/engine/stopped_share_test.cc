// A share that has stopped, and names that are not synced.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> issues_of(Cluster& cluster, std::size_t i) {
  std::vector<std::string> texts;
  for (const PathIssue& issue : cluster.node(i).engine->status().issues) {
    texts.push_back(issue.code + " " + issue.path);
  }
  std::ranges::sort(texts);
  return texts;
}

// Puts node 0's index back to before it published anything; node 1 has proof that it did.
Segment forget_own_log(Cluster& cluster) {
  cluster.connect_all();
  REQUIRE(cluster.settle());
  const MemoryIndex backup = cluster.node(0).index;
  REQUIRE(cluster.node(0).fs.user_write("f", "content"));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  const Segment proof = *cluster.node(1).index.segment(1);
  cluster.disconnect(0, 1);
  // With the file still there it would be published again before anybody could say anything.
  REQUIRE(cluster.node(0).fs.user_remove("f"));
  cluster.node(0).index = backup;
  cluster.restart(0);
  ShareEngine& engine = *cluster.node(0).engine;
  const DeviceId other = cluster.node(1).keys.id();
  engine.handle_peer_up(other, cluster.now());
  const ShareHello hello{.member_op_heads = cluster.node(0).membership->heads()};
  REQUIRE(engine.handle_message(other, hello, cluster.now()));
  return proof;
}

TEST_CASE("An index older than what others have seen of it stops the share for good",
          "[engine][stopped]") {
  Cluster cluster(2, 1);
  const Segment proof = forget_own_log(cluster);
  ShareEngine& engine = *cluster.node(0).engine;
  const DeviceId other = cluster.node(1).keys.id();
  REQUIRE(engine.handle_message(other, proof, cluster.now()));
  REQUIRE(engine.failed());
  CHECK(engine.failed()->code == make_error_code(Errc::changed));
  CHECK(engine.behind_itself());
  CHECK(engine.status().activity == ShareActivity::error);
  CHECK_FALSE(engine.in_sync());

  // It hears everything, and does nothing.
  const SeenTree before = cluster.tree(0);
  REQUIRE(cluster.node(0).fs.user_write("later", "content"));
  CHECK(engine.handle_message(other, ShareHello{}, cluster.now()));
  CHECK(engine.handle_chunk_data(other, {}, {}, cluster.now()));
  engine.handle_hint(RelativePath(), true, cluster.now());
  engine.handle_peer_down(other, cluster.now());
  engine.handle_peer_up(other, cluster.now());
  engine.release_deletions(cluster.now());
  engine.ask_audits({other}, cluster.now());
  engine.handle_timeout(cluster.now());
  const std::uint64_t flush = engine.begin_flush(cluster.now());
  CHECK_FALSE(engine.flush_reached(flush));
  const auto stopped = [](const Result<void>& result) {
    return !result && result.error().code == make_error_code(Errc::wrong_state);
  };
  CHECK(stopped(engine.begin_verification(cluster.now())));
  CHECK(stopped(engine.add_member_op({}, cluster.now())));
  CHECK_FALSE(engine.poll_job());
  CHECK_FALSE(engine.poll_message(other, cluster.now()));
  CHECK_FALSE(engine.auditing());
}

TEST_CASE("A job that ends after its share has stopped changes nothing", "[engine][stopped]") {
  Cluster cluster(2, 2);
  const Segment proof = forget_own_log(cluster);
  ShareEngine& engine = *cluster.node(0).engine;
  cluster.run_for(1s);
  engine.handle_hint(RelativePath(), true, cluster.now());
  engine.handle_timeout({cluster.now().steady + 1s, cluster.now().wall});
  const auto job = engine.poll_job();
  REQUIRE(job);
  REQUIRE(engine.handle_message(cluster.node(1).keys.id(), proof, cluster.now()));
  REQUIRE(engine.failed());
  engine.handle_job(job->id, JobRunner(cluster.node(0).fs).run(*job), cluster.now());
  CHECK_FALSE(engine.poll_job());
  CHECK(engine.clock().empty());
}

TEST_CASE("A share says in a word what it is doing", "[engine][stopped]") {
  CHECK(to_string(ShareActivity::scanning) == "scanning");
  CHECK(to_string(ShareActivity::syncing) == "syncing");
  CHECK(to_string(ShareActivity::idle) == "idle");
  CHECK(to_string(ShareActivity::held) == "held");
  CHECK(to_string(ShareActivity::error) == "error");
}

TEST_CASE("A name that cannot be synced is told, until it has another", "[engine][stopped]") {
  Cluster cluster(2, 3);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  MemoryFileSystem& fs = cluster.node(0).fs;
  REQUIRE(fs.user_mkdir("dir"));
  REQUIRE(fs.user_write("not \xff utf-8", "here"));
  REQUIRE(fs.user_write("dir/.LanSync", "here"));
  REQUIRE(fs.user_make_other("dir/pipe"));
  REQUIRE(fs.user_write("dir/good", "everywhere"));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  CHECK(issues_of(cluster, 0) ==
        std::vector<std::string>{"name dir/.LanSync", "name not \xff utf-8", "special dir/pipe"});
  CHECK(cluster.tree(1).size() == 2);
  REQUIRE(fs.user_rename("not \xff utf-8", "good"));
  REQUIRE(fs.user_remove("dir/.LanSync"));
  REQUIRE(fs.user_remove("dir/pipe"));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  CHECK(issues_of(cluster, 0).empty());
  CHECK(cluster.tree(1).size() == 3);
}

// The system takes a mount along with the directory that it is in.
void rename_around_mount(MemoryFileSystem& fs, const std::string& from, const std::string& to,
                         const std::string& mount) {
  fs.unmount_inside(from + "/" + mount);
  REQUIRE(fs.user_rename(from, to));
  fs.mount_inside(to + "/" + mount);
}

TEST_CASE("What a mount hides is not gone when its directory is renamed", "[engine][stopped]") {
  const bool restarts = GENERATE(false, true);
  Cluster cluster(2, 3);
  cluster.connect_all();
  MemoryFileSystem& fs = cluster.node(0).fs;
  for (const char* dir : {"top", "top/dir", "top/dir/mnt"}) REQUIRE(fs.user_mkdir(dir));
  REQUIRE(fs.user_write("top/dir/mnt/hidden", "not gone"));
  REQUIRE(fs.user_write("top/dir/beside", "moved"));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  fs.mount_inside("top/dir/mnt");
  cluster.changed(0);
  cluster.run_for(1min);

  SECTION("itself") { rename_around_mount(fs, "top/dir", "other", "mnt"); }
  SECTION("with what it is in") { rename_around_mount(fs, "top", "other", "dir/mnt"); }
  SECTION("twice") {
    rename_around_mount(fs, "top/dir", "once", "mnt");
    cluster.changed(0);
    cluster.run_for(1min);
    rename_around_mount(fs, "once", "other", "mnt");
  }
  const bool whole = fs.snapshot().contains("other/dir");
  for (int looks = 0; looks < 2; ++looks) {
    cluster.changed(0);
    cluster.run_for(1min);
    const SeenTree there = cluster.tree(1);
    REQUIRE(there.contains("top/dir/mnt/hidden"));
    CHECK(there.contains(whole ? "other/dir/beside" : "other/beside"));
    CHECK_FALSE(there.contains("top/dir/beside"));
  }
  if (restarts) {
    cluster.restart(0);
    cluster.connect_all();
    cluster.run_for(1min);
    CHECK(cluster.tree(1).contains("top/dir/mnt/hidden"));
  }

  fs.unmount_inside(whole ? "other/dir/mnt" : "other/mnt");
  cluster.changed(0);
  cluster.run_for(1min);
  REQUIRE(cluster.settle());
  CHECK(cluster.same_trees());
  CHECK(cluster.tree(1).contains(whole ? "other/dir/mnt/hidden" : "other/mnt/hidden"));
  CHECK_FALSE(cluster.tree(1).contains("top/dir"));
  CHECK(issues_of(cluster, 0).empty());
}

TEST_CASE("What a mount does not hide is gone when its directory is renamed", "[engine][stopped]") {
  Cluster cluster(2, 3);
  cluster.connect_all();
  MemoryFileSystem& fs = cluster.node(0).fs;
  for (const char* dir : {"dir", "dir/mnt"}) REQUIRE(fs.user_mkdir(dir));
  REQUIRE(fs.user_write("dir/beside", "moved"));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  fs.mount_inside("dir/mnt");
  rename_around_mount(fs, "dir", "other", "mnt");
  cluster.changed(0);
  cluster.run_for(1min);
  CHECK_FALSE(cluster.tree(1).contains("dir"));
  CHECK(cluster.tree(1).contains("other/beside"));
}

TEST_CASE("What is mounted inside a share deletes nothing and is told", "[engine][stopped]") {
  Cluster cluster(2, 3);
  cluster.connect_all();
  MemoryFileSystem& fs = cluster.node(0).fs;
  MemoryFileSystem& other = cluster.node(1).fs;
  REQUIRE(fs.user_mkdir("dir"));
  REQUIRE(fs.user_mkdir("dir/deep"));
  REQUIRE(fs.user_write("dir/deep/a", "first"));
  REQUIRE(fs.user_write("b", "beside"));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  const SeenTree before = cluster.tree(1);
  REQUIRE(before.size() == 4);
  fs.mount_inside("dir");
  fs.mount_inside("b");
  for (const char* dir : {"dir", "dir/deep"}) {
    cluster.node(0).engine->handle_hint(*RelativePath::parse(dir), true, cluster.now());
  }
  cluster.changed(0);
  cluster.run_for(2min);
  CHECK(cluster.tree(1) == before);
  CHECK_FALSE(issues_of(cluster, 0).empty());
  for (const std::string& issue : issues_of(cluster, 0)) CHECK(issue.starts_with("mounted "));
  // What others do there waits.
  REQUIRE(other.user_write("dir/deep/a", "second"));
  REQUIRE(other.user_write("dir/new", "new"));
  REQUIRE(other.user_remove("b"));
  cluster.changed(1);
  cluster.run_for(2min);
  CHECK(cluster.node(0).engine->status().need.files > 0);
  CHECK(cluster.tree(1).size() == 4);
  fs.unmount_inside("dir");
  fs.unmount_inside("b");
  cluster.changed(0);
  cluster.run_for(2min);
  REQUIRE(cluster.settle());
  CHECK(cluster.same_trees());
  CHECK(cluster.tree(0).at("dir/deep/a").content == "second");
  CHECK(issues_of(cluster, 0).empty());
}

}  // namespace
}  // namespace lansync::test
