#include "core/wire/record.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/limits.h"
#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using test::random_bytes;

constexpr RecordType kControl{2};
constexpr RecordType kBulk{200};

Bytes header_bytes(std::uint32_t length, int type, int flags, std::uint16_t stream) {
  Bytes bytes;
  append_be(bytes, length);
  append_be(bytes, static_cast<std::uint8_t>(type));
  append_be(bytes, static_cast<std::uint8_t>(flags));
  append_be(bytes, stream);
  return bytes;
}

Bytes serialise(const std::vector<Record>& records) {
  Bytes bytes;
  for (const Record& record : records) {
    append(bytes, encode(record.header, record.payload.size()));
    append(bytes, record.payload);
  }
  return bytes;
}

// Fills in `stream`, in pieces of at most `piece` bytes.
std::vector<Record> assemble(RecordAssembler& assembler, ByteView stream, std::size_t piece) {
  std::vector<Record> records;
  while (!stream.empty()) {
    const auto room = assembler.room(std::min(piece, stream.size()));
    REQUIRE_FALSE(room.empty());
    std::copy_n(stream.begin(), room.size(), room.begin());
    stream = stream.subspan(room.size());
    auto record = assembler.filled(room.size());
    REQUIRE(record);
    if (*record) records.push_back(**std::move(record));
  }
  return records;
}

TEST_CASE("A record header has the bytes it always had", "[core][record]") {
  CHECK(to_hex(encode(RecordHeader{RecordType{0x80}, kRecordIgnorable, 0x0203}, 0x10000)) ==
        "0001000080010203");
}

TEST_CASE("The type decides how much a record may carry", "[core][record]") {
  CHECK(payload_bytes_max(RecordType::close) == limits::kControlRecordBytesMax);
  CHECK(payload_bytes_max(RecordType{127}) == limits::kControlRecordBytesMax);
  CHECK(payload_bytes_max(RecordType{128}) == limits::kBulkRecordBytesMax);
  CHECK(payload_bytes_max(RecordType{255}) == limits::kBulkRecordBytesMax);
}

TEST_CASE("A header that is not allowed is refused", "[core][record]") {
  const struct {
    const char* name;
    Bytes bytes;
    Errc errc;
  } cases[] = {
      {"type 0", header_bytes(0, 0, 0, 0), Errc::malformed},
      {"unknown flag", header_bytes(0, 2, 2, 0), Errc::malformed},
      {"all flags", header_bytes(0, 2, 0xff, 0), Errc::malformed},
      {"control one byte too long", header_bytes(262145, 2, 0, 0), Errc::limit_exceeded},
      {"control as long as bulk", header_bytes(1048576, 127, 0, 0), Errc::limit_exceeded},
      {"bulk one byte too long", header_bytes(1048577, 128, 0, 0), Errc::limit_exceeded},
      {"sign bit", header_bytes(0x80000000, 255, 0, 0), Errc::limit_exceeded},
      {"all ones", header_bytes(0xffffffff, 255, 0, 0), Errc::limit_exceeded},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto decoded = decode_record_header(c.bytes);
      REQUIRE_FALSE(decoded);
      CHECK(decoded.error().code == c.errc);

      RecordAssembler assembler;
      const auto room = assembler.room(100);
      REQUIRE(room.size() == kRecordHeaderBytes);
      std::ranges::copy(c.bytes, room.begin());
      CHECK_FALSE(assembler.filled(room.size()));
    }
  }
}

TEST_CASE("The longest records are allowed", "[core][record]") {
  for (const RecordType type : {kControl, kBulk}) {
    const auto decoded = decode_record_header(header_bytes(
        static_cast<std::uint32_t>(payload_bytes_max(type)), static_cast<int>(type), 1, 7));
    REQUIRE(decoded);
    CHECK(decoded->header == RecordHeader{type, kRecordIgnorable, 7});
    CHECK(decoded->payload_bytes == payload_bytes_max(type));
  }
}

TEST_CASE("Records come out the same however their bytes are cut", "[core][record]") {
  const std::vector<Record> records = {
      {{kControl, 0, 1}, random_bytes(1, 5)},
      {{kBulk, 0, 2}, {}},
      {{kBulk, 0, 3}, random_bytes(2, 300)},
      {{RecordType{3}, kRecordIgnorable, 4}, {}},
      {{RecordType{3}, 0, 0xffff}, random_bytes(3, 1)},
  };
  const Bytes stream = serialise(records);
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    RecordAssembler assembler;
    CHECK(assemble(assembler, stream, piece) == records);
    CHECK(assembler.between_records());
  }
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    RecordAssembler assembler;
    auto got = assemble(assembler, ByteView(stream).first(cut), stream.size());
    auto rest = assemble(assembler, ByteView(stream).subspan(cut), stream.size());
    std::ranges::move(rest, std::back_inserter(got));
    CHECK(got == records);
  }
}

TEST_CASE("The stream may end between records only", "[core][record]") {
  const Bytes stream = serialise({{{kControl, 0, 1}, random_bytes(1, 5)}});
  for (std::size_t size = 0; size <= stream.size(); ++size) {
    RecordAssembler assembler;
    assemble(assembler, ByteView(stream).first(size), 1000);
    CAPTURE(size);
    CHECK(assembler.between_records() == (size == 0 || size == stream.size()));
  }
}

TEST_CASE("Payloads given back serve again", "[core][record]") {
  const std::vector<Record> first = {{{kBulk, 0, 1}, random_bytes(1, 1'000'000)}};
  const std::vector<Record> second = {{{kBulk, 0, 2}, random_bytes(2, 300'000)},
                                      {{kControl, 0, 3}, random_bytes(3, 10)}};
  RecordAssembler assembler;
  auto got = assemble(assembler, serialise(first), 50'000);
  REQUIRE(got == first);
  const std::byte* const memory = got[0].payload.data();
  assembler.reuse(std::move(got[0].payload));
  for (int i = 0; i < 10; ++i) assembler.reuse(Bytes(1'000'000));
  assembler.reuse({});
  got = assemble(assembler, serialise(second), 50'000);
  CHECK(got == second);
  const auto more = assemble(assembler, serialise(second), 50'000);
  CHECK((got[0].payload.data() == memory || more[0].payload.data() == memory));
}

TEST_CASE("Any records in any pieces come out as they went in", "[core][record]") {
  const bool holds = rc::check([] {
    std::vector<Record> records;
    const auto sizes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange(0, 2000));
    for (const std::size_t size : sizes) {
      const auto type = static_cast<RecordType>(*rc::gen::inRange(1, 256));
      records.push_back(
          {{type, 0, *rc::gen::arbitrary<std::uint16_t>()}, random_bytes(size, size)});
    }
    RecordAssembler assembler;
    const auto piece = *rc::gen::inRange<std::size_t>(1, 3000);
    RC_ASSERT(assemble(assembler, serialise(records), piece) == records);
  });
  CHECK(holds);
}

}  // namespace
}  // namespace lansync
