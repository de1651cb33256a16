#include "core/wire/message.h"

#include <fstream>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/limits.h"
#include "core/wire/chunk_data.h"
#include "tests/core/wire/sample_messages.h"

namespace lansync {
namespace {

using test::numbered;
using test::sample_messages;

template <class IdType>
IdType any_id() {
  return numbered<IdType>(*rc::gen::inRange(0, 256));
}

Bytes any_bytes() {
  const auto text = *rc::gen::arbitrary<std::string>();
  return to_bytes(std::string_view(text));
}

template <class Make>
auto any_list(Make make) {
  std::vector<decltype(make())> list(*rc::gen::inRange<std::size_t>(0, 8));
  for (auto& item : list) item = make();
  return list;
}

CausalClock any_clock() {
  CausalClock clock;
  const auto devices = *rc::gen::arbitrary<std::set<std::uint8_t>>();
  for (const int device : devices) {
    const auto incarnation = *rc::gen::arbitrary<std::uint64_t>();
    const auto counter = *rc::gen::arbitrary<std::uint64_t>();
    clock.advance({numbered<DeviceId>(device), incarnation}, counter);
  }
  return clock;
}

std::uint32_t any_number() { return *rc::gen::arbitrary<std::uint32_t>(); }

std::uint32_t any_chunk_bytes() {
  return *rc::gen::inRange<std::uint32_t>(1, limits::kChunkBytesMax + 1);
}

SegmentEntry any_entry() {
  SegmentEntry entry{any_bytes(), any_bytes()};
  if (*rc::gen::arbitrary<bool>()) entry.body = any_id<BodyHash>();
  return entry;
}

SignedRecord any_record() { return {any_bytes(), any_bytes()}; }

Chunk any_chunk() { return {any_chunk_bytes(), any_id<ChunkHash>()}; }

ChunkRef any_ref() {
  return {any_id<ContentId>(), *rc::gen::arbitrary<std::uint32_t>(), any_chunk()};
}

ShareState any_state() {
  ShareState state;
  state.clock = any_clock();
  state.fingerprint = Fingerprint::from(any_id<ShareId>().view());
  state.in_sync = *rc::gen::arbitrary<bool>();
  state.need_files = *rc::gen::arbitrary<std::uint64_t>();
  state.need_bytes = *rc::gen::arbitrary<std::uint64_t>();
  state.starved = *rc::gen::arbitrary<bool>();
  return state;
}

RelativePath any_path() {
  return *RelativePath::parse("f" + std::to_string(*rc::gen::arbitrary<std::uint32_t>()));
}

Fingerprint any_fingerprint() { return Fingerprint::from(any_id<ContentId>().view()); }

AuditQuestion any_question() {
  AuditQuestion question{any_number(), any_id<AuditClock>(), {},
                         {},           any_number(),         any_fingerprint()};
  if (*rc::gen::arbitrary<bool>()) question.after = any_path();
  const RelativePath through = any_path();
  if (question.after < through) question.through = through;
  return question;
}

AuditAnswer any_answer() {
  const auto kind = *rc::gen::element(AuditAnswer::Kind::equal, AuditAnswer::Kind::different,
                                      AuditAnswer::Kind::moving);
  AuditAnswer answer{any_number(), kind, {}};
  if (kind != AuditAnswer::Kind::different) return answer;
  std::set<RelativePath> paths;
  for (const RelativePath& path : any_list(any_path)) paths.insert(path);
  for (const RelativePath& path : paths) {
    answer.parts.push_back({path, std::uint64_t{any_number()} + 1, any_fingerprint()});
  }
  return answer;
}

OwnLogEnd any_own_log() {
  return {*rc::gen::arbitrary<std::uint64_t>(), any_number(), any_id<SegmentHash>()};
}

MessageBody any_body(std::size_t kind) {
  const std::uint32_t number = any_number();
  switch (kind) {
    case 0:
      return ShareHello{any_list(any_id<MemberOpHash>), *rc::gen::arbitrary<bool>(),
                        *rc::gen::arbitrary<std::uint64_t>(), any_list(any_own_log),
                        *rc::gen::arbitrary<bool>()};
    case 1: return MemberOpsRequest{};
    case 2: return MemberOps{any_record(), any_list(any_record)};
    case 3: return any_state();
    case 4: return Segment{any_bytes(), any_bytes(), any_list(any_entry)};
    case 5: return ChunkListRequest{number, any_id<ContentId>(), number};
    case 6: return ChunkListReply{number, number % 100, number, any_list(any_chunk)};
    case 7: return ChunkRequest{number, any_list(any_ref)};
    case 8: return ChunksMissing{number, any_list(any_number)};
    case 9: return Barrier{*rc::gen::arbitrary<std::uint64_t>()};
    case 10: return BarrierReached{*rc::gen::arbitrary<std::uint64_t>()};
    case 11: return any_question();
    case 12: return any_answer();
    default: {
      ChunksHeld held{any_id<ContentId>(), any_list(any_number), *rc::gen::arbitrary<bool>()};
      if (held.ended) held.chunks.clear();
      return held;
    }
  }
}

TEST_CASE("Every message decodes to itself", "[core][message]") {
  const bool held = rc::check([] {
    const auto kind = *rc::gen::inRange<std::size_t>(0, std::variant_size_v<MessageBody>);
    const Message message{any_id<ShareId>(), any_body(kind)};
    RC_ASSERT(message.body.index() == kind);
    const auto decoded = decode_message(encode(message));
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == message);
  });
  CHECK(held);
}

// The bytes are what devices of any version say to each other: they may not change.
TEST_CASE("Every kind of message has the bytes it always had", "[core][message]") {
  std::ifstream file(LANSYNC_SOURCE_DIR "/tests/golden/share_messages.txt");
  std::map<std::string, std::string> golden;
  for (std::string name, hex; file >> name >> hex;) golden[name] = hex;
  const auto messages = sample_messages();
  // There are five ways to say hello.
  CHECK(golden.size() == std::variant_size_v<MessageBody> + 6);
  REQUIRE(messages.size() == golden.size());
  for (const auto& [name, message] : messages) {
    CAPTURE(name);
    CHECK(to_hex(encode(message)) == golden[name]);
    const auto bytes = from_hex(golden[name]);
    REQUIRE(bytes);
    const auto decoded = decode_message(*bytes);
    REQUIRE(decoded);
    CHECK(*decoded == message);
  }
}

// What protobuf cannot tell from a shorter message, such as one without its last field, has lost
// something.
TEST_CASE("No part of a message is that message", "[core][message]") {
  for (const auto& [name, message] : sample_messages()) {
    const Bytes bytes = encode(message);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(name, size);
      const auto decoded = decode_message(ByteView(bytes).first(size));
      if (decoded) CHECK_FALSE(*decoded == message);
    }
  }
}

