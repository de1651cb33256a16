// What a member can send that protobuf or we must refuse. Ids such as B050 name the inputs of one
// list of hostile inputs that the tests of all layers share.
#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "core/wire/message.h"
#include "tests/core/wire/crafted_message.h"
#include "tests/core/wire/sample_messages.h"

namespace lansync {
namespace {

using test::Crafted;
using test::numbered;

Bytes id(int number) { return to_bytes(numbered<ShareId>(number).view()); }

Crafted message() { return Crafted().bytes(1, id(1)); }
Crafted message(std::uint64_t kind, const Crafted& body) { return message().bytes(kind, body); }

// Kinds, as proto/message.proto numbers them.
constexpr std::uint64_t kHello = 2;
constexpr std::uint64_t kMemberOps = 4;
constexpr std::uint64_t kState = 5;
constexpr std::uint64_t kSegment = 6;
constexpr std::uint64_t kChunkListRequest = 7;
constexpr std::uint64_t kChunkListReply = 8;
constexpr std::uint64_t kChunkRequest = 9;
constexpr std::uint64_t kChunksMissing = 10;
constexpr std::uint64_t kChunksHeld = 15;
constexpr std::uint64_t kBarrier = 11;
constexpr std::uint64_t kAuditQuestion = 13;
constexpr std::uint64_t kAuditAnswer = 14;

Crafted repeated(std::size_t count, std::uint64_t field, ByteView value) {
  Crafted body;
  for (std::size_t i = 0; i < count; ++i) body.bytes(field, value);
  return body;
}

Errc code_of(const Crafted& bytes) {
  const auto decoded = decode_message(bytes.bytes());
  if (decoded) return Errc{};
  for (const Errc errc : {Errc::malformed, Errc::limit_exceeded}) {
    if (decoded.error().code == errc) return errc;
  }
  return Errc::wrong_state;
}

constexpr Errc kAccepted{};

Crafted clock(const std::vector<std::pair<int, std::uint64_t>>& entries) {
  Crafted clock;
  for (const auto& [device, counter] : entries) {
    const Crafted author = Crafted().bytes(1, id(device));
    clock.bytes(1, Crafted().bytes(1, author).number(2, counter));
  }
  return message(kState, Crafted().bytes(1, clock).bytes(2, id(0)));
}

Crafted chunk_ref(std::uint64_t bytes, ByteView hash = {}) {
  return message(kChunkRequest,
                 Crafted().bytes(2, Crafted().bytes(1, id(1)).bytes(3, hash).number(4, bytes)));
}

Crafted chunk_list(std::uint64_t total, std::uint32_t bytes, std::size_t rest = 32) {
  Bytes chunks;
  append_be(chunks, bytes);
  chunks.resize(chunks.size() + rest);
  return message(kChunkListReply, Crafted().number(2, total).bytes(4, chunks));
}

Crafted entries(std::size_t count, const Crafted& entry) {
  return message(kSegment, repeated(count, 3, entry.bytes()));
}

struct Row {
  std::string what;
  Crafted bytes;
  Errc expected;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(code_of(row.bytes) == row.expected);
  }
}

TEST_CASE("A message without its parts is malformed", "[core][message]") {
  const Bytes short_id(31);
  const Bytes long_id(33);
  const Crafted some_barrier = Crafted().number(1, 5);
  check({
      {"nothing", Crafted(), Errc::malformed},
      {"a share and no body", message(), Errc::malformed},
      {"a body and no share", Crafted().bytes(kBarrier, some_barrier), Errc::malformed},
      {"share of 31 bytes", Crafted().bytes(1, short_id).bytes(kBarrier, some_barrier),
       Errc::malformed},
      {"share of 33 bytes", Crafted().bytes(1, long_id).bytes(kBarrier, some_barrier),
       Errc::malformed},
      {"a kind of a later version", message().bytes(13, some_barrier), Errc::malformed},
      {"head of 31 bytes", message(kHello, Crafted().bytes(1, short_id)), Errc::malformed},
      {"head of no bytes", message(kHello, Crafted().bytes(1, Bytes())), Errc::malformed},
      {"end of a log of 31 bytes",
       message(kHello, Crafted().bytes(4, Crafted().bytes(3, short_id))), Errc::malformed},
      {"no fingerprint", message(kState, Crafted()), Errc::malformed},
      {"fingerprint of 31 bytes", message(kState, Crafted().bytes(2, short_id)), Errc::malformed},
      {"no content", message(kChunkListRequest, Crafted().number(1, 1)), Errc::malformed},
      {"content of 33 bytes", message(kChunkListRequest, Crafted().bytes(2, long_id)),
       Errc::malformed},
      {"neither body nor hash", entries(1, Crafted().bytes(1, Bytes(1))), Errc::malformed},
      {"hash of a body of 31 bytes", entries(1, Crafted().bytes(3, short_id)), Errc::malformed},
      {"empty body", entries(1, Crafted().bytes(2, Bytes())), kAccepted},
      {"a barrier", message(kBarrier, some_barrier), kAccepted},
  });
}

TEST_CASE("A clock is sorted and has no zeros", "[core][message]") {
  check({
      {"in order", clock({{1, 5}, {2, 1}, {3, 9}}), kAccepted},
      {"empty", clock({}), kAccepted},
      {"out of order", clock({{2, 1}, {1, 5}}), Errc::malformed},
      {"an author twice", clock({{1, 5}, {1, 6}}), Errc::malformed},
      {"an author twice, the same", clock({{1, 5}, {1, 5}}), Errc::malformed},
      {"a zero", clock({{1, 0}}), Errc::malformed},
      {"a zero among others", clock({{1, 1}, {2, 0}, {3, 1}}), Errc::malformed},
  });
}

TEST_CASE("Chunks have a length that a chunk can have, and a hash or none", "[core][message]") {
  const std::uint64_t most = limits::kChunkBytesMax;
  const auto most32 = static_cast<std::uint32_t>(most);
  const std::uint64_t most_chunks = limits::kChunksPerFileMax;
  check({
      {"asked for: 0 bytes", chunk_ref(0), Errc::malformed},
      {"asked for: 1 byte", chunk_ref(1), kAccepted},
      {"asked for: the most", chunk_ref(most), kAccepted},
      {"asked for: one more", chunk_ref(most + 1), Errc::malformed},
      {"asked for: 2^32 - 1", chunk_ref(0xffffffff), Errc::malformed},
      {"asked for: hash of 32", chunk_ref(1, Bytes(32)), kAccepted},
      {"asked for: hash of 31", chunk_ref(1, Bytes(31)), Errc::malformed},
      {"asked for: hash of 1", chunk_ref(1, Bytes(1)), Errc::malformed},
      {"listed: 0 bytes", chunk_list(1, 0), Errc::malformed},
      {"listed: 1 byte", chunk_list(1, 1), kAccepted},
      {"listed: the most", chunk_list(1, most32), kAccepted},
      {"listed: one more", chunk_list(1, most32 + 1), Errc::malformed},
      {"listed: half a chunk", chunk_list(1, 1, 31), Errc::malformed},
      {"listed: a chunk and a byte", chunk_list(1, 1, 33), Errc::malformed},
      {"a file of the most chunks", chunk_list(most_chunks, 1), kAccepted},
      {"a file of one more", chunk_list(most_chunks + 1, 1), Errc::limit_exceeded},
  });
}

Crafted question(std::string_view after, std::string_view through) {
  return message(kAuditQuestion, Crafted()
                                     .bytes(2, id(1))
                                     .bytes(3, as_bytes(after))
                                     .bytes(4, as_bytes(through))
                                     .bytes(6, id(2)));
}

Crafted part(std::string_view through, std::uint64_t paths = 1, std::size_t fingerprint = 32) {
  return Crafted().bytes(1, as_bytes(through)).number(2, paths).bytes(3, Bytes(fingerprint));
}

Crafted answer(std::uint64_t kind, const std::vector<Crafted>& parts) {
  Crafted body = Crafted().number(2, kind);
  for (const Crafted& one : parts) body.bytes(3, one);
  return message(kAuditAnswer, body);
}

TEST_CASE("An audit is about paths that can be, in order", "[core][message]") {
  const std::string long_path(limits::kPathBytesMax + 1, 'a');
  const Crafted no_clock = Crafted().bytes(6, id(2));
  const Crafted no_fingerprint = Crafted().bytes(2, id(1));
  std::vector<Crafted> parts;
  for (char c = 'a'; c < 'a' + 16; ++c) parts.push_back(part(std::string(1, c)));
  std::vector<Crafted> too_many = parts;
  too_many.push_back(part("z"));
  check({
      {"all paths", question("", ""), kAccepted},
      {"from one on", question("a", ""), kAccepted},
      {"up to one", question("", "a"), kAccepted},
      {"between two", question("a", "a/b"), kAccepted},
      {"no paths", question("a", "a"), Errc::malformed},
      {"backwards", question("b", "a"), Errc::malformed},
      {"no clock", message(kAuditQuestion, no_clock), Errc::malformed},
      {"no fingerprint", message(kAuditQuestion, no_fingerprint), Errc::malformed},
      {"a way out", question("", "../a"), Errc::malformed},
      {"an absolute path", question("/a", ""), Errc::malformed},
      {"our own folder", question("", ".lansync/a"), Errc::malformed},
      {"no text", question("", "\xff"), Errc::malformed},
      {"a path that is too long", question(long_path, ""), Errc::malformed},
      {"the same", answer(1, {}), kAccepted},
      {"the same, and yet not", answer(1, {part("a")}), Errc::malformed},
      {"moving", answer(3, {}), kAccepted},
      {"moving, and yet not", answer(3, {part("a")}), Errc::malformed},
      {"no kind", answer(0, {}), Errc::malformed},
      {"an unknown kind", answer(4, {}), Errc::malformed},
      {"a kind beyond a byte", answer(257, {}), Errc::malformed},
      {"no parts: none of these paths", answer(2, {}), kAccepted},
      {"parts", answer(2, parts), kAccepted},
      {"more parts", answer(2, too_many), Errc::limit_exceeded},
      {"a part twice", answer(2, {part("a"), part("a")}), Errc::malformed},
      {"parts out of order", answer(2, {part("b"), part("a")}), Errc::malformed},
      {"a part without end", answer(2, {part("")}), Errc::malformed},
      {"a part of nothing", answer(2, {part("a", 0)}), Errc::malformed},
      {"a part that leads out", answer(2, {part("a/..")}), Errc::malformed},
      {"half a fingerprint", answer(2, {part("a", 1, 16)}), Errc::malformed},
      {"no fingerprint", answer(2, {part("a", 1, 0)}), Errc::malformed},
  });
}

TEST_CASE("Counts have limits", "[core][message]") {
  Crafted authors;
  for (std::size_t i = 0; i <= limits::kClockAuthorsMax; ++i) authors.bytes(1, Crafted());
  const auto hellos = [](std::size_t count) { return message(kHello, repeated(count, 1, id(1))); };
  const auto ops = [](std::size_t count) {
    return message(kMemberOps, repeated(count, 2, Bytes()));
  };
  const auto refs = [](std::size_t count) {
    const Crafted ref = Crafted().bytes(1, id(1)).number(4, 1);
    return message(kChunkRequest, repeated(count, 2, ref.bytes()));
  };
  const auto places = [](std::size_t count) {
    return message(kChunksMissing, Crafted().bytes(2, Bytes(count)));
  };
  const Crafted empty_body = Crafted().bytes(2, Bytes());
  const Bytes log_end = Crafted().bytes(3, id(1)).bytes();
  check({
      {"heads", hellos(256), kAccepted},
      {"more heads", hellos(257), Errc::limit_exceeded},
      {"logs", message(kHello, repeated(ShareHello::kOwnLogsMax, 4, log_end)), kAccepted},
      {"more logs", message(kHello, repeated(ShareHello::kOwnLogsMax + 1, 4, log_end)),
       Errc::limit_exceeded},
      {"ops", ops(4096), kAccepted},
      {"more ops", ops(4097), Errc::limit_exceeded},
      {"more authors", message(kState, Crafted().bytes(1, authors)), Errc::limit_exceeded},
      {"changes", entries(limits::kSegmentChangesMax, empty_body), kAccepted},
      {"more changes", entries(limits::kSegmentChangesMax + 1, empty_body), Errc::limit_exceeded},
      {"chunks", refs(limits::kRequestChunksMax), kAccepted},
      {"more chunks", refs(limits::kRequestChunksMax + 1), Errc::limit_exceeded},
      {"places", places(limits::kRequestChunksMax), kAccepted},
      {"more places", places(limits::kRequestChunksMax + 1), Errc::limit_exceeded},
  });
}

TEST_CASE("A message is at most 256 KiB, and is not parsed if it is more", "[core][message]") {
  const Crafted some_barrier = message(kBarrier, Crafted().number(1, 5));
  // A field that nobody knows, to fill it up.
  const auto filled = [&](std::size_t total) {
    Crafted bytes = some_barrier;
    bytes.bytes(99, Bytes(total - bytes.bytes().size() - 5));
    REQUIRE(bytes.bytes().size() == total);
    return bytes;
  };
  CHECK(code_of(filled(limits::kControlRecordBytesMax)) == kAccepted);
  CHECK(code_of(filled(limits::kControlRecordBytesMax + 1)) == Errc::limit_exceeded);
}

TEST_CASE("B050: a message is at most 16 levels deep", "[core][message]") {
  const Crafted some_barrier = message(kBarrier, Crafted().number(1, 5));
  const auto at_top = [&](std::size_t depth) { return Crafted(some_barrier).groups(depth); };
  // Inside segment and entry, which are two levels themselves.
  const auto inside = [&](std::size_t depth) {
    return entries(1, Crafted().bytes(2, Bytes()).groups(depth));
  };
  constexpr std::size_t kDeepest = limits::kMessageDepthMax;
  CHECK(code_of(at_top(kDeepest)) == kAccepted);
  CHECK(code_of(inside(kDeepest - 2)) == kAccepted);
  for (const std::size_t depth :
       {kDeepest + 1, std::size_t{101}, std::size_t{5'000}, std::size_t{60'000}}) {
    CAPTURE(depth);
    CHECK(code_of(at_top(depth)) == Errc::malformed);
    CHECK(code_of(inside(depth - 2)) == Errc::malformed);
  }
  CHECK(code_of(at_top(100'000)) == Errc::limit_exceeded);
}

TEST_CASE("B051: messages of nothing but empty parts are refused by their number",
          "[core][message]") {
  // Two bytes each, and more than a hundred in memory.
  const std::size_t most = limits::kControlRecordBytesMax / 2 - 100;
  check({
      {"changes", entries(most, Crafted()), Errc::limit_exceeded},
      {"ops", message(kMemberOps, repeated(most, 2, {})), Errc::limit_exceeded},
      {"heads", message(kHello, repeated(most, 1, {})), Errc::limit_exceeded},
      {"chunks", message(kChunkRequest, repeated(most, 2, {})), Errc::limit_exceeded},
      {"a MiB of them", entries(std::size_t{1} << 19, Crafted()), Errc::limit_exceeded},
  });
}

TEST_CASE("B052: a packed field of very many numbers is refused", "[core][message]") {
  for (const std::size_t count :
       {std::size_t{2'000}, std::size_t{200'000}, std::size_t{1'000'000}}) {
    CAPTURE(count);
    const Crafted packed = Crafted().bytes(2, Bytes(count));
    CHECK(code_of(message(kChunksMissing, packed)) == Errc::limit_exceeded);
    const Crafted held = Crafted().bytes(1, id(1)).bytes(2, Bytes(count));
    CHECK(code_of(message(kChunksHeld, held)) == Errc::limit_exceeded);
  }
}

TEST_CASE("B053: a length that is a lie is malformed", "[core][message]") {
  // 2 GiB, 1 GiB and 40 MB of share id, then as segment.
  for (const char* length : {"8080808008", "8080808004", "80dac409", "ffffffff0f"}) {
    CAPTURE(length);
    CHECK(code_of(Crafted().raw_hex("0a").raw_hex(length).raw_hex("0000")) == Errc::malformed);
    CHECK(code_of(message().raw_hex("32").raw_hex(length).raw_hex("0000")) == Errc::malformed);
  }
}

TEST_CASE("B054: what is no protobuf is malformed", "[core][message]") {
  const Crafted some_barrier = message(kBarrier, Crafted().number(1, 5));
  for (const char* bytes :
       {"00", "0000", "02", "0e00", "0f00", "06", "07", "9e06", "5affffffffffffffffffff01",
        "58ffffffffffffffffffff01", "58ff", "5a", "5a05", "9b06a406", "9c06", "9b06"}) {
    CAPTURE(bytes);
    CHECK(code_of(Crafted(some_barrier).raw_hex(bytes)) == Errc::malformed);
  }
}

TEST_CASE("B055: signed bytes that are no text come through as they are", "[core][message]") {
  Segment segment;
  segment.header = from_hex("c0af").value();
  segment.entries.push_back({from_hex("eda080").value(), from_hex("ff00fe").value()});
  const Message sent{numbered<ShareId>(1), segment};
  CHECK(decode_message(encode(sent)).value() == sent);
}

TEST_CASE("B056: of what is said twice, the last holds", "[core][message]") {
  const Crafted five = Crafted().number(1, 5);
  const Crafted six = Crafted().number(1, 6);
  const Message expected{numbered<ShareId>(1), Barrier{6}};
  CHECK(decode_message(message(kBarrier, five).bytes(kBarrier, six).bytes()).value() == expected);
  CHECK(decode_message(message(kHello, Crafted()).bytes(kBarrier, six).bytes()).value() ==
        expected);
  const Crafted two_shares = Crafted().bytes(1, id(9)).bytes(1, id(1)).bytes(kBarrier, six);
  CHECK(decode_message(two_shares.bytes()).value() == expected);
  // The arms of an entry: a body, and then a hash.
  const auto entry =
      decode_message(entries(1, Crafted().bytes(2, Bytes(1)).bytes(3, id(1))).bytes());
  REQUIRE(entry);
  CHECK(std::get<Segment>(entry->body).entries.at(0).pruned());
}

TEST_CASE("B057: unknown fields are ignored, garbage is malformed", "[core][message]") {
  const Message sent{numbered<ShareId>(1), Barrier{5}};
  const Crafted some_barrier = message(kBarrier, Crafted().number(1, 5));
  CHECK(decode_message(Crafted(some_barrier).number(99, 7).bytes(98, id(1)).bytes()).value() ==
        sent);
  const Crafted more = Crafted().number(1, 5).number(77, 1).bytes(78, id(2));
  CHECK(decode_message(message(kBarrier, more).bytes()).value() == sent);
  // Bytes that happen to begin a field of their own.
  for (const char* garbage : {"ff", "ffffff", "0a", "0a20", "0aff", "616263", "00000000"}) {
    CAPTURE(garbage);
    CHECK(code_of(Crafted(some_barrier).raw_hex(garbage)) == Errc::malformed);
  }
}

TEST_CASE("B058: numbers out of range are refused or cut to their width", "[core][message]") {
  constexpr std::uint64_t kMinusOne = ~std::uint64_t{0};
  CHECK(code_of(chunk_ref(kMinusOne)) == Errc::malformed);
  CHECK(code_of(chunk_list(kMinusOne, 1)) == Errc::limit_exceeded);
  CHECK(code_of(chunk_list(1, 0x80000000)) == Errc::malformed);
  // Above 32 bits, as protobuf reads it: the lower ones.
  CHECK(code_of(chunk_ref((std::uint64_t{1} << 32) + 1)) == kAccepted);
  CHECK(code_of(chunk_ref(std::uint64_t{1} << 32)) == Errc::malformed);
  const Crafted two = Crafted().bytes(1, id(0)).bytes(2, id(0)).number(3, 2);
  CHECK(code_of(message(kState, Crafted().bytes(2, id(0)).number(3, 2))) == kAccepted);
  CHECK(code_of(message(kState, two)) == Errc::malformed);
}

}  // namespace
}  // namespace lansync
