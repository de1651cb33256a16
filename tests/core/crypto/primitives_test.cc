// What the rest of this folder is built on: secrets, key agreement, signatures, random numbers.
#include <set>

#include <catch2/catch.hpp>
#include <sodium.h>

#include "core/crypto/secret.h"
#include "core/crypto/x25519.h"
#include "core/os/system_entropy.h"
#include "tests/core/crypto/test_entropy.h"
#include "tests/core/crypto/vector_file.h"

namespace lansync {
namespace {

using test::load_vectors;
using test::unhex;

TEST_CASE("A secret moves without leaving a copy, and is copied only on request") {
  static_assert(!std::is_copy_constructible_v<Secret<32>>);
  static_assert(!std::is_copy_assignable_v<Secret<32>>);
  static_assert(!std::is_copy_constructible_v<SecretBytes>);
  test::SeededEntropy entropy(1);
  auto original = Secret<32>::random(entropy);
  const auto copy = original.clone();
  CHECK(copy == original);
  CHECK_FALSE(copy == Secret<32>());

  const auto moved = std::move(original);
  CHECK(moved == copy);
  CHECK(original == Secret<32>());  // NOLINT: what is left is the point

  Secret<32> assigned;
  auto source = copy.clone();
  assigned = std::move(source);
  CHECK(assigned == copy);
  CHECK(source == Secret<32>());  // NOLINT
}

TEST_CASE("A secret is wiped where it lay when its life ends") {
  alignas(Secret<32>) std::array<std::byte, sizeof(Secret<32>)> place{};
  test::SeededEntropy entropy(1);
  auto* const secret = new (place.data()) Secret<32>(Secret<32>::random(entropy));
  REQUIRE(std::any_of(place.begin(), place.end(), [](std::byte b) { return b != std::byte{0}; }));
  secret->~Secret();
  CHECK(std::all_of(place.begin(), place.end(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST_CASE("Comparison in constant time compares") {
  const Bytes bytes = to_bytes("some bytes");
  CHECK(equal_in_constant_time(bytes, to_bytes("some bytes")));
  CHECK(equal_in_constant_time({}, {}));
  CHECK_FALSE(equal_in_constant_time(bytes, to_bytes("some bytez")));
  CHECK_FALSE(equal_in_constant_time(bytes, to_bytes("some byte")));
  CHECK_FALSE(equal_in_constant_time(bytes, {}));
}

TEST_CASE("X25519 agrees with Wycheproof and rejects every key of small order") {
  int agreed = 0;
  int rejected = 0;
  const auto vectors = load_vectors("wycheproof/x25519_test.json");
  for (const auto& group : vectors.at("testGroups")) {
    for (const auto& vector : group.at("tests")) {
      INFO("case " << vector.at("tcId") << ": " << vector.at("comment"));
      const Bytes secret = unhex(vector.at("private"));
      const auto public_key = NoisePublicKey::from(unhex(vector.at("public")));
      REQUIRE(public_key);
      const auto shared = x25519(Secret<32>(ByteView(secret).first<32>()), *public_key);
      const Bytes expected = unhex(vector.at("shared"));
      if (expected == Bytes(32)) {
        REQUIRE_FALSE(shared);
        REQUIRE(shared.error().code == Errc::malformed);
        ++rejected;
      } else {
        REQUIRE(shared);
        REQUIRE(to_bytes(shared->view()) == expected);
        ++agreed;
      }
    }
  }
  CHECK(agreed >= 480);
  CHECK(rejected >= 30);
}

TEST_CASE("A Noise key pair's public key is the secret times the base point") {
  NoisePublicKey base_point;
  base_point.bytes[0] = std::byte{9};
  test::SeededEntropy entropy(1);
  for (int i = 0; i < 20; ++i) {
    const auto pair = NoiseKeyPair::generate(entropy);
    const auto product = x25519(pair.secret, base_point);
    REQUIRE(product);
    CHECK(to_bytes(product->view()) == to_bytes(pair.public_key.view()));
  }
}

TEST_CASE("The signature library agrees with Wycheproof") {
  int cases = 0;
  const auto vectors = load_vectors("wycheproof/ed25519_test.json");
  for (const auto& group : vectors.at("testGroups")) {
    const Bytes key = unhex(group.at("publicKey").at("pk"));
    for (const auto& vector : group.at("tests")) {
      INFO("case " << vector.at("tcId") << ": " << vector.at("comment"));
      const Bytes message = unhex(vector.at("msg"));
      const Bytes signature = unhex(vector.at("sig"));
      // Other lengths cannot even be expressed: a Signature has 64 bytes.
      if (signature.size() != crypto_sign_BYTES) {
        REQUIRE(vector.at("result") == "invalid");
        continue;
      }
      const auto octets = [](const Bytes& bytes) {
        return reinterpret_cast<const unsigned char*>(bytes.data());
      };
      const bool valid = crypto_sign_verify_detached(octets(signature), octets(message),
                                                     message.size(), octets(key)) == 0;
      REQUIRE(valid == (vector.at("result") == "valid"));
      ++cases;
    }
  }
  CHECK(cases >= 130);
}

TEST_CASE("The system's entropy does not repeat itself") {
  SystemEntropy entropy;
  std::set<Bytes> seen;
  for (int i = 0; i < 100; ++i) {
    Bytes bytes(16);
    entropy.fill(bytes);
    seen.insert(bytes);
  }
  CHECK(seen.size() == 100);
  entropy.fill({});
}

}  // namespace
}  // namespace lansync
