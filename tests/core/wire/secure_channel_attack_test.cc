// What somebody on the wire may do to a channel.
#include <catch2/catch.hpp>

#include "core/wire/secure_channel.h"
#include "tests/core/wire/channel_pair.h"
#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using test::check_dead;
using test::converse;
using test::kBothSuites;
using test::kChaChaOnly;
using test::random_bytes;
using test::send;
using test::take_output;
using test::take_records;
using test::TestDevice;

constexpr RecordType kControl{2};

constexpr CipherSuite kAes = CipherSuite::aes256_gcm;

// A finished recording of one conversation, and the same two devices again in the same state.
struct Recording {
  Bytes first;
  Bytes second;
  // The third handshake message and three records.
  Bytes rest;
};

Recording record(CipherSuite suite) {
  TestDevice ann(1, suite == kAes ? kBothSuites : kChaChaOnly);
  TestDevice bob(2, suite == kAes ? kBothSuites : kChaChaOnly);
  auto left = ann.initiate();
  auto right = bob.respond();
  Recording recording;
  recording.first = take_output(left);
  REQUIRE(right.handle_bytes(recording.first));
  recording.second = take_output(right);
  REQUIRE(left.handle_bytes(recording.second));
  for (std::uint16_t i = 0; i < 3; ++i) REQUIRE(send(left, kControl, i, random_bytes(i, 20)));
  recording.rest = take_output(left);
  REQUIRE(right.handle_bytes(recording.rest));
  REQUIRE(take_records(right).size() == 3);
  return recording;
}

// The responder of the recording, before it has heard anything.
struct Responder {
  explicit Responder(CipherSuite suite)
      : bob(2, suite == kAes ? kBothSuites : kChaChaOnly), channel(bob.respond()) {}

  TestDevice bob;
  SecureChannel channel;
};

TEST_CASE("A replayed recording opens only where it was recorded", "[core][secure_channel]") {
  const Recording recording = record(kAes);
  Responder same(kAes);
  REQUIRE(same.channel.handle_bytes(recording.first));
  REQUIRE(same.channel.handle_bytes(recording.rest));
  // The next conversation of the same device has a fresh key.
  auto next = same.bob.respond();
  REQUIRE(next.handle_bytes(recording.first));
  CHECK_FALSE(next.handle_bytes(recording.rest));
  check_dead(next);
}

TEST_CASE("Every flipped bit of a handshake ends it", "[core][secure_channel]") {
  for (const auto suite : kBothSuites) {
    const Recording recording = record(suite);
    for (std::size_t bit = 0; bit < recording.first.size() * 8; ++bit) {
      CAPTURE(bit);
      Bytes changed = recording.first;
      changed[bit / 8] ^= std::byte{1} << (bit % 8);
      Responder responder(suite);
      static_cast<void>(responder.channel.handle_bytes(changed));
      CHECK_FALSE(responder.channel.established());
      CHECK_FALSE(responder.channel.next_record());
      // The top bit of an X25519 key does not count in the exchange; it counts in the hash. What
      // the responder cannot notice yet, the initiator does.
      const Bytes answer = take_output(responder.channel);
      if (answer.empty()) continue;
      TestDevice ann(1, suite == kAes ? kBothSuites : kChaChaOnly);
      auto initiator = ann.initiate();
      CHECK_FALSE(initiator.handle_bytes(answer));
      check_dead(initiator);
    }
    for (std::size_t bit = 0; bit < recording.second.size() * 8; ++bit) {
      CAPTURE(bit);
      Bytes changed = recording.second;
      changed[bit / 8] ^= std::byte{1} << (bit % 8);
      TestDevice ann(1, suite == kAes ? kBothSuites : kChaChaOnly);
      auto initiator = ann.initiate();
      take_output(initiator);
      // A length that grew leaves it waiting, until the end of the stream or the deadline.
      if (initiator.handle_bytes(changed)) CHECK_FALSE(initiator.handle_end());
      CHECK(initiator.pending_output().empty());
      check_dead(initiator);
    }
  }
}

TEST_CASE("Every flipped bit of what follows ends the channel", "[core][secure_channel]") {
  for (const auto suite : kBothSuites) {
    const Recording recording = record(suite);
    for (std::size_t bit = 0; bit < recording.rest.size() * 8; ++bit) {
      CAPTURE(bit);
      Bytes changed = recording.rest;
      changed[bit / 8] ^= std::byte{1} << (bit % 8);
      Responder responder(suite);
      REQUIRE(responder.channel.handle_bytes(recording.first));
      take_output(responder.channel);
      if (responder.channel.handle_bytes(changed)) CHECK_FALSE(responder.channel.handle_end());
      check_dead(responder.channel);
    }
  }
}

