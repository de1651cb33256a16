// Devices that were put back as a whole and did not know it.
#include "core/engine/history/log_forks.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/engine/history/incarnation.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"
#include "tests/support/must.h"
#include "tests/support/seeded_entropy.h"
#include "tests/support/watched_index.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kIncarnation = 1;  // Of each node of a cluster.

void write(Cluster& cluster, std::size_t i, const std::vector<std::string>& names,
           const std::string& content) {
  for (const std::string& name : names) {
    cluster.node(i).fs.user_write(name, std::string(content).append(" ").append(name));
    cluster.changed(i);
    REQUIRE(cluster.settle());
  }
}

// Nodes 0 and 1 know that node 0 wrote `lost`; then its disk is put back to before, and it writes
// `instead`, each a change of its own, before it meets anybody.
void fork(Cluster& cluster, const std::vector<std::string>& lost,
          const std::vector<std::string>& instead) {
  cluster.connect(0, 1);
  write(cluster, 0, {"before"}, "old");
  const DiskImage disk = cluster.node(0).fs.image();
  const MemoryIndex index = cluster.node(0).index;
  write(cluster, 0, lost, "lost");
  cluster.disconnect(0, 1);
  cluster.node(0).fs.restore(disk);
  cluster.node(0).index = index;
  cluster.restart(0);
  write(cluster, 0, instead, "new");
}

// What the daemon does; the number of devices that had to begin anew.
int look_after(Cluster& cluster) {
  int begun = 0;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    Cluster::Node& node = cluster.node(i);
    const std::optional<Author> forked = node.engine->forked_log();
    if (!forked && !node.engine->behind_itself()) continue;
    SeededEntropy entropy(1);
    if (forked) REQUIRE(begin_anew(node.index, *forked, entropy));
    begun += forked ? 1 : 0;
    node.incarnation += 100;
    cluster.restart(i);
  }
  return begun;
}

// Everybody meets everybody, for as long as anybody has to begin anew.
int settle_forks(Cluster& cluster) {
  int begun = 0;
  for (int round = 0; round < 10; ++round) {
    cluster.connect_all();
    cluster.run_for(20s);
    begun += look_after(cluster);
  }
  require_agreement(cluster);
  CHECK(cluster.complaints().empty());
  return begun;
}

TEST_CASE("A log that forked is mended by who wrote it, and nothing is lost",
          "[engine][log_forks]") {
  using Names = std::vector<std::string>;
  Names lost;
  Names instead;
  SECTION("with as many changes") {
    lost = {"a", "b"};
    instead = {"c", "d"};
  }
  SECTION("with more") {
    lost = {"a"};
    instead = {"c", "d", "e"};
  }
  SECTION("with fewer") {
    lost = {"a", "b", "e"};
    instead = {"c"};
  }
  SECTION("at the same paths") {
    lost = {"a", "before"};
    instead = {"a", "before"};
  }
  Cluster cluster(2, 1);
  fork(cluster, lost, instead);
  CHECK(settle_forks(cluster) == 1);
  CHECK(cluster.node(0).incarnation != kIncarnation);
  CHECK(cluster.node(1).incarnation == kIncarnation);
  std::string all;
  for (const auto& [path, node] : cluster.tree(1)) all += node.content + "\n";
  for (const std::string& name : lost) CHECK(all.find("lost " + name + "\n") != std::string::npos);
  for (const std::string& name : instead)
    CHECK(all.find("new " + name + "\n") != std::string::npos);
}

TEST_CASE("A proof of a forgotten change that does not follow on what there is shows the fork",
          "[engine][log_forks]") {
  Cluster cluster(2, 1);
  fork(cluster, {"a", "b"}, {"c"});
  cluster.connect(0, 1);
  cluster.run_for(5s);
  // And not only that the index is an older one: the device would build on its own branch.
  CHECK(cluster.node(0).engine->forked_log().has_value());
  CHECK_FALSE(cluster.node(0).engine->behind_itself());
}

TEST_CASE("Who learned the other branch follows the author", "[engine][log_forks]") {
  for (const bool author_meets_first : {true, false}) {
    CAPTURE(author_meets_first);
    Cluster cluster(3, 1);
    fork(cluster, {"a", "b"}, {"c", "d"});
    cluster.connect(0, 2);
    REQUIRE(cluster.settle());
    if (author_meets_first) {
      cluster.disconnect(0, 2);
      cluster.connect(0, 1);
    } else {
      cluster.connect(1, 2);
    }
    cluster.run_for(20s);
    look_after(cluster);
    settle_forks(cluster);
    for (const char* name : {"a", "b"}) {
      CHECK(content_of(cluster.tree(2), name) == std::string("lost ") + name);
    }
    for (const char* name : {"c", "d"}) {
      CHECK(content_of(cluster.tree(1), name) == std::string("new ") + name);
    }
  }
}

