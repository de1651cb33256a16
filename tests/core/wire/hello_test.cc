#include "core/wire/hello.h"

#include <catch2/catch.hpp>

#include "tests/core/wire/channel_pair.h"

namespace lansync {
namespace {

using test::kNow;
using test::TestDevice;

Hello hello_of(const TestDevice& device) {
  return {device.local.suites, device.local.certificate, kNow.wall, "0.1.0"};
}

TEST_CASE("A hello decodes to itself", "[core][hello]") {
  const TestDevice device(1);
  Hello hello = hello_of(device);
  for (const std::int64_t clock : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 62}) {
    for (std::size_t version = 0; version <= kSoftwareVersionBytesMax; ++version) {
      hello.clock.ns = clock;
      hello.software_version = std::string(version, 'v');
      const Bytes bytes = encode(hello);
      CHECK(bytes.size() % kHelloPadBytes == 0);
      const auto decoded = decode_hello(bytes);
      REQUIRE(decoded);
      CHECK(*decoded == hello);
    }
  }
}

TEST_CASE("Suites of a later version are not refused", "[core][hello]") {
  const TestDevice device(1);
  Hello hello = hello_of(device);
  hello.suites.push_back(static_cast<CipherSuite>(200));
  const auto decoded = decode_hello(encode(hello));
  REQUIRE(decoded);
  CHECK(decoded->suites == hello.suites);
}

TEST_CASE("No part of a hello is a hello", "[core][hello]") {
  const TestDevice device(1);
  const Bytes bytes = encode(hello_of(device));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(decode_hello(ByteView(bytes).first(size)));
  }
}

TEST_CASE("A changed hello is refused or says something else", "[core][hello]") {
  const TestDevice device(1);
  const Hello hello = hello_of(device);
  const Bytes bytes = encode(hello);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes changed = bytes;
    changed[bit / 8] ^= std::byte{1} << (bit % 8);
    const auto decoded = decode_hello(changed);
    CAPTURE(bit);
    if (decoded) {
      CHECK_FALSE(*decoded == hello);
      CHECK(encode(*decoded) == changed);
    }
  }
}

// A hello by hand, with what our encoder would not write.
Bytes crafted(ByteView suites, ByteView certificate, ByteView version, std::size_t padding,
              std::byte pad = std::byte{0}) {
  Bytes bytes = {std::byte{1}};
  append(bytes, suites);
  bytes.push_back(std::byte{0x89});
  bytes.push_back(std::byte{0x01});
  append(bytes, certificate);
  bytes.push_back(std::byte{0});
  bytes.push_back(static_cast<std::byte>(version.size()));
  append(bytes, version);
  bytes.push_back(static_cast<std::byte>(padding));
  bytes.resize(bytes.size() + padding, pad);
  return bytes;
}

TEST_CASE("A hello that breaks a rule is refused", "[core][hello]") {
  const TestDevice device(1);
  const Bytes certificate = encode(device.local.certificate);
  const Bytes suites = *from_hex("020102");
  REQUIRE(decode_hello(crafted(suites, certificate, {}, 46)));

  SECTION("padding that is not zero") {
    CHECK_FALSE(decode_hello(crafted(suites, certificate, {}, 46, std::byte{1})));
  }
  SECTION("a length that is not padded") {
    CHECK_FALSE(decode_hello(crafted(suites, certificate, {}, 45)));
  }
  SECTION("more padding than needed") {
    CHECK_FALSE(decode_hello(crafted(suites, certificate, {}, 46 + 64)));
  }
  SECTION("suites in descending order") {
    CHECK_FALSE(decode_hello(crafted(*from_hex("020201"), certificate, {}, 46)));
  }
  SECTION("a suite twice") {
    CHECK_FALSE(decode_hello(crafted(*from_hex("020101"), certificate, {}, 46)));
  }
  SECTION("too many suites") {
    const auto decoded =
        decode_hello(crafted(*from_hex("09010203040506070809"), certificate, {}, 39));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == Errc::limit_exceeded);
  }
  SECTION("a software version that is too long") {
    const auto decoded = decode_hello(crafted(suites, certificate, Bytes(33), 13));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == Errc::limit_exceeded);
  }
  SECTION("a certificate with another signature") {
    Bytes forged = certificate;
    forged.back() ^= std::byte{1};
    const auto decoded = decode_hello(crafted(suites, forged, {}, 46));
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == Errc::not_authentic);
  }
  SECTION("another version") {
    Bytes later = crafted(suites, certificate, {}, 46);
    later[0] = std::byte{2};
    const auto decoded = decode_hello(later);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == Errc::unsupported);
  }
}

TEST_CASE("The best suite that both have is taken", "[core][hello]") {
  const auto chacha = CipherSuite::chacha20_poly1305;
  const auto aes = CipherSuite::aes256_gcm;
  CHECK(best_common_suite({chacha, aes}, {chacha, aes}) == aes);
  CHECK(best_common_suite({chacha, aes}, {chacha}) == chacha);
  CHECK(best_common_suite({chacha}, {chacha, aes}) == chacha);
  CHECK(best_common_suite({chacha}, {aes}) == std::nullopt);
  CHECK(best_common_suite({}, {chacha, aes}) == std::nullopt);
  CHECK(best_common_suite({static_cast<CipherSuite>(9)}, {static_cast<CipherSuite>(9)}) ==
        std::nullopt);
}

TEST_CASE("Every device supports ChaCha20-Poly1305", "[core][hello]") {
  const auto suites = supported_suites();
  CHECK(suites.front() == CipherSuite::chacha20_poly1305);
  CHECK((suites.size() == 2) == aes_available());
}

}  // namespace
}  // namespace lansync
