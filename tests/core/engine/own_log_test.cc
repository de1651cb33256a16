// A device that is told that it has forgotten something.
#include <string>

#include <catch2/catch.hpp>

#include "core/engine/history/own_log_claims.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kIncarnation = 1;  // Of each node of a cluster.

Author author_of(Cluster& cluster, std::size_t i) {
  return {cluster.node(i).keys.id(), kIncarnation};
}

// Node 0 with an index as it was before the last `files` files.
void put_back(Cluster& cluster, int files) {
  cluster.connect_all();
  REQUIRE(cluster.settle());
  const MemoryIndex backup = cluster.node(0).index;
  for (int i = 0; i < files; ++i) {
    cluster.node(0).fs.user_write("file " + std::to_string(i), "content " + std::to_string(i));
    cluster.changed(0);
    REQUIRE(cluster.settle());
  }
  for (std::size_t i = 1; i < cluster.size(); ++i) cluster.disconnect(0, i);
  cluster.node(0).index = backup;
  cluster.restart(0);
}

// Node 1 as whoever has its keys can be: what it says to node 0 is up to the test.
class Boaster {
 public:
  explicit Boaster(Cluster& cluster) : cluster_(cluster) { come(); }

  void come() {
    engine().handle_peer_up(id(), cluster_.now());
    REQUIRE(say(ShareHello{.member_op_heads = cluster_.node(0).membership->heads()}));
  }
  void go() { engine().handle_peer_down(id(), cluster_.now()); }
  Result<void> say(MessageBody body) {
    return engine().handle_message(id(), std::move(body), cluster_.now());
  }
  // That it has more changes of node 0 than node 0 does.
  void boast(std::uint64_t more) {
    ShareState state{.clock = engine().clock()};
    const Author author = author_of(cluster_, 0);
    state.clock.advance(author, state.clock.counter_of(author) + more);
    REQUIRE(say(state));
  }

 private:
  ShareEngine& engine() { return *cluster_.node(0).engine; }
  [[nodiscard]] const DeviceId& id() { return cluster_.node(1).keys.id(); }

  Cluster& cluster_;
};

std::uint64_t published(Cluster& cluster) {
  return cluster.node(0).engine->clock().counter_of(author_of(cluster, 0));
}

void write(Cluster& cluster, const std::string& name) {
  cluster.node(0).fs.user_write(name, "content of " + name);
  cluster.changed(0);
}

TEST_CASE("A device whose index was put back believes its own signature", "[engine][own_log]") {
  Cluster cluster(2, 1);
  put_back(cluster, 3);
  CHECK_FALSE(cluster.node(0).engine->behind_itself());
  cluster.connect_all();
  cluster.run_for(1s);
  CHECK(cluster.node(0).engine->behind_itself());
  CHECK(cluster.complaints().empty());
}

TEST_CASE("The proof that an index was put back comes before all else", "[engine][own_log]") {
  Cluster cluster(3, 1);
  // Much that the device is to learn, too, and that happened before.
  cluster.connect(1, 2);
  for (int i = 0; i < 200; ++i) {
    cluster.node(2).fs.user_write("before " + std::to_string(i), "content");
    cluster.changed(2);
    REQUIRE(cluster.settle());
  }
  put_back(cluster, 1);
  cluster.restart(1);
  ShareEngine& honest = *cluster.node(1).engine;
  const DeviceId& other = cluster.node(0).keys.id();
  honest.handle_peer_up(other, cluster.now());
  REQUIRE(honest.handle_message(other,
                                ShareHello{.member_op_heads = cluster.node(0).membership->heads(),
                                           .incarnation = kIncarnation},
                                cluster.now()));
  REQUIRE(honest.handle_message(other, ShareState{}, cluster.now()));
  std::optional<Segment> first;
  while (!first) {
    auto body = honest.poll_message(other, cluster.now());
    REQUIRE(body);
    if (const auto* segment = std::get_if<Segment>(&*body)) first = *segment;
  }
  const auto header = decode_segment_header(first->header);
  REQUIRE(header);
  CHECK(header->author == author_of(cluster, 0));
  CHECK(header->last() == honest.clock().counter_of(author_of(cluster, 0)));
}

TEST_CASE("A device that begins a log anew is shown nothing ahead of its causes",
          "[engine][own_log]") {
  Cluster cluster(2, 1);
  put_back(cluster, 3);
  ShareEngine& honest = *cluster.node(1).engine;
  const DeviceId& other = cluster.node(0).keys.id();
  honest.handle_peer_up(other, cluster.now());
  REQUIRE(honest.handle_message(other,
                                ShareHello{.member_op_heads = cluster.node(0).membership->heads(),
                                           .incarnation = kIncarnation + 1},
                                cluster.now()));
  REQUIRE(honest.handle_message(other, ShareState{}, cluster.now()));
  std::uint64_t next = 1;
  while (const auto body = honest.poll_message(other, cluster.now())) {
    const auto* segment = std::get_if<Segment>(&*body);
    if (segment == nullptr) continue;
    const auto header = decode_segment_header(segment->header);
    REQUIRE(header);
    CHECK(header->first == next);
    next = header->last() + 1;
  }
  CHECK(next == 4);
}

