// What a member may claim about who belongs to the share.
#include <algorithm>
#include <utility>

#include "tests/e2e/evil_peer/deeds.h"

namespace lansync::evil {
namespace {

std::vector<MemberOpHash> parents_from(Peer& peer, const Json& order) {
  if (order.value("orphan", false)) {
    MemberOpHash unknown;
    peer.entropy.fill(unknown.bytes);
    return {unknown};
  }
  return peer.member.membership().heads();
}

// {kind, subject?, author?, role?, name?, cut?, orphan?, keep?, count?}: an op of the membership
// log, signed by this device whoever the author is; about a device that nobody has heard of, if no
// subject is given. `cut` is how many of the subject's changes count. With `keep` the log has it
// from then on. The subject.
Json member_op(Peer& peer, const Json& order) {
  Membership& membership = peer.member.membership();
  MemberOps message{membership.genesis_record(), {}};
  DeviceId subject;
  for (int i = 0; i < order.value("count", 1); ++i) {
    MemberOp op;
    op.share = membership.share();
    op.author = peer.member.id();
    if (order.contains("author")) op.author = *DeviceId::from(bytes_from(order.at("author")));
    op.parents = parents_from(peer, order);
    op.kind = order.at("kind") == "add" ? MemberOp::Kind::add : MemberOp::Kind::remove;
    subject = DeviceKeys::generate(peer.entropy).id();
    if (order.contains("subject")) subject = *DeviceId::from(bytes_from(order.at("subject")));
    op.subject = subject;
    op.name = order.value("name", "stranger");
    op.role = role_from(order.value("role", "editor")).value();
    op.at = present().wall;
    if (const auto cut = order.value("cut", std::uint64_t{0}); cut > 0) {
      op.cut.advance({subject, 1}, cut);
    }
    message.ops.push_back(sign_member_op(op, peer.member.sign()));
    if (order.value("keep", false)) {
      if (auto added = membership.add(message.ops.back()); !added) return failed(added.error());
    }
  }
  peer.visit->say(message);
  return {{"subject", subject.hex()}};
}

// The members by their names, as far as this device knows.
Json members(Peer& peer, const Json&) {
  Json all = Json::object();
  for (const auto& [device, member] : peer.member.membership().members()) {
    all[member.name] = device.hex();
  }
  return all;
}

}  // namespace

Deeds member_deeds() { return {{"member op", member_op}, {"members", members}}; }

}  // namespace lansync::evil
