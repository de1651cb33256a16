#include "core/wire/preamble.h"

#include <catch2/catch.hpp>

namespace lansync {
namespace {

Bytes preamble_bytes(std::string_view hex) { return *from_hex(hex); }

TEST_CASE("A preamble has the bytes it always had", "[core][preamble]") {
  const auto bytes = encode(Preamble{CipherSuite::aes256_gcm, Purpose::pair});
  CHECK(to_hex(bytes) == "4c53594e0102020000000000");
}

TEST_CASE("Every preamble decodes to itself", "[core][preamble]") {
  for (const auto suite : {CipherSuite::chacha20_poly1305, CipherSuite::aes256_gcm}) {
    for (const auto purpose : {Purpose::sync, Purpose::pair, Purpose::public_library}) {
      const auto decoded = decode_preamble(encode(Preamble{suite, purpose}));
      REQUIRE(decoded);
      CHECK(*decoded == Preamble{suite, purpose});
    }
  }
}

TEST_CASE("What is no preamble is refused", "[core][preamble]") {
  const struct {
    const char* name;
    const char* hex;
    Errc errc;
  } cases[] = {
      {"all zero", "000000000000000000000000", Errc::malformed},
      {"HTTP", "474554202f20485454502f31", Errc::malformed},
      {"TLS", "160301020001000001fc0303", Errc::malformed},
      {"SSH", "5353482d322e302d4f70656e", Errc::malformed},
      {"lower case", "6c73796e0101010000000000", Errc::malformed},
      {"version 0", "4c53594e0001010000000000", Errc::unsupported},
      {"version 2", "4c53594e0201010000000000", Errc::unsupported},
      {"version 2 with things to come", "4c53594e02ffffffffffffff", Errc::unsupported},
      {"suite 0", "4c53594e0100010000000000", Errc::unsupported},
      {"suite 3", "4c53594e0103010000000000", Errc::unsupported},
      {"purpose 0", "4c53594e0101000000000000", Errc::unsupported},
      {"purpose 4", "4c53594e0101040000000000", Errc::unsupported},
      {"first zero not zero", "4c53594e0101010100000000", Errc::malformed},
      {"last zero not zero", "4c53594e0101010000000001", Errc::malformed},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto decoded = decode_preamble(preamble_bytes(c.hex));
      REQUIRE_FALSE(decoded);
      CHECK(decoded.error().code == c.errc);
    }
  }
}

TEST_CASE("The refusal names what is not known", "[core][preamble]") {
  CHECK(refusal_of(preamble_bytes("4c53594e0203010000000000")) == Refusal::version);
  CHECK(refusal_of(preamble_bytes("4c53594e0103010000000000")) == Refusal::suite);
  CHECK(refusal_of(preamble_bytes("4c53594e0101040000000000")) == Refusal::purpose);
}

TEST_CASE("Another protocol is recognised at its first wrong byte", "[core][preamble]") {
  const Bytes good = to_bytes("LSYN");
  for (std::size_t size = 0; size <= good.size(); ++size) {
    CHECK(may_start_preamble(ByteView(good).first(size)));
    if (size == 0) continue;
    Bytes bad(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    bad.back() ^= std::byte{0x20};
    CHECK_FALSE(may_start_preamble(bad));
  }
  CHECK(may_start_preamble(preamble_bytes("4c53594eff")));
}

TEST_CASE("A refusal takes a handshake message's place", "[core][preamble]") {
  for (const auto refusal : {Refusal::version, Refusal::suite, Refusal::purpose}) {
    const auto bytes = encode(refusal);
    CHECK(load_be<std::uint16_t>(bytes) == 1);
    const auto decoded = decode_refusal(bytes[2]);
    REQUIRE(decoded);
    CHECK(*decoded == refusal);
  }
  for (const int code : {0, 4, 255}) {
    const auto decoded = decode_refusal(static_cast<std::byte>(code));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == Errc::malformed);
  }
}

TEST_CASE("The prologue is the label with its zero byte, and the preamble", "[core][preamble]") {
  const auto preamble = encode(Preamble{});
  CHECK(to_hex(handshake_prologue(preamble)) ==
        "6c616e73796e63206e6f697365207631004c53594e0101010000000000");
}

}  // namespace
}  // namespace lansync
