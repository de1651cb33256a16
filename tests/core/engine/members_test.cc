// Who belongs to a share, told from device to device.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/cluster.h"
#include "tests/support/seeded_entropy.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

const DeviceId& id_of(Cluster& cluster, std::size_t i) { return cluster.node(i).keys.id(); }

// A step that node `author` signs, after all that it knows.
SignedRecord signed_by(Cluster& cluster, std::size_t author, MemberOp op) {
  Cluster::Node& node = cluster.node(author);
  op.share = node.membership->share();
  op.author = node.keys.id();
  op.parents = node.membership->heads();
  return sign_member_op(op, [&node](std::string_view context, ByteView body) {
    return to_bytes(node.keys.sign(context, body).view());
  });
}

MemberOp addition(const DeviceId& subject, std::string name) {
  MemberOp op;
  op.subject = subject;
  op.name = std::move(name);
  return op;
}

MemberOp removal(const DeviceId& subject) {
  MemberOp op;
  op.kind = MemberOp::Kind::remove;
  op.subject = subject;
  return op;
}

bool knows(Cluster& cluster, std::size_t i, const DeviceId& member) {
  return cluster.node(i).engine->membership().member(member) != nullptr;
}

TEST_CASE("A new member becomes known to those who know the inviter by others only",
          "[engine][members]") {
  Cluster cluster(3, 1);
  cluster.connect(0, 1);
  cluster.connect(1, 2);
  REQUIRE(cluster.settle());
  SeededEntropy entropy(77);
  const DeviceKeys guest = DeviceKeys::generate(entropy);
  const SignedRecord op = signed_by(cluster, 0, addition(guest.id(), "Guest"));
  REQUIRE(cluster.node(0).engine->add_member_op(op, cluster.now()));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(knows(cluster, i, guest.id()));
    CHECK(cluster.node(i).index.member_ops()->size() == 1);
  }
  const auto members = cluster.node(2).engine->status().members;
  CHECK(std::ranges::any_of(
      members, [](const MemberStatus& one) { return one.member.name == "Guest" && !one.online; }));
  CHECK(cluster.complaints().empty());
}

TEST_CASE("What happened to the members while a device was away it is told when it is back",
          "[engine][members]") {
  Cluster cluster(2, 2);
  SeededEntropy entropy(78);
  std::vector<DeviceKeys> guests;
  for (int i = 0; i < 100; ++i) {
    guests.push_back(DeviceKeys::generate(entropy));
    const SignedRecord op =
        signed_by(cluster, 0, addition(guests.back().id(), "Guest " + std::to_string(i)));
    REQUIRE(cluster.node(0).engine->add_member_op(op, cluster.now()));
  }
  REQUIRE_FALSE(knows(cluster, 1, guests.back().id()));
  cluster.connect(0, 1);
  REQUIRE(cluster.settle());
  for (const DeviceKeys& guest : guests) CHECK(knows(cluster, 1, guest.id()));
  CHECK(cluster.complaints().empty());
}

TEST_CASE("Who is removed gets nothing any more and is not waited for", "[engine][members]") {
  Cluster cluster(3, 3);
  cluster.connect_all();
  REQUIRE(cluster.node(0).fs.user_write("before", "before"));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  MemberOp op = removal(id_of(cluster, 2));
  op.cut = cluster.node(0).engine->clock();
  REQUIRE(cluster.node(0).engine->add_member_op(signed_by(cluster, 0, op), cluster.now()));
  cluster.changed(0);
  cluster.run_for(1s);
  REQUIRE_FALSE(knows(cluster, 1, id_of(cluster, 2)));
  REQUIRE(cluster.node(0).fs.user_write("after", "after"));
  const std::uint64_t flush = cluster.node(0).engine->begin_flush(cluster.now());
  cluster.changed(0);
  cluster.run_for(1min);
  CHECK(cluster.node(0).engine->flush_reached(flush));
  CHECK(cluster.tree(1).contains("after"));
  CHECK_FALSE(cluster.tree(2).contains("after"));
  CHECK(cluster.tree(2).contains("before"));
  for (const MemberStatus& one : cluster.node(0).engine->status().members) {
    CHECK(one.member.device != id_of(cluster, 2));
  }
}

TEST_CASE("A step that counts for nobody is refused", "[engine][members]") {
  Cluster cluster(2, 4);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  ShareEngine& engine = *cluster.node(0).engine;
  SignedRecord forged = signed_by(cluster, 0, removal(id_of(cluster, 1)));
  forged.signature[0] ^= std::byte{1};
  CHECK_FALSE(engine.add_member_op(forged, cluster.now()));
  const DeviceId& other = id_of(cluster, 1);
  MemberOps ops{engine.membership().genesis_record(), {forged}};
  const auto refused = engine.handle_message(other, ops, cluster.now());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == make_error_code(Errc::not_authentic));
  CHECK(knows(cluster, 0, other));
  CHECK(cluster.node(0).index.member_ops()->empty());
  CHECK_FALSE(engine.failed());
}

TEST_CASE("Who is no member, or has not said hello, is told and asked nothing",
          "[engine][members]") {
  Cluster cluster(2, 5);
  REQUIRE(cluster.settle());
  ShareEngine& engine = *cluster.node(0).engine;
  SeededEntropy entropy(79);
  const DeviceId stranger = DeviceKeys::generate(entropy).id();
  const auto says = [&](const DeviceId& from, MessageBody body) {
    const auto heard = engine.handle_message(from, std::move(body), cluster.now());
    return heard ? std::error_code() : heard.error().code;
  };
  CHECK(says(stranger, ShareHello{}) == make_error_code(Errc::wrong_state));
  CHECK_FALSE(engine.handle_chunk_data(stranger, {}, {}, cluster.now()));
  engine.handle_peer_up(stranger, cluster.now());
  CHECK_FALSE(engine.poll_message(stranger, cluster.now()));
  CHECK_FALSE(says(stranger, ShareHello{}));
  CHECK(says(stranger, MemberOpsRequest{}) == make_error_code(Errc::refused));
  CHECK(says(stranger, ShareState{}) == make_error_code(Errc::refused));
  CHECK(says(stranger, Barrier{1}) == make_error_code(Errc::refused));
  CHECK_FALSE(engine.handle_chunk_data(stranger, {}, {}, cluster.now()));
  CHECK_FALSE(engine.poll_message(stranger, cluster.now()));

  const DeviceId& member = id_of(cluster, 1);
  engine.handle_peer_up(member, cluster.now());
  CHECK(says(member, ShareState{}) == make_error_code(Errc::refused));
  CHECK_FALSE(says(member, MemberOpsRequest{}));
  CHECK_FALSE(says(member, ShareHello{}));
  CHECK_FALSE(says(member, ShareState{}));
  CHECK_FALSE(engine.failed());
}

}  // namespace
}  // namespace lansync::test
