#include "core/crypto/noise.h"

#include <array>
#include <functional>

#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "tests/core/crypto/test_entropy.h"

namespace lansync {
namespace {

constexpr CipherSuite kSuites[] = {CipherSuite::chacha20_poly1305, CipherSuite::aes256_gcm};

NoiseKeyPair keys(std::uint64_t seed) {
  test::SeededEntropy entropy(seed);
  return NoiseKeyPair::generate(entropy);
}

NoiseHandshake initiator_side(CipherSuite suite = CipherSuite::chacha20_poly1305,
                              std::string_view prologue = "prologue") {
  test::SeededEntropy entropy(11);
  return {suite, NoiseRole::initiator, as_bytes(prologue), keys(1), entropy};
}

NoiseHandshake responder_side(CipherSuite suite = CipherSuite::chacha20_poly1305,
                              std::string_view prologue = "prologue") {
  test::SeededEntropy entropy(12);
  return {suite, NoiseRole::responder, as_bytes(prologue), keys(2), entropy};
}

// What an attacker does to the message with this number, 0 to 2.
using Tamper = std::function<void(int number, Bytes& message)>;

void leave_alone(int, Bytes&) {}

const std::array<std::string_view, 3> kPayloads{"", "hello from the responder", "and back"};

// The first error on either side, or success if both finished.
Result<void> run(NoiseHandshake& initiator, NoiseHandshake& responder, const Tamper& tamper) {
  for (int number = 0; number < 3; ++number) {
    NoiseHandshake& writer = number % 2 == 0 ? initiator : responder;
    NoiseHandshake& reader = number % 2 == 0 ? responder : initiator;
    auto message = writer.write_message(as_bytes(kPayloads.at(static_cast<std::size_t>(number))));
    if (!message) return message.error();
    tamper(number, *message);
    const auto payload = reader.read_message(*message);
    if (!payload) return payload.error();
  }
  return {};
}

Result<void> run_tampered(CipherSuite suite, const Tamper& tamper) {
  auto initiator = initiator_side(suite);
  auto responder = responder_side(suite);
  return run(initiator, responder, tamper);
}

std::size_t message_bytes(int number) {
  std::size_t bytes = 0;
  const auto measure = [&](int n, Bytes& message) {
    if (n == number) bytes = message.size();
  };
  REQUIRE(run_tampered(kSuites[0], measure));
  return bytes;
}

TEST_CASE("Both sides of a handshake come out with the same channel") {
  for (const CipherSuite suite : kSuites) {
    auto initiator = initiator_side(suite);
    auto responder = responder_side(suite);
    REQUIRE(run(initiator, responder, leave_alone));
    CHECK(initiator.finished());
    CHECK(responder.finished());
    CHECK_FALSE(initiator.our_turn());
    CHECK_FALSE(responder.our_turn());
    auto left = initiator.split();
    auto right = responder.split();
    REQUIRE(left);
    REQUIRE(right);
    CHECK(left->hash == right->hash);
    CHECK(left->remote_key == keys(2).public_key);
    CHECK(right->remote_key == keys(1).public_key);
    CHECK(*left->send.next()->key == *right->receive.next()->key);
    CHECK(*left->receive.next()->key == *right->send.next()->key);
    CHECK_FALSE(*left->send.next()->key == *left->receive.next()->key);
  }
}

TEST_CASE("A handshake in which any bit of any message was flipped does not finish") {
  for (int number = 0; number < 3; ++number) {
    const std::size_t bits = message_bytes(number) * 8;
    for (std::size_t bit = 0; bit < bits; ++bit) {
      INFO("message " << number << ", bit " << bit);
      const auto flip = [&](int n, Bytes& message) {
        if (n == number) message[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      };
      REQUIRE_FALSE(run_tampered(kSuites[bit % 2], flip));
    }
  }
}

TEST_CASE("A handshake in which any message was cut short or lengthened does not finish") {
  for (int number = 0; number < 3; ++number) {
    const std::size_t bytes = message_bytes(number);
    for (std::size_t length = 0; length <= bytes + 1; ++length) {
      if (length == bytes) continue;
      INFO("message " << number << ", " << length << " bytes");
      const auto resize = [&](int n, Bytes& message) {
        if (n == number) message.resize(length);
      };
      REQUIRE_FALSE(run_tampered(kSuites[0], resize));
    }
  }
}

TEST_CASE("What was said before the handshake must be the same on both sides") {
  auto initiator = initiator_side(kSuites[0], "lansync noise v1");
  auto responder = responder_side(kSuites[0], "lansync noise v2");
  const auto result = run(initiator, responder, leave_alone);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::not_authentic);
}

TEST_CASE("The two suites do not understand each other") {
  auto initiator = initiator_side(CipherSuite::chacha20_poly1305);
  auto responder = responder_side(CipherSuite::aes256_gcm);
  CHECK_FALSE(run(initiator, responder, leave_alone));
}

TEST_CASE("A message that comes back to its sender is not accepted") {
  SECTION("the first") {
    auto initiator = initiator_side();
    const auto first = initiator.write_message({});
    REQUIRE(first);
    CHECK_FALSE(initiator.read_message(*first));
  }
  SECTION("the second, which has the form of nothing that its sender expects") {
    auto initiator = initiator_side();
    auto responder = responder_side();
    REQUIRE(responder.read_message(*initiator.write_message({})));
    const auto second = responder.write_message({});
    REQUIRE(second);
    CHECK_FALSE(responder.read_message(*second));
  }
}

TEST_CASE("Two initiators, or two responders, get nowhere") {
  auto one = initiator_side();
  auto other = initiator_side();
  const auto first = one.write_message({});
  REQUIRE(first);
  const auto crossed = other.read_message(*first);
  REQUIRE_FALSE(crossed);
  CHECK(crossed.error().code == Errc::wrong_state);
  const auto eager = responder_side().write_message({});
  REQUIRE_FALSE(eager);
  CHECK(eager.error().code == Errc::wrong_state);
}

TEST_CASE("Messages of another run of the same handshake are worth nothing") {
  Bytes recorded;
  const auto record = [&](int number, Bytes& message) {
    if (number == 2) recorded = message;
  };
  REQUIRE(run_tampered(kSuites[0], record));

  auto initiator = initiator_side();
  test::SeededEntropy fresh(99);
  NoiseHandshake responder(kSuites[0], NoiseRole::responder, as_bytes("prologue"), keys(2), fresh);
  REQUIRE(responder.read_message(*initiator.write_message({})));
  REQUIRE(responder.write_message({}));
  const auto replayed = responder.read_message(recorded);
  REQUIRE_FALSE(replayed);
  CHECK(replayed.error().code == Errc::not_authentic);
}

TEST_CASE("A key of small order ends the handshake") {
  // Public points whose multiples are all known; the second is of order 8 (RFC 7748, section 6.1).
  const std::string_view points[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  for (const std::string_view point : points) {
    INFO(point);
    auto responder = responder_side();
    REQUIRE(responder.read_message(*from_hex(point)));
    const auto answer = responder.write_message({});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Errc::malformed);

    auto initiator = initiator_side();
    REQUIRE(initiator.write_message({}));
    Bytes message = *from_hex(point);
    message.resize(96);
    const auto read = initiator.read_message(message);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Errc::malformed);
  }
}

TEST_CASE("A payload fits if the message stays within 65535 bytes") {
  const auto overhead = message_bytes(1) - kPayloads[1].size();
  const auto answer_with = [](std::size_t payload_bytes) {
    auto initiator = initiator_side();
    auto responder = responder_side();
    REQUIRE(responder.read_message(*initiator.write_message({})));
    return responder.write_message(Bytes(payload_bytes));
  };
  const std::size_t largest = limits::kNoiseMessageBytesMax - overhead;
  REQUIRE(answer_with(largest));
  CHECK(answer_with(largest)->size() == limits::kNoiseMessageBytesMax);
  REQUIRE_FALSE(answer_with(largest + 1));
  CHECK(answer_with(largest + 1).error().code == Errc::limit_exceeded);

  auto responder = responder_side();
  const auto too_long = responder.read_message(Bytes(limits::kNoiseMessageBytesMax + 1));
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().code == Errc::limit_exceeded);
}

TEST_CASE("A handshake that failed stays failed") {
  auto initiator = initiator_side();
  auto responder = responder_side();
  REQUIRE(responder.read_message(*initiator.write_message({})));
  const auto second = responder.write_message({});
  REQUIRE(second);
  Bytes touched = *second;
  touched.back() ^= std::byte{1};
  REQUIRE_FALSE(initiator.read_message(touched));
  CHECK_FALSE(initiator.our_turn());
  CHECK_FALSE(initiator.finished());
  CHECK(initiator.read_message(*second).error().code == Errc::wrong_state);
  CHECK(initiator.write_message({}).error().code == Errc::wrong_state);
  CHECK(initiator.split().error().code == Errc::wrong_state);
}

TEST_CASE("A channel is taken from a handshake once, and not before its end") {
  auto initiator = initiator_side();
  auto responder = responder_side();
  REQUIRE(run(initiator, responder, leave_alone));
  REQUIRE(initiator.split());
  CHECK(initiator.split().error().code == Errc::wrong_state);

  auto unfinished = initiator_side();
  CHECK(unfinished.split().error().code == Errc::wrong_state);
  CHECK(unfinished.write_message({}).error().code == Errc::wrong_state);
}

}  // namespace
}  // namespace lansync
