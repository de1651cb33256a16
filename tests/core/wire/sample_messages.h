// A message of each kind, with every field in use.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "core/wire/message.h"
#include "tests/support/random_bytes.h"

namespace lansync::test {

// An id that is its number, 32 times.
template <class IdType>
IdType numbered(int number) {
  IdType id;
  id.bytes.fill(static_cast<std::byte>(number));
  return id;
}

inline CausalClock sample_clock() {
  CausalClock clock;
  clock.advance({numbered<DeviceId>(1), 0x0102030405060708}, 300);
  clock.advance({numbered<DeviceId>(2), 0}, 1);
  return clock;
}

inline Segment sample_segment() {
  Segment segment;
  segment.header = to_bytes("header");
  segment.signature = Bytes(64, std::byte{0x5a});
  segment.entries.push_back({to_bytes("stub"), to_bytes("body")});
  segment.entries.push_back({to_bytes("s"), numbered<BodyHash>(9)});
  segment.entries.push_back({Bytes(), Bytes()});
  return segment;
}

// Named as in proto/message.proto.
inline std::vector<std::pair<std::string, Message>> sample_messages() {
  const ContentId content = numbered<ContentId>(3);
  ChunkRequest chunks{7, {{content, 0, {70'000, ChunkHash{content.bytes}}}}};
  chunks.chunks.push_back({content, 1, {limits::kChunkBytesMax, numbered<ChunkHash>(5)}});
  const SignedRecord genesis{to_bytes("genesis"), Bytes(64, std::byte{1})};
  const SignedRecord op{to_bytes("op"), Bytes(64, std::byte{2})};
  ShareState state{sample_clock(), Fingerprint::from(random_bytes(1, 32)), true, 12, 1ULL << 40};

  std::vector<std::pair<std::string, MessageBody>> bodies;
  // As a lansync says it that knows no audits, and as later ones do; the last says its incarnation.
  bodies.emplace_back("hello",
                      ShareHello{{numbered<MemberOpHash>(4), numbered<MemberOpHash>(5)}, false});
  bodies.emplace_back("hello_audits", ShareHello{{numbered<MemberOpHash>(4)}, true});
  bodies.emplace_back("hello_incarnation",
                      ShareHello{{numbered<MemberOpHash>(4)}, true, 0x0102030405060708});
  bodies.emplace_back("hello_own_logs",
                      ShareHello{{numbered<MemberOpHash>(4)},
                                 true,
                                 0x0102030405060708,
                                 {{0x0102030405060708, 9, numbered<SegmentHash>(3)}}});
  bodies.emplace_back("hello_spreads", ShareHello{.member_op_heads = {numbered<MemberOpHash>(4)},
                                                  .incarnation = 1,
                                                  .spreads = true});
  bodies.emplace_back("hello_continues", ShareHello{.member_op_heads = {numbered<MemberOpHash>(4)},
                                                    .incarnation = 1,
                                                    .spreads = true,
                                                    .continues = true});
  bodies.emplace_back("member_ops_request", MemberOpsRequest{});
  bodies.emplace_back("member_ops", MemberOps{genesis, {op, op}});
  bodies.emplace_back("state", state);
  state.continues = true;
  bodies.emplace_back("state_continues", std::move(state));
  bodies.emplace_back("segment", sample_segment());
  bodies.emplace_back("chunk_list_request", ChunkListRequest{6, content, 7'000});
  bodies.emplace_back(
      "chunk_list_reply",
      ChunkListReply{6, 2, 0, {{1, numbered<ChunkHash>(6)}, {65'536, numbered<ChunkHash>(7)}}});
  bodies.emplace_back("chunk_request", std::move(chunks));
  bodies.emplace_back("chunks_missing", ChunksMissing{7, {0, 1, 1023}});
  bodies.emplace_back("chunks_held", ChunksHeld{content, {0, 1, 70'000}});
  bodies.emplace_back("barrier", Barrier{0xffffffffffffffff});
  bodies.emplace_back("barrier_reached", BarrierReached{1});
  const Fingerprint fingerprint = Fingerprint::from(random_bytes(2, 32));
  const RelativePath first = *RelativePath::parse("a/b");
  const RelativePath last = *RelativePath::parse("c");
  bodies.emplace_back("audit_question", AuditQuestion{8, numbered<AuditClock>(10), first, last,
                                                      1ULL << 33, fingerprint});
  bodies.emplace_back(
      "audit_answer",
      AuditAnswer{8, AuditAnswer::Kind::different, {{first, 1, fingerprint}, {last, 9, {}}}});

  std::vector<std::pair<std::string, Message>> messages;
  for (auto& [name, body] : bodies) {
    messages.emplace_back(name, Message{numbered<ShareId>(0xab), std::move(body)});
  }
  return messages;
}

}  // namespace lansync::test
