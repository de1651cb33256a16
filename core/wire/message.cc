#include "core/wire/message.h"

#include <algorithm>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "core/base/limits.h"
#include "message.pb.h"

namespace lansync {
namespace {

constexpr std::size_t kMemberOpHeadsMax = 256;
constexpr std::size_t kMemberOpsMax = 4096;
constexpr std::size_t kChunkBytes = 36;

void set(std::string* to, ByteView bytes) { to->assign(as_text(bytes)); }

template <class IdType>
bool get(const std::string& from, IdType& to) {
  const auto id = IdType::from(as_bytes(from));
  if (id) to = *id;
  return id.has_value();
}

Error malformed(const char* what) { return {Errc::malformed, what}; }
Error too_many(const char* what) { return {Errc::limit_exceeded, what}; }

void to_wire(const SignedRecord& record, wire::SignedRecord* to) {
  set(to->mutable_body(), record.body);
  set(to->mutable_signature(), record.signature);
}

SignedRecord from_wire(const wire::SignedRecord& record) {
  return {to_bytes(record.body()), to_bytes(record.signature())};
}

// One overload pair for each message: to_wire fills the arm of the oneof, from_wire reads it.

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

void to_wire(const ChunkListRequest& request, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunk_list_request();
  arm->set_request(request.request);
  set(arm->mutable_content(), request.content.view());
  arm->set_first(request.first);
}

Result<MessageBody> from_wire(const wire::ChunkListRequest& arm) {
  ChunkListRequest request{arm.request(), {}, arm.first()};
  if (!get(arm.content(), request.content)) return malformed("content id");
  return MessageBody(request);
}

void to_wire(const ChunkListReply& reply, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunk_list_reply();
  arm->set_request(reply.request);
  arm->set_total(reply.total);
  arm->set_first(reply.first);
  Bytes chunks;
  for (const Chunk& chunk : reply.chunks) {
    append_be(chunks, chunk.bytes);
    append(chunks, chunk.hash.view());
  }
  set(arm->mutable_chunks(), chunks);
}

Result<MessageBody> from_wire(const wire::ChunkListReply& arm) {
  if (arm.total() > limits::kChunksPerFileMax) return too_many("chunks of a file");
  if (arm.chunks().size() % kChunkBytes != 0) return malformed("chunk list");
  ChunkListReply reply{arm.request(), arm.total(), arm.first(), {}};
  for (ByteView rest = as_bytes(arm.chunks()); !rest.empty(); rest = rest.subspan(kChunkBytes)) {
    const auto bytes = load_be<std::uint32_t>(rest);
    if (bytes == 0 || bytes > limits::kChunkBytesMax) return malformed("chunk's length");
    reply.chunks.push_back({bytes, *ChunkHash::from(rest.subspan(4, ChunkHash::kBytes))});
  }
  return MessageBody(std::move(reply));
}

void to_wire(const ChunkRequest& request, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunk_request();
  arm->set_request(request.request);
  for (const ChunkRef& ref : request.chunks) {
    auto* wire_ref = arm->add_chunks();
    set(wire_ref->mutable_content(), ref.content.view());
    wire_ref->set_index(ref.index);
    if (ref.chunk.hash.bytes != ref.content.bytes)
      set(wire_ref->mutable_hash(), ref.chunk.hash.view());
    wire_ref->set_bytes(ref.chunk.bytes);
  }
}

Result<MessageBody> from_wire(const wire::ChunkRequest& arm) {
  if (static_cast<std::size_t>(arm.chunks_size()) > limits::kRequestChunksMax) {
    return too_many("chunks in a request");
  }
  ChunkRequest request{arm.request(), {}};
  for (const auto& wire_ref : arm.chunks()) {
    ChunkRef ref;
    if (!get(wire_ref.content(), ref.content)) return malformed("content id");
    ref.chunk.hash.bytes = ref.content.bytes;
    if (!wire_ref.hash().empty() && !get(wire_ref.hash(), ref.chunk.hash)) {
      return malformed("chunk's hash");
    }
    if (wire_ref.bytes() == 0 || wire_ref.bytes() > limits::kChunkBytesMax) {
      return malformed("chunk's length");
    }
    ref.index = wire_ref.index();
    ref.chunk.bytes = wire_ref.bytes();
    request.chunks.push_back(ref);
  }
  return MessageBody(std::move(request));
}

void to_wire(const ChunksMissing& missing, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunks_missing();
  arm->set_request(missing.request);
  for (const std::uint32_t place : missing.places) arm->add_places(place);
}

Result<MessageBody> from_wire(const wire::ChunksMissing& arm) {
  if (static_cast<std::size_t>(arm.places_size()) > limits::kRequestChunksMax) {
    return too_many("chunks that are missing");
  }
  return MessageBody(ChunksMissing{arm.request(), {arm.places().begin(), arm.places().end()}});
}

void to_wire(const ChunksHeld& held, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunks_held();
  set(arm->mutable_content(), held.content.view());
  for (const std::uint32_t chunk : held.chunks) arm->add_chunks(chunk);
  arm->set_ended(held.ended);
}

Result<MessageBody> from_wire(const wire::ChunksHeld& arm) {
  if (static_cast<std::size_t>(arm.chunks_size()) > limits::kRequestChunksMax) {
    return too_many("chunks that are held");
  }
  ChunksHeld held{{}, {arm.chunks().begin(), arm.chunks().end()}, arm.ended()};
  if (!get(arm.content(), held.content)) return malformed("content id");
  if (held.ended && !held.chunks.empty()) return malformed("chunks of what is not loaded");
  return MessageBody(std::move(held));
}

void to_wire(const Barrier& barrier, wire::ShareMessage& to) {
  to.mutable_barrier()->set_id(barrier.id);
}

void to_wire(const BarrierReached& barrier, wire::ShareMessage& to) {
  to.mutable_barrier_reached()->set_id(barrier.id);
}

void to_wire(const AuditQuestion& question, wire::ShareMessage& to) {
  auto* arm = to.mutable_audit_question();
  arm->set_question(question.question);
  set(arm->mutable_clock(), question.clock.view());
  arm->set_after(question.after.text());
  arm->set_through(question.through.text());
  arm->set_paths(question.paths);
  set(arm->mutable_fingerprint(), question.fingerprint.view());
}

bool get(const std::string& from, Fingerprint& to) {
  if (from.size() != to.view().size()) return false;
  to = Fingerprint::from(as_bytes(from));
  return true;
}

// The root where nothing is said.
bool get(const std::string& from, RelativePath& to) {
  if (from.empty()) return true;
  auto path = RelativePath::parse(from);
  if (!path) return false;
  to = *std::move(path);
  return true;
}

Result<MessageBody> from_wire(const wire::AuditQuestion& arm) {
  AuditQuestion question{.question = arm.question(), .paths = arm.paths()};
  const bool whole = get(arm.clock(), question.clock) && get(arm.after(), question.after) &&
                     get(arm.through(), question.through) &&
                     get(arm.fingerprint(), question.fingerprint);
  const bool in_order = question.through.is_root() || question.after < question.through;
  if (!whole || !in_order) return malformed("audit's question");
  return MessageBody(std::move(question));
}

void to_wire(const AuditAnswer& answer, wire::ShareMessage& to) {
  auto* arm = to.mutable_audit_answer();
  arm->set_question(answer.question);
  arm->set_kind(static_cast<std::uint32_t>(answer.kind));
  for (const PathsPart& part : answer.parts) {
    auto* wire_part = arm->add_parts();
    wire_part->set_through(part.through.text());
    wire_part->set_paths(part.paths);
    set(wire_part->mutable_fingerprint(), part.fingerprint.view());
  }
}

Result<MessageBody> from_wire(const wire::AuditAnswer& arm) {
  if (static_cast<std::size_t>(arm.parts_size()) > RangeSplit::kPartsMax) {
    return too_many("parts of an audit's answer");
  }
  AuditAnswer answer{.question = arm.question()};
  if (arm.kind() < 1 || arm.kind() > 3) return malformed("kind of an audit's answer");
  answer.kind = static_cast<AuditAnswer::Kind>(arm.kind());
  if (answer.kind != AuditAnswer::Kind::different && arm.parts_size() > 0) {
    return malformed("audit's answer");
  }
  for (const auto& wire_part : arm.parts()) {
    PathsPart part{.paths = wire_part.paths()};
    const bool whole = get(wire_part.through(), part.through) && part.paths > 0 &&
                       get(wire_part.fingerprint(), part.fingerprint);
    const RelativePath before = answer.parts.empty() ? RelativePath() : answer.parts.back().through;
    if (!whole || !(before < part.through)) return malformed("part of an audit's answer");
    answer.parts.push_back(std::move(part));
  }
  return MessageBody(std::move(answer));
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
