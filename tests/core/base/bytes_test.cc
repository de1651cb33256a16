#include "core/base/bytes.h"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

namespace lansync {
namespace {

using Text = std::string_view;

TEST_CASE("Bytes are shown as lower-case hex") {
  CHECK(to_hex({}).empty());
  CHECK(to_hex(as_bytes(Text("\x00\x01\x7f\x80\xff", 5))) == "00017f80ff");
}

TEST_CASE("Hex of either case is read") {
  CHECK(from_hex("") == Bytes{});
  CHECK(from_hex("00fF") == Bytes{std::byte{0}, std::byte{0xff}});
  CHECK(from_hex("aBcDeF") == Bytes{std::byte{0xab}, std::byte{0xcd}, std::byte{0xef}});
}

TEST_CASE("What is not an even number of hex digits is no bytes") {
  for (const Text bad : {"0", "000", "0g", "g0", "0x00", " 00", "00 ", "0 ", "-1", "+1", "0/",
                         "0:", "0@", "0G", "0`", "é"}) {
    CAPTURE(bad);
    CHECK_FALSE(from_hex(bad).has_value());
  }
  CHECK_FALSE(from_hex(Text("0\0", 2)).has_value());
}

TEST_CASE("Bytes that became hex come back") {
  CHECK(rc::check([](const std::vector<std::uint8_t>& values) {
    const Bytes bytes = to_bytes(std::as_bytes(std::span(values)));
    const auto back = from_hex(to_hex(bytes));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == bytes);
  }));
}

TEST_CASE("Base32 is RFC 4648's, in lower case and without padding") {
  // RFC 4648, section 10.
  CHECK(to_base32(as_bytes(Text(""))) == "");
  CHECK(to_base32(as_bytes(Text("f"))) == "my");
  CHECK(to_base32(as_bytes(Text("fo"))) == "mzxq");
  CHECK(to_base32(as_bytes(Text("foo"))) == "mzxw6");
  CHECK(to_base32(as_bytes(Text("foob"))) == "mzxw6yq");
  CHECK(to_base32(as_bytes(Text("fooba"))) == "mzxw6ytb");
  CHECK(to_base32(as_bytes(Text("foobar"))) == "mzxw6ytboi");
  CHECK(to_base32(Bytes(5, std::byte{0xff})) == "77777777");
}

TEST_CASE("Integers are written most significant byte first") {
  Bytes bytes;
  append_be<std::uint8_t>(bytes, 0xfe);
  append_be<std::uint16_t>(bytes, 0x0102);
  append_be<std::uint32_t>(bytes, 0x80000001);
  append_be<std::uint64_t>(bytes, 0x0102030405060708);
  CHECK(to_hex(bytes) == "fe0102800000010102030405060708");
  append_be<std::int64_t>(bytes, -2);
  CHECK(load_be<std::int64_t>(ByteView(bytes).last(8)) == -2);
}

TEST_CASE("Integers are read as they were written") {
  CHECK(rc::check([](std::uint16_t small, std::uint32_t middle, std::uint64_t large) {
    Bytes bytes;
    append_be(bytes, small);
    append_be(bytes, middle);
    append_be(bytes, large);
    RC_ASSERT(bytes.size() == 14u);
    RC_ASSERT(load_be<std::uint16_t>(bytes) == small);
    RC_ASSERT(load_be<std::uint32_t>(ByteView(bytes).subspan(2)) == middle);
    RC_ASSERT(load_be<std::uint64_t>(ByteView(bytes).subspan(6)) == large);
  }));
}

TEST_CASE("Text and bytes are views of the same memory") {
  const std::string text("a\0\xff", 3);
  CHECK(as_bytes(text).size() == 3);
  CHECK(as_text(as_bytes(text)) == text);
  CHECK(as_text(as_bytes(text)).data() == text.data());
  CHECK(as_text(to_bytes(text)) == text);
}

}  // namespace
}  // namespace lansync