TEST_CASE("A stream that ends anywhere was cut off", "[core][secure_channel]") {
  const Recording recording = record(kAes);
  for (std::size_t size = 0; size <= recording.rest.size(); ++size) {
    Responder responder(kAes);
    REQUIRE(responder.channel.handle_bytes(recording.first));
    REQUIRE(responder.channel.handle_bytes(ByteView(recording.rest).first(size)));
    const auto ended = responder.channel.handle_end();
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == Errc::truncated);
    check_dead(responder.channel);
  }
  for (std::size_t size = 0; size <= recording.first.size(); ++size) {
    Responder responder(kAes);
    REQUIRE(responder.channel.handle_bytes(ByteView(recording.first).first(size)));
    CHECK_FALSE(responder.channel.handle_end());
    check_dead(responder.channel);
  }
}

// The messages of a stream, each with its length.
std::vector<Bytes> messages_of(ByteView stream) {
  std::vector<Bytes> messages;
  while (!stream.empty()) {
    const std::size_t size = 2 + std::size_t{load_be<std::uint16_t>(stream)};
    messages.push_back(to_bytes(stream.first(size)));
    stream = stream.subspan(size);
  }
  return messages;
}

TEST_CASE("Messages that are doubled, dropped or swapped end the channel",
          "[core][secure_channel]") {
  const Recording recording = record(kAes);
  const auto messages = messages_of(recording.rest);
  REQUIRE(messages.size() == 4);
  const std::vector<std::vector<std::size_t>> orders = {
      {0, 0}, {0, 1, 1}, {0, 2}, {0, 1, 3}, {0, 3}, {1}, {0, 1, 2, 3, 3}, {0, 1, 2, 3, 1}};
  for (const auto& order : orders) {
    Responder responder(kAes);
    REQUIRE(responder.channel.handle_bytes(recording.first));
    bool failed = false;
    for (const std::size_t index : order) {
      REQUIRE_FALSE(failed);
      failed = !responder.channel.handle_bytes(messages[index]);
    }
    CHECK(failed);
    check_dead(responder.channel);
  }
}

TEST_CASE("Other protocols are turned away at once and without a word", "[core][secure_channel]") {
  for (const auto* const greeting :
       {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02", "SSH-2.0-OpenSSH_9.2\r\n", "LSYM", "\n"}) {
    CAPTURE(greeting);
    TestDevice bob(2);
    auto whole = bob.respond();
    const auto refused = whole.handle_bytes(as_bytes(greeting));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::malformed);
    CHECK(whole.pending_output().empty());
    check_dead(whole);
  }
  TestDevice bob(2);
  auto by_the_byte = bob.respond();
  REQUIRE(by_the_byte.handle_bytes(as_bytes("LS")));
  CHECK_FALSE(by_the_byte.handle_bytes(as_bytes("H")));
}

TEST_CASE("Handshake messages of a wrong length are refused", "[core][secure_channel]") {
  for (const int size : {0, 1, 15, 16, 31, 1025, 65535}) {
    CAPTURE(size);
    TestDevice bob(2);
    auto channel = bob.respond();
    Bytes bytes = to_bytes(encode(Preamble{}));
    append_be(bytes, static_cast<std::uint16_t>(size));
    append(bytes, random_bytes(1, std::min<std::size_t>(static_cast<std::size_t>(size), 100)));
    CHECK_FALSE(channel.handle_bytes(bytes));
    check_dead(channel);
  }
}

TEST_CASE("Transport messages too short for a tag are refused", "[core][secure_channel]") {
  for (std::size_t size = 0; size <= 16; ++size) {
    TestDevice ann(1);
    TestDevice bob(2);
    auto left = ann.initiate();
    auto right = bob.respond();
    converse(left, right);
    Bytes bytes;
    append_be(bytes, static_cast<std::uint16_t>(size));
    const auto refused = right.handle_bytes(bytes);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::malformed);
    check_dead(right);
  }
}

TEST_CASE("A first message with a key of small order is refused", "[core][secure_channel]") {
  TestDevice bob(2);
  auto channel = bob.respond();
  Bytes bytes = to_bytes(encode(Preamble{}));
  append_be(bytes, std::uint16_t{32});
  bytes.resize(bytes.size() + 32);
  CHECK_FALSE(channel.handle_bytes(bytes));
  CHECK(channel.pending_output().empty());
  check_dead(channel);
}

}  // namespace
}  // namespace lansync