TEST_CASE("A message with any byte changed is refused or within all limits", "[core][message]") {
  for (const auto& [name, message] : sample_messages()) {
    const Bytes bytes = encode(message);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      Bytes changed = bytes;
      changed[bit / 8] ^= std::byte{1} << (bit % 8);
      const auto decoded = decode_message(changed);
      CAPTURE(name, bit);
      if (!decoded) continue;
      const auto again = decode_message(encode(*decoded));
      REQUIRE(again);
      CHECK(*again == *decoded);
    }
  }
}

TEST_CASE("A segment as large as allowed fits a record, however much of it is pruned",
          "[core][message]") {
  // Small entries cost the most: each has its lengths. An entry of a hash alone weighs 32.
  struct Row {
    std::size_t entries, stub, body;
  };
  for (const auto& [entries, stub, body] :
       {Row{limits::kSegmentChangesMax, 2, 32}, Row{limits::kSegmentChangesMax, 2, 5},
        Row{limits::kSegmentChangesMax, 33, 1}, Row{40, 300, 4600}, Row{1, 3000, 12000}}) {
    CAPTURE(entries, stub, body);
    Segment segment{{}, Bytes(64), {}};
    for (std::size_t i = 0; i < entries; ++i) {
      segment.entries.push_back({Bytes(stub), Bytes(body)});
    }
    const std::size_t counted =
        segment.signature.size() + entries * (stub + std::max(body, BodyHash::kBytes));
    if (counted < limits::kSegmentBytesMax) {
      segment.header.resize(limits::kSegmentBytesMax - counted);
    }
    const bool fits = counted <= limits::kSegmentBytesMax;
    const Message whole{numbered<ShareId>(1), segment};
    segment.header.push_back(std::byte{0});
    const auto too_long = decode_message(encode(Message{whole.share, segment}));
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().code == Errc::limit_exceeded);

    Message pruned = whole;
    for (SegmentEntry& entry : std::get<Segment>(pruned.body).entries) prune(entry);
    for (const Message& message : {whole, pruned}) {
      const Bytes bytes = encode(message);
      if (fits) CHECK(bytes.size() <= limits::kControlRecordBytesMax);
      CHECK(decode_message(bytes).has_value() == fits);
    }
  }
}

TEST_CASE("Whatever keeps to the limits fits a record", "[core][message]") {
  const ShareId share = numbered<ShareId>(1);
  ShareHello hello{std::vector<MemberOpHash>(256)};
  hello.own_logs.assign(ShareHello::kOwnLogsMax,
                        {~std::uint64_t{0}, ~std::uint64_t{0}, numbered<SegmentHash>(3)});
  ShareState state;
  for (std::uint64_t i = 0; i < limits::kClockAuthorsMax; ++i) {
    state.clock.advance({numbered<DeviceId>(7), ~i}, ~std::uint64_t{0});
  }
  state.fingerprint = Fingerprint::from(numbered<ShareId>(0xff).view());
  const ChunkRef ref{numbered<ContentId>(1), ~0U, {limits::kChunkBytesMax, numbered<ChunkHash>(2)}};
  ChunkRequest chunks{~0U, std::vector<ChunkRef>(limits::kRequestChunksMax, ref)};
  ChunksMissing missing{~0U, std::vector<std::uint32_t>(limits::kRequestChunksMax, ~0U)};
  for (const MessageBody& body :
       {MessageBody(hello), MessageBody(state), MessageBody(chunks), MessageBody(missing)}) {
    CAPTURE(body.index());
    const Bytes bytes = encode(Message{share, body});
    CHECK(bytes.size() <= limits::kControlRecordBytesMax);
    const Message sent{share, body};
    CHECK(decode_message(bytes).value() == sent);
  }
}

TEST_CASE("The header of chunk data decodes to itself", "[core][message]") {
  const ChunkData header{numbered<ShareId>(9), 1, 0x01020304, ~0U};
  const Bytes bytes = encode(header);
  CHECK(bytes.size() == ChunkData::kHeaderBytes);
  CHECK(decode_chunk_data(bytes).value() == header);
  Bytes with_data = bytes;
  with_data.push_back(std::byte{1});
  CHECK(decode_chunk_data(with_data).value() == header);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = decode_chunk_data(ByteView(bytes).first(size));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == Errc::truncated);
  }
  CHECK(to_hex(ByteView(bytes).subspan(ShareId::kBytes)) == "0000000101020304ffffffff");
  CHECK(ChunkData::kHeaderBytes + ChunkData::kDataBytesMax <= limits::kBulkRecordBytesMax);
}

}  // namespace
}  // namespace lansync
