#include "core/crypto/pairing_message.h"

#include <catch2/catch.hpp>

#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

CpacePoint some_point() {
  CpacePoint point;
  point.fill(std::byte{0x5a});
  return point;
}

CpaceTag some_tag() {
  CpaceTag tag;
  tag.fill(std::byte{0xa5});
  return tag;
}

Bytes with_type(int type, std::size_t bytes) {
  Bytes message(bytes + 1);
  message[0] = static_cast<std::byte>(type);
  return message;
}

TEST_CASE("Every pairing message survives its encoding") {
  const PairingMessage messages[] = {
      PairingRequest{some_point(), to_bytes("joiner")},
      PairingRequest{some_point(), {}},
      PairingResponse{some_point(), Bytes(kPairingDescriptionBytesMax)},
      PairingProof{some_tag()},
      PairingGrant{some_tag(), {}},
      PairingGrant{some_tag(), test::random_bytes(1, kPairingGrantBytesMax)},
      PairingRefusal{Errc::not_authentic},
      PairingRefusal{Errc::expired},
      PairingRefusal{Errc::refused},
      PairingRefusal{Errc::busy},
      PairingRefusal{Errc::malformed},
  };
  for (const PairingMessage& message : messages) {
    const auto decoded = decode_pairing_message(encode(message));
    REQUIRE(decoded);
    CHECK(*decoded == message);
  }
}

TEST_CASE("The first byte says which message it is") {
  CHECK(encode(PairingRequest{})[0] == std::byte{1});
  CHECK(encode(PairingResponse{})[0] == std::byte{2});
  CHECK(encode(PairingProof{})[0] == std::byte{3});
  CHECK(encode(PairingGrant{})[0] == std::byte{4});
  CHECK(to_hex(encode(PairingRefusal{Errc::busy})) == "050a");
}

TEST_CASE("Bytes that are no pairing message are refused") {
  const struct {
    const char* name;
    Bytes bytes;
    Errc expected;
  } cases[] = {
      {"nothing", {}, Errc::truncated},
      {"type 0", with_type(0, 32), Errc::malformed},
      {"type 6", with_type(6, 64), Errc::malformed},
      {"type 255", with_type(255, 64), Errc::malformed},
      {"a request of its type alone", with_type(1, 0), Errc::truncated},
      {"a request with half a point", with_type(1, 31), Errc::truncated},
      {"a request with too much to say", with_type(1, 32 + 4096 + 1), Errc::limit_exceeded},
      {"a response with half a point", with_type(2, 31), Errc::truncated},
      {"a response with too much to say", with_type(2, 32 + 4096 + 1), Errc::limit_exceeded},
      {"a short proof", with_type(3, 63), Errc::truncated},
      {"a long proof", with_type(3, 65), Errc::limit_exceeded},
      {"a grant with a short tag", with_type(4, 63), Errc::truncated},
      {"a grant too large", with_type(4, 64 + (128 << 10) + 1), Errc::limit_exceeded},
      {"a refusal without a reason", with_type(5, 0), Errc::truncated},
      {"a refusal for reason 0", {std::byte{5}, std::byte{0}}, Errc::malformed},
      {"a refusal for an unknown reason", {std::byte{5}, std::byte{200}}, Errc::malformed},
      {"a refusal with two reasons", with_type(5, 2), Errc::malformed},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto decoded = decode_pairing_message(c.bytes);
      REQUIRE_FALSE(decoded);
      CHECK(decoded.error().code == c.expected);
    }
  }
}

TEST_CASE("Whatever decodes also encodes to the same bytes") {
  int decoded_count = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Bytes bytes = test::random_bytes(seed, seed % 150);
    if (!bytes.empty()) bytes[0] = static_cast<std::byte>(seed % 7);
    const auto decoded = decode_pairing_message(bytes);
    if (!decoded) continue;
    ++decoded_count;
    REQUIRE(encode(*decoded) == bytes);
  }
  CHECK(decoded_count > 500);
}

}  // namespace
}  // namespace lansync
