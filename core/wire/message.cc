#include "core/wire/message.h"

#include <algorithm>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "core/base/limits.h"
#include "core/wire/message_arms.h"
#include "message.pb.h"

namespace lansync {
namespace {

using message_arms::from_wire;
using message_arms::get;
using message_arms::malformed;
using message_arms::set;
using message_arms::to_wire;
using message_arms::too_many;

constexpr std::size_t kMemberOpHeadsMax = 256;
constexpr std::size_t kMemberOpsMax = 4096;

void to_wire(const SignedRecord& record, wire::SignedRecord* to) {
  set(to->mutable_body(), record.body);
  set(to->mutable_signature(), record.signature);
}

SignedRecord from_wire(const wire::SignedRecord& record) {
  return {to_bytes(record.body()), to_bytes(record.signature())};
}

void to_wire(const ShareHello& hello, wire::ShareMessage& to) {
  auto* arm = to.mutable_hello();
  for (const MemberOpHash& head : hello.member_op_heads)
    set(arm->add_member_op_heads(), head.view());
  arm->set_audits(hello.audits);
  arm->set_incarnation(hello.incarnation);
  for (const OwnLogEnd& log : hello.own_logs) {
    auto* end = arm->add_own_logs();
    end->set_incarnation(log.incarnation);
    end->set_counter(log.counter);
    set(end->mutable_hash(), log.hash.view());
  }
  arm->set_spreads(hello.spreads);
  arm->set_continues(hello.continues);
}

Result<MessageBody> from_wire(const wire::ShareHello& arm) {
  if (static_cast<std::size_t>(arm.member_op_heads_size()) > kMemberOpHeadsMax) {
    return too_many("heads of a membership log");
  }
  if (static_cast<std::size_t>(arm.own_logs_size()) > ShareHello::kOwnLogsMax) {
    return too_many("logs of one device");
  }
  ShareHello hello;
  for (const std::string& head : arm.member_op_heads()) {
    MemberOpHash hash;
    if (!get(head, hash)) return malformed("head of a membership log");
    hello.member_op_heads.push_back(hash);
  }
  hello.audits = arm.audits();
  hello.incarnation = arm.incarnation();
  for (const auto& end : arm.own_logs()) {
    OwnLogEnd log{end.incarnation(), end.counter(), {}};
    if (!get(end.hash(), log.hash)) return malformed("end of a log");
    hello.own_logs.push_back(log);
  }
  hello.spreads = arm.spreads();
  hello.continues = arm.continues();
  return MessageBody(std::move(hello));
}

void to_wire(const MemberOpsRequest&, wire::ShareMessage& to) { to.mutable_member_ops_request(); }

void to_wire(const MemberOps& ops, wire::ShareMessage& to) {
  auto* arm = to.mutable_member_ops();
  to_wire(ops.genesis, arm->mutable_genesis());
  for (const SignedRecord& op : ops.ops) to_wire(op, arm->add_ops());
}

Result<MessageBody> from_wire(const wire::MemberOps& arm) {
  if (static_cast<std::size_t>(arm.ops_size()) > kMemberOpsMax) return too_many("membership log");
  MemberOps ops;
  ops.genesis = from_wire(arm.genesis());
  for (const auto& op : arm.ops()) ops.ops.push_back(from_wire(op));
  return MessageBody(std::move(ops));
}

void to_wire(const ShareState& state, wire::ShareMessage& to) {
  auto* arm = to.mutable_state();
  for (const CausalClock::Entry& entry : state.clock.entries()) {
    auto* wire_entry = arm->mutable_clock()->add_entries();
    set(wire_entry->mutable_author()->mutable_device(), entry.author.device.view());
    wire_entry->mutable_author()->set_incarnation(entry.author.incarnation);
    wire_entry->set_counter(entry.counter);
  }
  set(arm->mutable_fingerprint(), state.fingerprint.view());
  arm->set_in_sync(state.in_sync);
  arm->set_need_files(state.need_files);
  arm->set_need_bytes(state.need_bytes);
  arm->set_starved(state.starved);
  arm->set_continues(state.continues);
}

Result<MessageBody> from_wire(const wire::ShareState& arm) {
  if (static_cast<std::size_t>(arm.clock().entries_size()) > limits::kClockAuthorsMax) {
    return too_many("authors in a clock");
  }
  ShareState state;
  std::optional<Author> before;
  for (const auto& entry : arm.clock().entries()) {
    Author author;
    if (!get(entry.author().device(), author.device)) return malformed("author in a clock");
    author.incarnation = entry.author().incarnation();
    if (entry.counter() == 0 || (before && !(*before < author))) return malformed("clock");
    state.clock.advance(author, entry.counter());
    before = author;
  }
  if (arm.fingerprint().size() != state.fingerprint.view().size()) return malformed("fingerprint");
  state.fingerprint = Fingerprint::from(as_bytes(arm.fingerprint()));
  state.in_sync = arm.in_sync();
  state.need_files = arm.need_files();
  state.need_bytes = arm.need_bytes();
  state.starved = arm.starved();
  state.continues = arm.continues();
  return MessageBody(std::move(state));
}

void to_wire(const Segment& segment, wire::ShareMessage& to) {
  auto* arm = to.mutable_segment();
  set(arm->mutable_header(), segment.header);
  set(arm->mutable_signature(), segment.signature);
  for (const SegmentEntry& entry : segment.entries) {
    auto* wire_entry = arm->add_entries();
    set(wire_entry->mutable_stub(), entry.stub);
    if (const auto* body = std::get_if<Bytes>(&entry.body)) {
      set(wire_entry->mutable_body(), *body);
    } else {
      set(wire_entry->mutable_body_hash(), std::get<BodyHash>(entry.body).view());
    }
  }
}

Result<MessageBody> from_wire(const wire::Segment& arm) {
  if (static_cast<std::size_t>(arm.entries_size()) > limits::kSegmentChangesMax) {
    return too_many("changes in a segment");
  }
  // Whoever relays it may have to send it with more of its bodies pruned than it came with: a hash
  // is longer than a short body.
  std::size_t bytes_max = arm.header().size() + arm.signature().size();
  for (const auto& entry : arm.entries()) {
    bytes_max += entry.stub().size() + std::max(entry.body().size(), BodyHash::kBytes);
  }
  if (bytes_max > limits::kSegmentBytesMax) return too_many("segment");
  Segment segment{to_bytes(arm.header()), to_bytes(arm.signature()), {}};
  for (const auto& wire_entry : arm.entries()) {
    SegmentEntry entry{to_bytes(wire_entry.stub()), Bytes()};
    if (wire_entry.has_body()) {
      entry.body = to_bytes(wire_entry.body());
    } else {
      BodyHash hash;
      if (!get(wire_entry.body_hash(), hash)) return malformed("pruned change");
      entry.body = hash;
    }
    segment.entries.push_back(std::move(entry));
  }
  return MessageBody(std::move(segment));
}

void to_wire(const Barrier& barrier, wire::ShareMessage& to) {
  to.mutable_barrier()->set_id(barrier.id);
}

void to_wire(const BarrierReached& barrier, wire::ShareMessage& to) {
  to.mutable_barrier_reached()->set_id(barrier.id);
}

Result<MessageBody> body_from(const wire::ShareMessage& message) {
  switch (message.body_case()) {
    case wire::ShareMessage::kHello: return from_wire(message.hello());
    case wire::ShareMessage::kMemberOpsRequest: return MessageBody(MemberOpsRequest{});
    case wire::ShareMessage::kMemberOps: return from_wire(message.member_ops());
    case wire::ShareMessage::kState: return from_wire(message.state());
    case wire::ShareMessage::kSegment: return from_wire(message.segment());
    case wire::ShareMessage::kChunkListRequest: return from_wire(message.chunk_list_request());
    case wire::ShareMessage::kChunkListReply: return from_wire(message.chunk_list_reply());
    case wire::ShareMessage::kChunkRequest: return from_wire(message.chunk_request());
    case wire::ShareMessage::kChunksMissing: return from_wire(message.chunks_missing());
    case wire::ShareMessage::kBarrier: return MessageBody(Barrier{message.barrier().id()});
    case wire::ShareMessage::kBarrierReached:
      return MessageBody(BarrierReached{message.barrier_reached().id()});
    case wire::ShareMessage::kAuditQuestion: return from_wire(message.audit_question());
    case wire::ShareMessage::kAuditAnswer: return from_wire(message.audit_answer());
    case wire::ShareMessage::kChunksHeld: return from_wire(message.chunks_held());
    case wire::ShareMessage::BODY_NOT_SET: break;
  }
  return malformed("message of no known kind");
}

}  // namespace

Bytes encode(const Message& message) {
  wire::ShareMessage to;
  set(to.mutable_share(), message.share.view());
  std::visit([&](const auto& body) { to_wire(body, to); }, message.body);
  Bytes bytes(to.ByteSizeLong());
  to.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(bytes.data()));
  return bytes;
}

Result<Message> decode_message(ByteView bytes) {
  if (bytes.size() > limits::kControlRecordBytesMax) return too_many("control message");
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                               static_cast<int>(bytes.size()));
  input.SetRecursionLimit(limits::kMessageDepthMax);
  wire::ShareMessage from;
  if (!from.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
    return malformed("control message");
  }
  Message message;
  if (!get(from.share(), message.share)) return malformed("share id");
  auto body = body_from(from);
  if (!body) return std::move(body).error();
  message.body = *std::move(body);
  return message;
}

}  // namespace lansync