TEST_CASE("A device that published between its hello and its state is shown the other branch",
          "[engine][own_log]") {
  Cluster cluster(2, 1);
  put_back(cluster, 1);
  ShareEngine& honest = *cluster.node(1).engine;
  const DeviceId& other = cluster.node(0).keys.id();
  honest.handle_peer_up(other, cluster.now());
  // As it was when it said hello: with nothing of its log. By its state it has as much as others.
  REQUIRE(honest.handle_message(other,
                                ShareHello{.member_op_heads = cluster.node(0).membership->heads(),
                                           .incarnation = kIncarnation,
                                           .own_logs = {{kIncarnation, 0, {}}}},
                                cluster.now()));
  REQUIRE(honest.handle_message(other, ShareState{.clock = honest.clock()}, cluster.now()));
  bool shown = false;
  while (const auto body = honest.poll_message(other, cluster.now())) {
    const auto* segment = std::get_if<Segment>(&*body);
    if (segment == nullptr) continue;
    const auto header = decode_segment_header(segment->header);
    REQUIRE(header);
    shown = shown || header->author == author_of(cluster, 0);
  }
  CHECK(shown);
}

TEST_CASE("Who only says that it knows more is not believed", "[engine][own_log]") {
  Cluster cluster(2, 1);
  REQUIRE(cluster.settle());
  write(cluster, "before");
  REQUIRE(cluster.settle());
  Boaster boaster(cluster);
  boaster.boast(1000);
  CHECK_FALSE(cluster.node(0).engine->failed());
  CHECK(cluster.node(0).engine->status().issues.empty());
  cluster.run_for(OwnLogClaims::kProofTime + 1s);
  CHECK_FALSE(cluster.node(0).engine->failed());
  const auto issues = cluster.node(0).engine->status().issues;
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].code == "unproven");
  CHECK(issues[0].message.starts_with("B "));
  boaster.go();
  CHECK(cluster.node(0).engine->status().issues.empty());
}

TEST_CASE("Nothing is published while a proof may come", "[engine][own_log]") {
  Cluster cluster(2, 1);
  REQUIRE(cluster.settle());
  write(cluster, "before");
  REQUIRE(cluster.settle());
  REQUIRE(published(cluster) == 1);
  Boaster boaster(cluster);
  boaster.boast(1);
  write(cluster, "meanwhile");
  cluster.run_for(OwnLogClaims::kProofTime - 1s);
  CHECK(published(cluster) == 1);
  CHECK_FALSE(cluster.node(0).engine->in_sync());
  SECTION("and then it is") { cluster.run_for(1s); }
  SECTION("and it is when who says so has gone") { boaster.go(); }
  SECTION("and it is when it was no more than a mistake") {
    REQUIRE(boaster.say(ShareState{.clock = cluster.node(0).engine->clock()}));
  }
  cluster.changed(0);
  cluster.run_for(500ms);
  CHECK(published(cluster) == 2);
  CHECK(cluster.node(0).engine->in_sync());
}

TEST_CASE("Nothing is published while more may come of an earlier log of which there is a part",
          "[engine][own_log]") {
  Cluster cluster(2, 1);
  const DeviceId from = cluster.node(1).keys.id();
  const Author self{cluster.node(0).keys.id(), 2};
  const Author earlier{self.device, 1};
  CausalClock known;
  CausalClock claimed;
  OwnLogClaims claims;
  const TimePoint start{1h};
  claimed.advance(earlier, 5);
  SECTION("not if there is none of it: whoever has lost its index begins at once") {
    claims.handle_state(from, claimed, known, self, start);
    CHECK_FALSE(claims.waiting());
  }
  SECTION("until it has come") {
    known.advance(earlier, 3);
    claims.handle_state(from, claimed, known, self, start);
    CHECK(claims.waiting());
    known.advance(earlier, 5);
    claims.handle_state(from, claimed, known, self, start);
    CHECK_FALSE(claims.waiting());
  }
  SECTION("and not for ever, and nobody is blamed") {
    known.advance(earlier, 3);
    claims.handle_state(from, claimed, known, self, start);
    claims.advance(start + OwnLogClaims::kProofTime);
    CHECK_FALSE(claims.waiting());
    CHECK(claims.issues(*cluster.node(0).membership).empty());
  }
}

TEST_CASE("Nobody holds up what is to be published twice", "[engine][own_log]") {
  Cluster cluster(2, 1);
  REQUIRE(cluster.settle());
  Boaster boaster(cluster);
  boaster.boast(1000);
  cluster.run_for(OwnLogClaims::kProofTime + 1s);
  boaster.go();
  boaster.come();
  boaster.boast(1000);
  write(cluster, "new");
  cluster.run_for(1s);
  CHECK(published(cluster) == 1);
}

TEST_CASE("A proof that this device has not signed is the fault of who shows it",
          "[engine][own_log]") {
  Cluster cluster(2, 1);
  REQUIRE(cluster.settle());
  Boaster boaster(cluster);
  SegmentHeader header;
  header.share = cluster.node(0).membership->share();
  header.author = author_of(cluster, 0);
  header.first = 1;
  Change change;
  change.path = *RelativePath::parse("forged");
  Segment segment = build_segment(header, {&change, 1});
  segment.signature =
      to_bytes(cluster.node(1).keys.sign("lansync/v1/segment", segment.header).view());
  const auto done = boaster.say(segment);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == make_error_code(Errc::not_authentic));
  CHECK_FALSE(cluster.node(0).engine->failed());
}

}  // namespace
}  // namespace lansync::test
