#include "core/crypto/cipher_state.h"

#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

constexpr std::uint64_t kLastNonce = std::numeric_limits<std::uint64_t>::max();
constexpr CipherSuite kSuites[] = {CipherSuite::chacha20_poly1305, CipherSuite::aes256_gcm};

AeadKey some_key(std::uint64_t seed = 1) {
  return AeadKey(ByteView(test::random_bytes(seed, kAeadKeyBytes)).first<kAeadKeyBytes>());
}

struct Message {
  Bytes text;
  AeadTag tag{};
};

Result<Message> sealed(CipherState& state, MessageCipher& cipher, std::string_view text) {
  Message message{to_bytes(text), {}};
  const auto done = state.seal(cipher, {}, message.text, message.tag);
  if (!done) return done.error();
  return message;
}

// Noise's REKEY(k), computed apart from the class under test, with the other library where it can.
AeadKey rekeyed(CipherSuite suite, const AeadKey& key) {
  auto aead = make_sodium_aead(suite);
  if (!aead) aead = make_aead(suite);
  AeadKey next;
  AeadTag tag;
  aead->set_key(key);
  aead->seal(noise_nonce(suite, kLastNonce), {}, next.writable(), tag);
  return next;
}

TEST_CASE("Messages are opened in the order in which they were sealed, and only so") {
  for (const CipherSuite suite : kSuites) {
    CipherState sender(suite, some_key());
    CipherState receiver(suite, some_key());
    MessageCipher cipher;
    const auto first = sealed(sender, cipher, "first");
    const auto second = sealed(sender, cipher, "second");
    REQUIRE(first);
    REQUIRE(second);

    Message message = *first;
    REQUIRE(receiver.open(cipher, {}, message.text, message.tag));
    CHECK(as_text(message.text) == "first");

    // The same message again: its number has passed.
    message = *first;
    const auto replayed = receiver.open(cipher, {}, message.text, message.tag);
    REQUIRE_FALSE(replayed);
    CHECK(replayed.error().code == Errc::not_authentic);

    // One failure ends it: even the right message comes too late.
    message = *second;
    CHECK_FALSE(receiver.usable());
    const auto late = receiver.open(cipher, {}, message.text, message.tag);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Errc::wrong_state);
  }
}

TEST_CASE("The key changes after exactly the agreed number of messages") {
  for (const CipherSuite suite : kSuites) {
    CipherState state(suite, some_key(), {.first_nonce = 0, .rekey_messages = 3});
    const AeadKey epochs[] = {some_key(), rekeyed(suite, some_key()),
                              rekeyed(suite, rekeyed(suite, some_key()))};
    for (std::uint64_t number = 0; number < 9; ++number) {
      const auto message = state.next();
      REQUIRE(message);
      CHECK(message->nonce == number);
      CHECK(*message->key == epochs[number / 3]);
    }
  }
}

TEST_CASE("By default the key changes at message 2^20") {
  const NonceSchedule schedule{.first_nonce = (1 << 20) - 1};
  CipherState state(CipherSuite::chacha20_poly1305, some_key(), schedule);
  const auto before = state.next();
  const auto after = state.next();
  REQUIRE(before);
  REQUIRE(after);
  CHECK(*before->key == some_key());
  CHECK(*after->key == rekeyed(CipherSuite::chacha20_poly1305, some_key()));
  CHECK(after->nonce == 1 << 20);
}

TEST_CASE("Both ends rekey at the same message") {
  for (const CipherSuite suite : kSuites) {
    CipherState sender(suite, some_key(), {.first_nonce = 0, .rekey_messages = 2});
    CipherState receiver(suite, some_key(), {.first_nonce = 0, .rekey_messages = 2});
    CipherState other_rhythm(suite, some_key(), {.first_nonce = 0, .rekey_messages = 3});
    MessageCipher cipher;
    std::vector<bool> opened;
    for (int i = 0; i < 8; ++i) {
      const auto message = sealed(sender, cipher, "text");
      REQUIRE(message);
      Message copy = *message;
      CHECK(receiver.open(cipher, {}, copy.text, copy.tag));
      copy = *message;
      opened.push_back(other_rhythm.open(cipher, {}, copy.text, copy.tag).has_value());
    }
    CHECK(opened == std::vector<bool>{true, true, false, false, false, false, false, false});
  }
}

TEST_CASE("The last nonce is never used for a message") {
  CipherState state(CipherSuite::aes256_gcm, some_key(), {.first_nonce = kLastNonce - 1});
  const auto last = state.next();
  REQUIRE(last);
  CHECK(last->nonce == kLastNonce - 1);
  const auto none = state.next();
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Errc::limit_exceeded);
  CHECK_FALSE(state.usable());
  CHECK(state.next().error().code == Errc::wrong_state);
}

TEST_CASE("A state that was moved away hands out nothing") {
  CipherState state(CipherSuite::aes256_gcm, some_key());
  CipherState moved = std::move(state);
  CHECK(moved.next());
  CHECK_FALSE(state.next());  // NOLINT: the point
}

TEST_CASE("Several threads seal what one thread opens in order, across a change of key") {
  for (const CipherSuite suite : kSuites) {
    constexpr std::size_t kMessages = 64;
    const NonceSchedule schedule{.first_nonce = 0, .rekey_messages = 10};
    CipherState sender(suite, some_key(), schedule);
    std::vector<MessageKey> keys;
    keys.reserve(kMessages);
    for (std::size_t i = 0; i < kMessages; ++i) keys.push_back(*sender.next());
    sender.destroy();

    std::vector<Message> messages(kMessages);
    const auto seal_every_third = [&](std::size_t first) {
      MessageCipher cipher;
      for (std::size_t i = first; i < kMessages; i += 3) {
        messages[i].text = test::random_bytes(i, 1000);
        cipher.seal(keys[i], {}, messages[i].text, messages[i].tag);
      }
    };
    std::vector<std::thread> workers;
    workers.reserve(3);
    for (std::size_t worker = 0; worker < 3; ++worker) {
      workers.emplace_back(seal_every_third, worker);
    }
    for (std::thread& worker : workers) worker.join();

    CipherState receiver(suite, some_key(), schedule);
    MessageCipher cipher;
    for (std::size_t i = 0; i < kMessages; ++i) {
      REQUIRE(receiver.open(cipher, {}, messages[i].text, messages[i].tag));
      CHECK(messages[i].text == test::random_bytes(i, 1000));
    }
  }
}

TEST_CASE("One message cipher serves channels of both suites in any order") {
  MessageCipher cipher;
  CipherState chacha(CipherSuite::chacha20_poly1305, some_key(1));
  CipherState other_chacha(CipherSuite::chacha20_poly1305, some_key(2));
  CipherState aes(CipherSuite::aes256_gcm, some_key(1));
  std::vector<std::pair<CipherState*, Message>> messages;
  for (int round = 0; round < 3; ++round) {
    for (CipherState* const state : {&chacha, &aes, &other_chacha}) {
      messages.emplace_back(state, *sealed(*state, cipher, "text"));
    }
  }
  cipher.forget();
  CipherState receivers[] = {CipherState(CipherSuite::chacha20_poly1305, some_key(1)),
                             CipherState(CipherSuite::aes256_gcm, some_key(1)),
                             CipherState(CipherSuite::chacha20_poly1305, some_key(2))};
  for (auto& [state, message] : messages) {
    CipherState& receiver = receivers[state == &chacha ? 0 : state == &aes ? 1 : 2];
    CHECK(receiver.open(cipher, {}, message.text, message.tag));
    CHECK(as_text(message.text) == "text");
  }
}

}  // namespace
}  // namespace lansync
