// What a hostile author might sign.
#include <limits>

#include <catch2/catch.hpp>

#include "core/base/byte_io.h"
#include "core/base/limits.h"
#include "core/chunk/hash.h"
#include "tests/core/index/sample_segment.h"

namespace lansync::test {
namespace {

struct BodyParts {
  std::string path = "f";
  std::uint64_t kind = 1;
  std::uint64_t based = 0;
  std::uint64_t size = 5;
  ContentId content;
  std::uint64_t chunk_class = 0;
  std::uint64_t one_chunk = 1;
  std::string target = "t";
  std::uint64_t mode = 0644;
  std::string tail;
};

Bytes body_of(const BodyParts& parts) {
  ByteWriter writer;
  writer.sized(as_bytes(parts.path));
  writer.varint(parts.kind);
  writer.signed_varint(1);
  writer.varint(parts.based);
  if (parts.kind == 1) {
    writer.varint(parts.size);
    writer.raw(parts.content.view());
    writer.varint(parts.chunk_class);
    writer.varint(parts.one_chunk);
  }
  if (parts.kind == 3) writer.sized(as_bytes(parts.target));
  if (parts.kind != 4) {
    writer.varint(parts.mode);
    for (int i = 0; i < 3; ++i) writer.signed_varint(1);
  }
  writer.raw(as_bytes(parts.tail));
  return std::move(writer).take();
}

Errc error_of_body(const BodyParts& parts) {
  const SegmentEntry entry{Bytes{std::byte{0}}, body_of(parts)};
  const auto decoded = decode_entry(sample_header(), 8, entry);
  return decoded ? Errc{} : static_cast<Errc>(decoded.error().code.value());
}

TEST_CASE("Bodies that break a rule are refused", "[index][segment]") {
  const std::string nul("a\0b", 3);
  CHECK(error_of_body({}) == Errc{});
  CHECK(error_of_body({.kind = 3}) == Errc{});
  CHECK(error_of_body({.size = limits::kChunkBytesMax}) == Errc{});
  CHECK(error_of_body({.size = limits::kFileBytesMax, .one_chunk = 0}) == Errc{});

  const ContentId nothing{hash_of({})};
  CHECK(error_of_body({.size = 0, .content = nothing}) == Errc{});
  CHECK(error_of_body({.size = 0}) == Errc::malformed);
  CHECK(error_of_body({.size = 0, .content = nothing, .one_chunk = 0}) == Errc::malformed);
  CHECK(error_of_body({.size = 0, .one_chunk = 0}) == Errc::malformed);
  CHECK(error_of_body({.size = 1, .content = nothing}) == Errc::malformed);
  CHECK(error_of_body({.size = 1, .content = nothing, .one_chunk = 0}) == Errc::malformed);

  CHECK(error_of_body({.kind = 0}) == Errc::malformed);
  CHECK(error_of_body({.kind = 6}) == Errc::limit_exceeded);
  CHECK(error_of_body({.kind = std::uint64_t{1} << 40}) == Errc::limit_exceeded);
  CHECK(error_of_body({.based = 2}) == Errc::limit_exceeded);
  CHECK(error_of_body({.size = limits::kChunkBytesMax + 1}) == Errc::malformed);
  CHECK(error_of_body({.size = limits::kFileBytesMax + 1, .one_chunk = 0}) == Errc::limit_exceeded);
  CHECK(error_of_body({.chunk_class = 4}) == Errc::limit_exceeded);
  CHECK(error_of_body({.one_chunk = 2}) == Errc::limit_exceeded);
  CHECK(error_of_body({.mode = 01000}) == Errc::limit_exceeded);
  CHECK(error_of_body({.mode = 04755}) == Errc::limit_exceeded);
  CHECK(error_of_body({.kind = 3, .target = ""}) == Errc::malformed);
  CHECK(error_of_body({.kind = 3, .target = nul}) == Errc::malformed);
  CHECK(error_of_body({.kind = 3, .target = std::string(4095, 't')}) == Errc{});
  CHECK(error_of_body({.kind = 3, .target = std::string(4096, 't')}) == Errc::limit_exceeded);
  for (const std::uint64_t kind : {1U, 2U, 3U, 4U, 5U}) {
    CHECK(error_of_body({.kind = kind}) == Errc{});
    CHECK(error_of_body({.kind = kind, .tail = "x"}) == Errc::malformed);
  }
  for (const std::string& path :
       {std::string(), std::string("/etc/passwd"), std::string("../f"), std::string("a/../f"),
        std::string("a//b"), std::string("a/"), std::string("."), std::string(".lansync/share"),
        std::string("\xff"), nul}) {
    INFO(path);
    CHECK(error_of_body({.path = path}) != Errc{});
  }
  CHECK(error_of_body({.path = std::string(4096, 'p')}) == Errc::limit_exceeded);
}

// Pairs of (position in the context, counter).
Errc error_of_stub(std::uint64_t count, std::vector<std::pair<std::uint64_t, std::uint64_t>> dots,
                   std::string_view tail = "") {
  ByteWriter writer;
  writer.varint(count);
  for (const auto& [position, counter] : dots) {
    writer.varint(position);
    writer.varint(counter);
  }
  writer.raw(as_bytes(tail));
  const SegmentEntry entry{writer.bytes(), body_of({})};
  const auto decoded = decode_entry(sample_header(), 9, entry);
  return decoded ? Errc{} : static_cast<Errc>(decoded.error().code.value());
}

TEST_CASE("Stubs that break a rule are refused", "[index][segment]") {
  // The context, in order: author 2 up to 900, author 1 up to 3, the author itself up to 7. The
  // author's own dots stand at the position after the last.
  CHECK(error_of_stub(0, {}) == Errc{});
  CHECK(error_of_stub(3, {{0, 900}, {1, 3}, {3, 8}}) == Errc{});

  CHECK(error_of_stub(1, {}) == Errc::truncated);
  CHECK(error_of_stub(0, {{0, 1}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{0, 1}}, "x") == Errc::malformed);
  CHECK(error_of_stub(limits::kSupersedesMax + 1, {}) == Errc::limit_exceeded);
  CHECK(error_of_stub(~std::uint64_t{0}, {}) == Errc::limit_exceeded);
  // Dots that nobody has.
  CHECK(error_of_stub(1, {{0, 0}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{4, 1}}) == Errc::limit_exceeded);
  // Causes that the author cannot have seen: later than its context, itself, its future.
  CHECK(error_of_stub(1, {{0, 901}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{1, 4}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{3, 9}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{3, ~std::uint64_t{0}}}) == Errc::malformed);
  // Other spellings of the same.
  CHECK(error_of_stub(1, {{2, 5}}) == Errc::malformed);
  CHECK(error_of_stub(2, {{0, 5}, {0, 5}}) == Errc::malformed);
  CHECK(error_of_stub(2, {{0, 5}, {0, 4}}) == Errc::malformed);
  CHECK(error_of_stub(2, {{1, 1}, {0, 5}}) == Errc::malformed);
}

TEST_CASE("Headers that break a rule are refused", "[index][segment]") {
  const auto error_of = [](const SegmentHeader& header) {
    const auto decoded = decode_segment_header(encode(header));
    return decoded ? Errc{} : static_cast<Errc>(decoded.error().code.value());
  };
  SegmentHeader good = sample_header();
  good.count = 5;
  REQUIRE(error_of(good) == Errc{});

  SegmentHeader bad = good;
  bad.count = 0;
  CHECK(error_of(bad) == Errc::malformed);
  bad = good;
  bad.count = limits::kSegmentChangesMax;
  CHECK(error_of(bad) == Errc{});
  ++bad.count;
  CHECK(error_of(bad) == Errc::limit_exceeded);
  bad = good;
  bad.first = 0;
  CHECK(error_of(bad) == Errc::malformed);
  // Its own past is part of what an author has seen, neither more nor less.
  for (const std::uint64_t first : {1U, 7U, 9U}) {
    bad = good;
    bad.first = first;
    CHECK(error_of(bad) == Errc::malformed);
  }
  bad = good;
  bad.context.advance(author_of(0), 8);
  CHECK(error_of(bad) == Errc::malformed);
  // Only a first segment has no predecessor.
  bad = good;
  bad.previous = {};
  CHECK(error_of(bad) == Errc::malformed);
  bad = SegmentHeader();
  bad.first = 1;
  bad.count = 1;
  CHECK(error_of(bad) == Errc{});
  bad.previous = id_of<SegmentHash>(1);
  CHECK(error_of(bad) == Errc::malformed);
  // The counters end before they begin again.
  bad = good;
  bad.first = std::numeric_limits<std::uint64_t>::max();
  bad.context.advance(author_of(0), bad.first - 1);
  CHECK(error_of(bad) == Errc::malformed);

  SegmentHeader many;
  many.first = many.count = 1;
  for (std::size_t i = 1; i <= limits::kClockAuthorsMax; ++i) {
    many.context.advance({id_of<DeviceId>(1), i}, 1);
  }
  CHECK(error_of(many) == Errc{});
  many.context.advance({id_of<DeviceId>(2), 1}, 1);
  CHECK(error_of(many) == Errc::limit_exceeded);

  Bytes longer = encode(good);
  longer.push_back(std::byte{0});
  CHECK(decode_segment_header(longer).error().code == Errc::malformed);
}

}  // namespace
}  // namespace lansync::test
