#include "core/sync/grant.h"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/byte_io.h"
#include "core/base/limits.h"
#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using test::random_bytes;

Grant sample(std::size_t ops) {
  Grant grant;
  grant.genesis = {random_bytes(1, 90), random_bytes(2, 64)};
  for (std::size_t i = 0; i < ops; ++i) {
    grant.ops.push_back({random_bytes(3 + i, 120 + i % 40), random_bytes(1000 + i, 64)});
  }
  return grant;
}

TEST_CASE("A grant decodes to itself", "[core][grant]") {
  const std::vector<std::size_t> counts = {0, 1, 2, 127, 128, 4096};
  for (const std::size_t ops : counts) {
    CAPTURE(ops);
    const Grant grant = sample(ops);
    CHECK(decode_grant(encode(grant)).value() == grant);
  }
}

TEST_CASE("No part of a grant is a grant", "[core][grant]") {
  const Bytes bytes = encode(sample(3));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const auto decoded = decode_grant(ByteView(bytes).first(size));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == Errc::truncated);
  }
  Bytes longer = bytes;
  longer.push_back(std::byte{0});
  const auto decoded = decode_grant(longer);
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().code == Errc::malformed);
}

TEST_CASE("A changed grant is refused or says something else", "[core][grant]") {
  const Grant grant = sample(2);
  const Bytes bytes = encode(grant);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes changed = bytes;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    CAPTURE(bit);
    const auto decoded = decode_grant(changed);
    if (!decoded) continue;
    CHECK_FALSE(*decoded == grant);
    CHECK(encode(*decoded) == changed);
  }
}

TEST_CASE("A grant beyond its limits is refused", "[core][grant]") {
  const auto code_of = [](const ByteWriter& writer) {
    const auto decoded = decode_grant(writer.bytes());
    return decoded ? std::error_code() : decoded.error().code;
  };
  const Bytes record = encode(SignedRecord{});
  ByteWriter many;
  many.sized(record);
  many.varint(4097);
  for (int i = 0; i < 4097; ++i) many.sized(record);
  CHECK(code_of(many) == Errc::limit_exceeded);

  ByteWriter promised;
  promised.sized(record);
  promised.varint(~std::uint64_t{0});
  CHECK(code_of(promised) == Errc::limit_exceeded);

  ByteWriter large;
  large.sized(Bytes(64 * 1024 + 1));
  large.varint(0);
  CHECK(code_of(large) == Errc::limit_exceeded);

  ByteWriter inside;
  inside.sized(record);
  inside.varint(1);
  inside.sized(Bytes(3));
  CHECK(code_of(inside) == Errc::malformed);

  ByteWriter padded_number;
  padded_number.sized(record);
  padded_number.raw(from_hex("8000").value());
  CHECK(code_of(padded_number) == Errc::malformed);
}

TEST_CASE("A device's name decodes to itself", "[core][grant]") {
  const bool held = rc::check([] {
    const auto length = *rc::gen::inRange<std::size_t>(1, limits::kDisplayNameBytesMax + 1);
    const auto name = *rc::gen::container<std::string>(length, rc::gen::arbitrary<char>());
    RC_ASSERT(decode_pairing_name(encode_pairing_name(name)).value() == name);
  });
  CHECK(held);
}

TEST_CASE("A device's name is neither empty, nor long, nor followed by more", "[core][grant]") {
  struct Row {
    const char* what;
    Bytes bytes;
    Errc expected;
  };
  Bytes followed = encode_pairing_name("Anna");
  followed.push_back(std::byte{'x'});
  const std::string longest(limits::kDisplayNameBytesMax, 'a');
  for (const Row& row : {
           Row{"nothing", {}, Errc::truncated},
           Row{"empty", encode_pairing_name(""), Errc::malformed},
           Row{"too long", encode_pairing_name(longest + 'a'), Errc::limit_exceeded},
           Row{"cut", {std::byte{2}, std::byte{'a'}}, Errc::truncated},
           Row{"followed by more", followed, Errc::malformed},
           Row{"padded length", from_hex("810061").value(), Errc::malformed},
       }) {
    CAPTURE(row.what);
    const auto decoded = decode_pairing_name(row.bytes);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == row.expected);
  }
}

}  // namespace
}  // namespace lansync
