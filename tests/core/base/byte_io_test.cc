#include "core/base/byte_io.h"

#include <limits>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/ids.h"

namespace lansync {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

TEST_CASE("Varints have the bytes of LEB128", "[base][byte_io]") {
  for (const auto& [value, bytes] : {std::pair<std::uint64_t, const char*>{0, "00"},
                                     {1, "01"},
                                     {127, "7f"},
                                     {128, "8001"},
                                     {300, "ac02"},
                                     {16'384, "808001"},
                                     {~std::uint64_t{0}, "ffffffffffffffffff01"}}) {
    ByteWriter writer;
    writer.varint(value);
    CHECK(to_hex(writer.bytes()) == bytes);
    ByteReader reader(writer.bytes());
    CHECK(reader.varint() == value);
    CHECK(reader.finish("varint"));
  }
}

TEST_CASE("Small negative numbers are short", "[base][byte_io]") {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  for (const auto& [value, bytes] : {std::pair<std::int64_t, const char*>{0, "00"},
                                     {-1, "01"},
                                     {1, "02"},
                                     {-64, "7f"},
                                     {64, "8001"},
                                     {kMax, "feffffffffffffffff01"},
                                     {kMin, "ffffffffffffffffff01"}}) {
    ByteWriter writer;
    writer.signed_varint(value);
    CHECK(to_hex(writer.bytes()) == bytes);
    ByteReader reader(writer.bytes());
    CHECK(reader.signed_varint() == value);
    CHECK(reader.finish("varint"));
  }
}

TEST_CASE("Any other spelling of a varint is refused", "[base][byte_io]") {
  for (const auto& [bytes, errc] : {std::pair{"", Errc::truncated},
                                    {"80", Errc::truncated},
                                    {"ffffff", Errc::truncated},
                                    {"8000", Errc::malformed},
                                    {"808000", Errc::malformed},
                                    {"ff00", Errc::malformed},
                                    {"ffffffffffffffffff02", Errc::malformed},
                                    {"ffffffffffffffffff81", Errc::malformed},
                                    {"ffffffffffffffffffff01", Errc::malformed},
                                    {"80808080808080808000", Errc::malformed},
                                    {"0000", Errc::malformed}}) {
    const Bytes input = hex(bytes);
    ByteReader reader(input);
    reader.varint();
    const auto finished = reader.finish("number");
    INFO(bytes);
    REQUIRE_FALSE(finished);
    CHECK(finished.error().code == errc);
  }
}

TEST_CASE("Bounds are checked before anything is read", "[base][byte_io]") {
  const Bytes input = hex("0568656c6c6f");
  {
    ByteReader reader(input);
    CHECK(as_text(reader.sized(5)) == "hello");
    CHECK(reader.finish("text"));
  }
  for (const std::size_t max : {std::size_t{0}, std::size_t{4}}) {
    ByteReader reader(input);
    CHECK(reader.sized(max).empty());
    CHECK(reader.finish("text").error().code == Errc::limit_exceeded);
  }
  {
    ByteReader reader(ByteView(input).first(5));
    CHECK(reader.sized(100).empty());
    CHECK(reader.finish("text").error().code == Errc::truncated);
  }
  {
    // A length that no memory has.
    const Bytes huge = hex("ffffffffffffffffff01");
    ByteReader reader(huge);
    CHECK(reader.sized(std::numeric_limits<std::size_t>::max()).empty());
    CHECK(reader.finish("text").error().code == Errc::truncated);
  }
}

TEST_CASE("The first failure stays", "[base][byte_io]") {
  const Bytes input =
      hex("8000"
          "05");
  ByteReader reader(input);
  CHECK(reader.varint() == 0);
  CHECK(reader.varint() == 0);
  CHECK(reader.raw(1).empty());
  CHECK(reader.id<ShareId>() == ShareId{});
  reader.fail(Errc::limit_exceeded);
  CHECK(reader.failed());
  const auto finished = reader.finish("thing");
  REQUIRE_FALSE(finished);
  CHECK(finished.error().code == Errc::malformed);
  CHECK(finished.error().context == "thing");
}

TEST_CASE("What is left over is an error", "[base][byte_io]") {
  const Bytes input = hex("0102");
  ByteReader reader(input);
  CHECK(reader.varint() == 1);
  CHECK(reader.rest().size() == 1);
  CHECK(reader.finish("thing").error().code == Errc::malformed);
}

TEST_CASE("What is written reads back, and no prefix of it does", "[base][byte_io]") {
  rc::check([](std::uint64_t number, std::int64_t number_with_sign, const std::string& text) {
    ByteWriter writer;
    writer.varint(number);
    writer.signed_varint(number_with_sign);
    writer.sized(as_bytes(text));
    const auto read = [&](ByteView bytes) {
      ByteReader reader(bytes);
      const bool equal = reader.varint() == number && reader.signed_varint() == number_with_sign &&
                         as_text(reader.sized(1 << 20)) == text;
      return reader.finish("all").has_value() && equal;
    };
    RC_ASSERT(read(writer.bytes()));
    for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
      RC_ASSERT(!read(ByteView(writer.bytes()).first(size)));
    }
  });
}

}  // namespace
}  // namespace lansync
