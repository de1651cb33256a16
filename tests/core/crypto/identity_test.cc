#include "core/crypto/identity.h"

#include <catch2/catch.hpp>
#include <sodium.h>

#include "tests/core/crypto/test_entropy.h"

namespace lansync {
namespace {

constexpr std::string_view kContext = "lansync/v1/test";

DeviceKeys device(std::uint64_t seed = 1) {
  test::SeededEntropy entropy(seed);
  return DeviceKeys::generate(entropy);
}

template <std::size_t N, class Tag>
Id<N, Tag> with_bit_flipped(Id<N, Tag> id, std::size_t bit) {
  id.bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
  return id;
}

TEST_CASE("A device's id is the Ed25519 public key that RFC 8032 gives for its seed") {
  // Section 7.1, test 1. The X25519 secret is of no importance here.
  Bytes seeds = *from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  seeds.resize(64, std::byte{1});
  test::ScriptedEntropy entropy(seeds);
  CHECK(DeviceKeys::generate(entropy).id().hex() ==
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST_CASE("A signature holds for the device, the context and the bytes that it was made for") {
  const DeviceKeys keys = device();
  const Bytes body = to_bytes("what is signed");
  const Signature signature = keys.sign(kContext, body);
  REQUIRE(verify(keys.id(), kContext, body, signature));

  const struct {
    const char* name;
    DeviceId device;
    std::string_view context;
    std::string_view body;
    Signature signature;
  } cases[] = {
      {"another device", device(2).id(), kContext, "what is signed", signature},
      {"no device at all", DeviceId{}, kContext, "what is signed", signature},
      {"another context", keys.id(), "lansync/v1/other", "what is signed", signature},
      {"no context", keys.id(), "", "what is signed", signature},
      {"other bytes", keys.id(), kContext, "what is Signed", signature},
      {"fewer bytes", keys.id(), kContext, "what is signe", signature},
      {"no bytes", keys.id(), kContext, "", signature},
      {"no signature", keys.id(), kContext, "what is signed", Signature{}},
      {"a signature of other bytes", keys.id(), kContext, "what is signed",
       keys.sign(kContext, to_bytes("else"))},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto result = verify(c.device, c.context, as_bytes(c.body), c.signature);
      REQUIRE_FALSE(result);
      CHECK(result.error().code == Errc::not_authentic);
    }
  }
}

TEST_CASE("No bit of a signature can be changed") {
  const DeviceKeys keys = device();
  const Signature signature = keys.sign(kContext, {});
  for (std::size_t bit = 0; bit < Signature::kBytes * 8; ++bit) {
    INFO("bit " << bit);
    REQUIRE_FALSE(verify(keys.id(), kContext, {}, with_bit_flipped(signature, bit)));
  }
}

TEST_CASE("The border between context and body cannot be moved") {
  const DeviceKeys keys = device();
  const Signature signature = keys.sign("ab", to_bytes("c"));
  CHECK_FALSE(verify(keys.id(), "a", to_bytes("bc"), signature));
  CHECK_FALSE(verify(keys.id(), "abc", {}, signature));
}

TEST_CASE("A certificate survives its encoding") {
  const DeviceKeys keys = device();
  for (const std::int64_t ns : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 62}) {
    const DeviceCertificate certificate = keys.certify(WallTime{ns});
    CHECK(certificate.device == keys.id());
    CHECK(certificate.noise_key == keys.noise_keys().public_key);
    CHECK(certificate.not_before == WallTime{ns});
    const auto decoded = decode_device_certificate(encode(certificate));
    REQUIRE(decoded);
    CHECK(*decoded == certificate);
  }
}

TEST_CASE("A certificate that was changed, cut or lengthened is not accepted") {
  const Bytes encoded = encode(device().certify(WallTime{1'700'000'000'000'000'000}));
  REQUIRE(encoded.size() == 137);
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    Bytes flipped = encoded;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    INFO("bit " << bit);
    const auto decoded = decode_device_certificate(flipped);
    REQUIRE_FALSE(decoded);
    REQUIRE(decoded.error().code == (bit < 8 ? Errc::unsupported : Errc::not_authentic));
  }
  for (std::size_t length = 0; length < encoded.size(); ++length) {
    const auto decoded = decode_device_certificate(ByteView(encoded).first(length));
    REQUIRE_FALSE(decoded);
    REQUIRE(decoded.error().code == Errc::truncated);
  }
  Bytes longer = encoded;
  longer.push_back(std::byte{0});
  CHECK(decode_device_certificate(longer).error().code == Errc::malformed);
}

TEST_CASE("A certificate does not hold for another device's or another Noise key") {
  DeviceCertificate certificate = device().certify(WallTime{1});
  REQUIRE(verify(certificate));
  SECTION("another Noise key") { certificate.noise_key = device(2).noise_keys().public_key; }
  SECTION("another device") { certificate.device = device(2).id(); }
  SECTION("another time") { certificate.not_before.ns++; }
  CHECK(verify(certificate).error().code == Errc::not_authentic);
}

TEST_CASE("A device's keys survive the key file") {
  const DeviceKeys keys = device();
  const auto loaded = DeviceKeys::decode(keys.encode().view());
  REQUIRE(loaded);
  CHECK(loaded->id() == keys.id());
  CHECK(loaded->noise_keys().public_key == keys.noise_keys().public_key);
  CHECK(loaded->noise_keys().secret == keys.noise_keys().secret);
  CHECK(loaded->sign(kContext, {}) == keys.sign(kContext, {}));
}

TEST_CASE("A damaged key file is noticed") {
  const Bytes file = to_bytes(device().encode().view());
  REQUIRE(file.size() == 136);
  const auto is_corrupt = [](ByteView bytes) {
    const auto loaded = DeviceKeys::decode(bytes);
    return !loaded && loaded.error().code == Errc::corrupt;
  };
  for (std::size_t length = 0; length < file.size(); ++length) {
    INFO(length << " bytes left");
    REQUIRE(is_corrupt(ByteView(file).first(length)));
    Bytes zeroed = file;
    std::fill(zeroed.begin() + static_cast<std::ptrdiff_t>(length), zeroed.end(), std::byte{0});
    REQUIRE(is_corrupt(zeroed));
  }
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    Bytes flipped = file;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    INFO("bit " << bit);
    REQUIRE(is_corrupt(flipped));
  }
  Bytes longer = file;
  longer.push_back(std::byte{0});
  CHECK(is_corrupt(longer));
}