TEST_CASE("Between two who know different branches a person is told", "[engine][log_forks]") {
  Cluster cluster(3, 1);
  fork(cluster, {"a"}, {"c", "d"});
  cluster.connect(0, 2);
  REQUIRE(cluster.settle());
  cluster.disconnect(0, 2);
  cluster.connect(1, 2);
  cluster.run_for(10s);
  const auto issues = cluster.node(1).engine->status().issues;
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].code == "forked");
  CHECK(issues[0].message.starts_with("A was put back"));
  CHECK_FALSE(cluster.node(1).engine->forked_log());
  CHECK_FALSE(cluster.node(2).engine->forked_log());
  CHECK(cluster.complaints().empty());
  cluster.disconnect(1, 2);
  CHECK(cluster.node(1).engine->status().issues.empty());
}

// Node 1 as whoever has the keys of a member can be: what it has signed is up to the test.
class Forger {
 public:
  explicit Forger(Cluster& cluster) : cluster_(cluster) {}

  void come(std::uint64_t incarnation) {
    engine().handle_peer_down(id(), cluster_.now());
    engine().handle_peer_up(id(), cluster_.now());
    REQUIRE(say(ShareHello{.member_op_heads = cluster_.node(0).membership->heads(),
                           .incarnation = incarnation}));
  }
  Result<void> say(MessageBody body) {
    return engine().handle_message(id(), std::move(body), cluster_.now());
  }
  // The first of a log of its own, with one change at this path.
  Segment first(std::uint64_t incarnation, const std::string& path, bool signed_by_it = true) {
    SegmentHeader header;
    header.share = cluster_.node(0).membership->share();
    header.author = {id(), incarnation};
    header.first = 1;
    Change change;
    change.kind = ChangeKind::dir;
    change.path = *RelativePath::parse(path);
    Segment segment = build_segment(header, {&change, 1});
    const DeviceKeys& keys = cluster_.node(signed_by_it ? 1 : 0).keys;
    segment.signature = to_bytes(keys.sign("lansync/v1/segment", segment.header).view());
    return segment;
  }

 private:
  ShareEngine& engine() { return *cluster_.node(0).engine; }
  [[nodiscard]] const DeviceId& id() { return cluster_.node(1).keys.id(); }

  Cluster& cluster_;
};

TEST_CASE("Who lets its log fork on purpose makes others begin anew a few times",
          "[engine][log_forks]") {
  Cluster cluster(2, 1);
  REQUIRE(cluster.settle());
  Forger forger(cluster);
  std::size_t begun = 0;
  for (std::uint64_t log = 1; log < 100; ++log) {
    forger.come(1000);
    REQUIRE(forger.say(forger.first(log, "one")));
    REQUIRE(forger.say(forger.first(log, "other")));
    if (!cluster.node(0).engine->forked_log()) break;
    ++begun;
    REQUIRE(look_after(cluster) == 1);
    REQUIRE(cluster.settle());
  }
  CHECK(begun == LogForks::kBeginningsMax);
  CHECK(cluster.node(0).engine->status().issues.size() == 1);
  CHECK_FALSE(cluster.node(0).engine->failed());
}

TEST_CASE("A fork that its author has not signed is the fault of who shows it",
          "[engine][log_forks]") {
  Cluster cluster(2, 1);
  REQUIRE(cluster.settle());
  Forger forger(cluster);
  forger.come(1000);
  REQUIRE(forger.say(forger.first(7, "one")));
  const auto done = forger.say(forger.first(7, "other", false));
  REQUIRE_FALSE(done);
  CHECK(done.error().code == make_error_code(Errc::not_authentic));
  CHECK_FALSE(cluster.node(0).engine->failed());
}

TEST_CASE("What is no segment at all is no branch either", "[engine][log_forks]") {
  Cluster cluster(2, 1);
  REQUIRE(cluster.settle());
  Forger forger(cluster);
  forger.come(1000);
  REQUIRE(forger.say(forger.first(7, "one")));
  Segment empty = forger.first(7, "other");
  empty.entries.clear();
  CHECK_FALSE(forger.say(empty));
  CHECK(cluster.node(0).engine->status().issues.empty());
  CHECK_FALSE(cluster.node(0).engine->failed());
}

TEST_CASE("To begin anew is done whole or not at all", "[engine][log_forks]") {
  const Author forked{DeviceId{}, 5};
  for (std::uint64_t n = 1;; ++n) {
    REQUIRE(n < 20);
    INFO("call " << n << " fails");
    WatchedIndex index;
    SeededEntropy entropy(1);
    must(note_forked_log(index, {DeviceId{}, 4}));
    must(index.append_member_op(MemberOpHash{}, as_bytes("op")));
    must(index.put_fact("some", as_bytes("fact")));
    must(index.commit());
    index.fail_call(n);
    const auto done = begin_anew(index, forked, entropy);
    const bool failed = !index.has_faults_left();
    CHECK(done.has_value() != failed);
    index.clear_faults();
    index.rollback();
    const auto logs = forked_logs(index);
    REQUIRE(logs);
    CHECK(logs->size() == (failed ? 1 : 2));
    CHECK(index.fact("some")->has_value() == failed);
    CHECK(index.member_ops()->size() == 1);
    if (!failed) break;
  }
}

}  // namespace
}  // namespace lansync::test
