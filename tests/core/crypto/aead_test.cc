#include "core/crypto/aead.h"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/crypto/message_cipher.h"
#include "tests/core/crypto/vector_file.h"
#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using test::load_vectors;
using test::random_bytes;
using test::unhex;

constexpr CipherSuite kSuites[] = {CipherSuite::chacha20_poly1305, CipherSuite::aes256_gcm};

const char* name_of(CipherSuite suite) {
  return suite == CipherSuite::aes256_gcm ? "AES-256-GCM" : "ChaCha20-Poly1305";
}

AeadKey key_of(ByteView bytes) {
  REQUIRE(bytes.size() == kAeadKeyBytes);
  return AeadKey(bytes.first<kAeadKeyBytes>());
}

AeadNonce nonce_of(ByteView bytes) {
  REQUIRE(bytes.size() == AeadNonce{}.size());
  AeadNonce nonce;
  std::copy(bytes.begin(), bytes.end(), nonce.begin());
  return nonce;
}

// Runs every applicable case of a Wycheproof file; returns how many there were.
int check_wycheproof(const std::string& file, Aead& aead) {
  int cases = 0;
  const auto vectors = load_vectors("wycheproof/" + file);
  for (const auto& group : vectors.at("testGroups")) {
    if (group.at("ivSize") != 96 || group.at("keySize") != 256 || group.at("tagSize") != 128) {
      continue;
    }
    for (const auto& vector : group.at("tests")) {
      INFO(file << " case " << vector.at("tcId") << ": " << vector.at("comment"));
      ++cases;
      aead.set_key(key_of(unhex(vector.at("key"))));
      const AeadNonce nonce = nonce_of(unhex(vector.at("iv")));
      const Bytes associated_data = unhex(vector.at("aad"));
      const Bytes plain = unhex(vector.at("msg"));
      const Bytes sealed = unhex(vector.at("ct"));
      const Bytes tag = unhex(vector.at("tag"));

      Bytes text = sealed;
      const bool opened =
          aead.open(nonce, associated_data, text, ByteView(tag).first<kAeadTagBytes>());
      REQUIRE(opened == (vector.at("result") == "valid"));
      REQUIRE(text == (opened ? plain : Bytes(sealed.size())));
      Bytes elsewhere(sealed.size(), std::byte{1});
      REQUIRE(aead.open(nonce, associated_data, sealed, elsewhere,
                        ByteView(tag).first<kAeadTagBytes>()) == opened);
      REQUIRE(elsewhere == text);
      if (!opened) continue;

      AeadTag own_tag;
      text = plain;
      aead.seal(nonce, associated_data, text, own_tag);
      REQUIRE(text == sealed);
      REQUIRE(to_bytes(own_tag) == tag);
      aead.seal(nonce, associated_data, plain, elsewhere, own_tag);
      REQUIRE(elsewhere == sealed);
      REQUIRE(to_bytes(own_tag) == tag);
    }
  }
  return cases;
}

TEST_CASE("libcrypto agrees with Wycheproof") {
  CHECK(check_wycheproof("chacha20_poly1305_test.json",
                         *make_aead(CipherSuite::chacha20_poly1305)) >= 200);
  CHECK(check_wycheproof("aes_gcm_test.json", *make_aead(CipherSuite::aes256_gcm)) >= 60);
}

TEST_CASE("libsodium agrees with Wycheproof") {
  CHECK(check_wycheproof("chacha20_poly1305_test.json",
                         *make_sodium_aead(CipherSuite::chacha20_poly1305)) >= 200);
  if (const auto aes = make_sodium_aead(CipherSuite::aes256_gcm)) {
    CHECK(check_wycheproof("aes_gcm_test.json", *aes) >= 60);
  } else {
    WARN("this processor has no AES instructions: libsodium's AES-GCM is not tested");
  }
}

TEST_CASE("Both libraries seal alike and open what the other sealed") {
  for (const CipherSuite suite : kSuites) {
    const auto fast = make_aead(suite);
    const auto reference = make_sodium_aead(suite);
    if (!reference) continue;
    const bool holds = rc::check(name_of(suite), [&](std::uint64_t seed) {
      const auto size = *rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 300),
                                        rc::gen::inRange<std::size_t>(65'400, 65'536));
      const auto ad_size = *rc::gen::inRange<std::size_t>(0, 40);
      const AeadKey key = key_of(random_bytes(seed, kAeadKeyBytes));
      const AeadNonce nonce = nonce_of(random_bytes(seed + 1, 12));
      const Bytes associated_data = random_bytes(seed + 2, ad_size);
      const Bytes plain = random_bytes(seed + 3, size);
      fast->set_key(key);
      reference->set_key(key);

      Bytes text = plain;
      Bytes reference_text = plain;
      AeadTag tag;
      AeadTag reference_tag;
      fast->seal(nonce, associated_data, text, tag);
      reference->seal(nonce, associated_data, reference_text, reference_tag);
      RC_ASSERT(text == reference_text);
      RC_ASSERT(tag == reference_tag);

      RC_ASSERT(fast->open(nonce, associated_data, reference_text, reference_tag));
      RC_ASSERT(reference->open(nonce, associated_data, text, tag));
      RC_ASSERT(text == plain);
      RC_ASSERT(reference_text == plain);
    });
    CHECK(holds);
  }
}

TEST_CASE("A message that was touched anywhere does not open, and leaves nothing behind") {
  for (const CipherSuite suite : kSuites) {
    DYNAMIC_SECTION(name_of(suite)) {
      const auto aead = make_aead(suite);
      aead->set_key(key_of(random_bytes(1, kAeadKeyBytes)));
      const AeadNonce nonce = noise_nonce(suite, 7);
      const Bytes associated_data = to_bytes("associated");
      Bytes sealed = to_bytes("the message itself");
      AeadTag tag;
      aead->seal(nonce, associated_data, sealed, tag);

      const auto opens = [&](const AeadNonce& n, const Bytes& ad, Bytes text, const AeadTag& t) {
        const bool opened = aead->open(n, ad, text, t);
        CHECK(text == (opened ? to_bytes("the message itself") : Bytes(sealed.size())));
        return opened;
      };
      REQUIRE(opens(nonce, associated_data, sealed, tag));
      CHECK_FALSE(opens(noise_nonce(suite, 8), associated_data, sealed, tag));
      CHECK_FALSE(opens(nonce, {}, sealed, tag));
      for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes flipped = sealed;
        flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        CHECK_FALSE(opens(nonce, associated_data, flipped, tag));
      }
      for (std::size_t bit = 0; bit < kAeadTagBytes * 8; ++bit) {
        AeadTag flipped = tag;
        flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
        CHECK_FALSE(opens(nonce, associated_data, sealed, flipped));
      }
      // A failure must not spoil the next message.
      CHECK(opens(nonce, associated_data, sealed, tag));
    }
  }
}

TEST_CASE("A nonce is the message's number in the order that Noise prescribes") {
  CHECK(to_hex(noise_nonce(CipherSuite::chacha20_poly1305, 0x0102030405060708)) ==
        "000000000807060504030201");
  CHECK(to_hex(noise_nonce(CipherSuite::aes256_gcm, 0x0102030405060708)) ==
        "000000000102030405060708");
}

TEST_CASE("Sodium's AES is there exactly where the processor has AES") {
  CHECK((make_sodium_aead(CipherSuite::aes256_gcm) != nullptr) == aes_available());
}

}  // namespace
}  // namespace lansync