// A key file's content with the check that belongs to it.
Bytes with_check(Bytes content) {
  Bytes digest(crypto_hash_sha256_BYTES);
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(content.data()), content.size());
  append(content, ByteView(digest).first(28));
  return content;
}

TEST_CASE("A key file that somebody wrote anew is looked at closely") {
  Bytes content = to_bytes(device().encode().view());
  content.resize(content.size() - 28);
  REQUIRE(DeviceKeys::decode(with_check(content)));
  Errc expected = Errc::corrupt;
  SECTION("a later version") {
    content[11] = std::byte{2};
    expected = Errc::unsupported;
  }
  SECTION("another device's id") {
    const DeviceKeys other = device(2);
    std::copy(other.id().bytes.begin(), other.id().bytes.end(), content.end() - 32);
  }
  SECTION("more than belongs in it") { content.resize(content.size() + 1); }
  SECTION("less than belongs in it") { content.resize(content.size() - 1); }
  SECTION("nothing but the header") { content.resize(12); }
  const auto loaded = DeviceKeys::decode(with_check(content));
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == expected);
}

TEST_CASE("Two devices have nothing in common") {
  CHECK(device(1).id() != device(2).id());
  CHECK(device(1).noise_keys().public_key != device(2).noise_keys().public_key);
}

}  // namespace
}  // namespace lansync
