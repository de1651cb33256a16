// What a peer may do to a channel that does not keep the rules, or is not who it should be.
#include <catch2/catch.hpp>

#include "core/wire/secure_channel.h"
#include "tests/core/wire/channel_pair.h"
#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;
using test::check_dead;
using test::converse;
using test::kChaChaOnly;
using test::kNow;
using test::open_options;
using test::random_bytes;
using test::send;
using test::take_output;
using test::take_records;
using test::TestDevice;

constexpr RecordType kControl{2};

constexpr CipherSuite kAes = CipherSuite::aes256_gcm;

// A peer that holds a real channel and puts into it what it likes: the handshake and the ciphers
// without the rules.
struct RogueInitiator {
  explicit RogueInitiator(std::uint64_t seed, SecureChannel& victim, const Hello& hello)
      : device(seed) {
    const auto preamble = encode(Preamble{kAes, Purpose::sync});
    NoiseHandshake handshake(kAes, NoiseRole::initiator, handshake_prologue(preamble),
                             device.keys.noise_keys(), device.entropy);
    Bytes first = to_bytes(preamble);
    append(first, framed(*handshake.write_message({})));
    REQUIRE(victim.handle_bytes(first));
    const Bytes second = take_output(victim);
    REQUIRE(handshake.read_message(ByteView(second).subspan(2)));
    third = framed(*handshake.write_message(encode(hello)));
    session.emplace(*handshake.split());
  }

  static Bytes framed(ByteView message) {
    Bytes bytes;
    append_be(bytes, static_cast<std::uint16_t>(message.size()));
    append(bytes, message);
    return bytes;
  }

  Bytes sealed(ByteView plaintext) {
    Bytes message = to_bytes(plaintext);
    message.resize(message.size() + kAeadTagBytes);
    const auto text = std::span(message).first(plaintext.size());
    REQUIRE(session->send.seal(cipher, {}, text, std::span(message).last<kAeadTagBytes>()));
    return framed(message);
  }

  TestDevice device;
  Bytes third;
  std::optional<NoiseSession> session;
  MessageCipher cipher;
};

Hello hello_of(const TestDevice& device) {
  return {device.local.suites, device.local.certificate, kNow.wall, "rogue"};
}

TEST_CASE("Only the certificate of the handshake's own key is believed", "[core][secure_channel]") {
  TestDevice bob(2);
  TestDevice mallory(3);
  TestDevice ann(1);
  Hello hello = hello_of(mallory);
  Errc expected = Errc::refused;

  SECTION("its own certificate") {
    auto victim = bob.respond();
    RogueInitiator rogue(3, victim, hello);
    REQUIRE(victim.handle_bytes(rogue.third));
    CHECK(victim.peer().device() == mallory.keys.id());
    return;
  }
  SECTION("another device's certificate") {
    hello.certificate = ann.local.certificate;
    expected = Errc::not_authentic;
  }
  SECTION("its Noise key certified by itself in another's name") {
    hello.certificate.device = ann.keys.id();
    expected = Errc::not_authentic;
  }
  SECTION("a signature for another purpose") {
    hello.certificate.signature =
        mallory.keys.sign("lansync/v1/segment", encode(hello.certificate));
    expected = Errc::not_authentic;
  }
  SECTION("the victim's own certificate") {
    hello.certificate = bob.local.certificate;
    expected = Errc::not_authentic;
  }
  SECTION("a certificate from the future") {
    hello.certificate =
        mallory.keys.certify({kNow.wall.ns + std::chrono::nanoseconds(25h).count()});
  }
  SECTION("a certificate from the end of time, at its beginning") {
    hello.certificate = mallory.keys.certify({std::numeric_limits<std::int64_t>::max()});
    hello.clock = {std::numeric_limits<std::int64_t>::min()};
  }
  auto victim = bob.respond();
  RogueInitiator rogue(3, victim, hello);
  const auto refused = victim.handle_bytes(rogue.third);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == expected);
  CHECK(victim.pending_output().empty());
  check_dead(victim);
}

TEST_CASE("A certificate from a clock that is a little fast is accepted",
          "[core][secure_channel]") {
  TestDevice bob(2);
  TestDevice mallory(3);
  Hello hello = hello_of(mallory);
  hello.certificate = mallory.keys.certify({kNow.wall.ns + std::chrono::nanoseconds(23h).count()});
  auto victim = bob.respond();
  RogueInitiator rogue(3, victim, hello);
  CHECK(victim.handle_bytes(rogue.third));
}

TEST_CASE("A device does not talk to itself", "[core][secure_channel]") {
  TestDevice ann(1);
  auto left = ann.initiate();
  auto right = ann.respond();
  converse(left, right);
  check_dead(left);
  CHECK(left.error()->code == Errc::refused);
  CHECK(left.met_itself());
  CHECK_FALSE(right.established());

  TestDevice bob(2);
  auto to_bob = ann.initiate();
  auto from_ann = bob.respond();
  converse(to_bob, from_ann);
  CHECK(to_bob.established());
  CHECK_FALSE(to_bob.met_itself());
  CHECK_FALSE(from_ann.met_itself());
}

TEST_CASE("What a device says is nothing that it would answer to", "[core][secure_channel]") {
  TestDevice ann(1);
  auto left = ann.initiate();
  const Bytes own = take_output(left);
  CHECK_FALSE(left.handle_bytes(own));
  check_dead(left);

  TestDevice bob(2);
  auto other = ann.initiate();
  auto right = bob.respond();
  converse(other, right);
  REQUIRE(send(other, kControl, 1, random_bytes(1, 10)));
  CHECK_FALSE(other.handle_bytes(take_output(other)));
  check_dead(other);
}

TEST_CASE("Strangers learn nothing of an initiator", "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  std::vector<std::pair<Purpose, DeviceId>> asked;
  auto options = open_options();
  options.accept_peer = [&](Purpose purpose, const DeviceId& device) {
    asked.emplace_back(purpose, device);
    return false;
  };
  auto left = SecureChannel::initiate(ann.local, Purpose::sync, options, kNow);
  auto right = bob.respond();
  converse(left, right);
  CHECK(asked == std::vector{std::pair{Purpose::sync, bob.keys.id()}});
  CHECK(left.error()->code == Errc::refused);
  CHECK(left.pending_output().empty());
  check_dead(left);
  CHECK_FALSE(right.established());
}

TEST_CASE("A responder hears out nobody it does not accept", "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  auto options = open_options();
  options.accept_peer = [&](Purpose, const DeviceId& device) { return device != ann.keys.id(); };
  auto left = ann.initiate();
  auto right = SecureChannel::respond(bob.local, options, kNow);
  converse(left, right);
  CHECK(right.error()->code == Errc::refused);
  CHECK(right.pending_output().empty());
  check_dead(right);
}

TEST_CASE("What the preamble asks for and is not there is refused in clear",
          "[core][secure_channel]") {
  TestDevice ann(1);
  TestDevice bob(2);
  auto options = open_options();
  Purpose purpose = Purpose::sync;
  SECTION("a suite") { bob.local.suites = kChaChaOnly; }
  SECTION("a purpose") { purpose = Purpose::public_library; }
  auto left = ann.initiate(purpose);
  auto right = SecureChannel::respond(bob.local, options, kNow);
  converse(left, right);
  CHECK(left.error()->code == Errc::unsupported);
  CHECK(right.error()->code == Errc::unsupported);
  check_dead(left);
  check_dead(right);
}

SCENARIO("The initiator falls back only within its own list", "[core][secure_channel]") {
  GIVEN("a responder without AES") {
    TestDevice ann(1);
    TestDevice bob(2, kChaChaOnly);
    auto left = ann.initiate();
    auto right = bob.respond();
    converse(left, right);
    REQUIRE(left.alternative_suite() == CipherSuite::chacha20_poly1305);
    WHEN("the alternative is tried") {
      auto retry = ann.initiate(Purpose::sync, left.alternative_suite());
      auto again = bob.respond();
      converse(retry, again);
      THEN("the channel opens") {
        CHECK(retry.established());
        CHECK(again.established());
      }
    }
  }
  GIVEN("an attacker who answers in a responder's place that AES is not supported") {
    TestDevice ann(1);
    TestDevice bob(2);
    auto left = ann.initiate();
    take_output(left);
    REQUIRE_FALSE(left.handle_bytes(encode(Refusal::suite)));
    REQUIRE(left.alternative_suite() == CipherSuite::chacha20_poly1305);
    WHEN("the alternative is tried") {
      auto retry = ann.initiate(Purpose::sync, left.alternative_suite());
      auto right = bob.respond();
      converse(retry, right);
      THEN("it comes out that both had better, before the initiator shows itself") {
        CHECK(retry.error()->code == Errc::refused);
        CHECK_FALSE(right.established());
      }
    }
  }
  GIVEN("refusals that leave no choice") {
    TestDevice old(3, kChaChaOnly);
    TestDevice ann(1);
    auto without_choice = old.initiate();
    REQUIRE_FALSE(without_choice.handle_bytes(encode(Refusal::suite)));
    CHECK_FALSE(without_choice.alternative_suite());
    auto version = ann.initiate();
    REQUIRE_FALSE(version.handle_bytes(encode(Refusal::version)));
    CHECK_FALSE(version.alternative_suite());
    auto nonsense = ann.initiate();
    const auto refused = nonsense.handle_bytes(*from_hex("000104"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::malformed);
  }
}

TEST_CASE("A responder notices a worse suite too", "[core][secure_channel]") {
  TestDevice bob(2);
  TestDevice mallory(3);
  auto victim = bob.respond();
  const auto preamble = encode(Preamble{CipherSuite::chacha20_poly1305, Purpose::sync});
  NoiseHandshake handshake(CipherSuite::chacha20_poly1305, NoiseRole::initiator,
                           handshake_prologue(preamble), mallory.keys.noise_keys(),
                           mallory.entropy);
  REQUIRE(victim.handle_bytes(preamble));
  REQUIRE(victim.handle_bytes(RogueInitiator::framed(*handshake.write_message({}))));
  REQUIRE(handshake.read_message(ByteView(take_output(victim)).subspan(2)));
  const auto refused = victim.handle_bytes(
      RogueInitiator::framed(*handshake.write_message(encode(hello_of(mallory)))));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::refused);
}

TEST_CASE("A payload of the first message is ignored", "[core][secure_channel]") {
  TestDevice bob(2);
  TestDevice mallory(3);
  auto victim = bob.respond();
  const auto preamble = encode(Preamble{kAes, Purpose::sync});
  NoiseHandshake handshake(kAes, NoiseRole::initiator, handshake_prologue(preamble),
                           mallory.keys.noise_keys(), mallory.entropy);
  REQUIRE(victim.handle_bytes(preamble));
  REQUIRE(
      victim.handle_bytes(RogueInitiator::framed(*handshake.write_message(random_bytes(1, 500)))));
  REQUIRE(handshake.read_message(ByteView(take_output(victim)).subspan(2)));
  CHECK(victim.handle_bytes(
      RogueInitiator::framed(*handshake.write_message(encode(hello_of(mallory))))));
  CHECK(victim.established());
}

TEST_CASE("A peer that breaks the rules inside the channel ends it", "[core][secure_channel]") {
  TestDevice bob(2);
  const TestDevice mallory(3);
  auto victim = bob.respond();
  RogueInitiator rogue(3, victim, hello_of(mallory));
  REQUIRE(victim.handle_bytes(rogue.third));
  REQUIRE(victim.established());
  const struct {
    const char* name;
    const char* plaintext;
    Errc errc;
  } cases[] = {
      {"a record of 4 GiB", "ffffffff80000000", Errc::limit_exceeded},
      {"a bulk record one byte too long", "0010000180000000", Errc::limit_exceeded},
      {"a control record one byte too long", "0004000102000000", Errc::limit_exceeded},
      {"a record of type 0", "0000000000000000", Errc::malformed},
      {"an unknown flag", "0000000002800000", Errc::malformed},
      {"a close without a reason", "0000000001000000", Errc::malformed},
      {"a close with too much", "0000000301000000000000", Errc::malformed},
      {"a good record before a bad one", "0000000102000000410000000000000000", Errc::malformed},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto refused = victim.handle_bytes(rogue.sealed(*from_hex(c.plaintext)));
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == c.errc);
      check_dead(victim);
    }
  }
  SECTION("a close for a reason of a later version") {
    REQUIRE(victim.handle_bytes(rogue.sealed(*from_hex("0000000201000000ffff"))));
    CHECK(victim.closed_by_peer() == Errc::closed);
  }
  SECTION("records after a close in the same message") {
    REQUIRE(victim.handle_bytes(rogue.sealed(*from_hex("00000002010000000010ffffffffffffffff"))));
    CHECK(victim.closed_by_peer() == Errc::cancelled);
    CHECK_FALSE(victim.next_record());
  }
  SECTION("one byte of plaintext a message") {
    const Bytes plaintext = *from_hex("00000001020000034100000000ff010000");
    for (const std::byte byte : plaintext) {
      REQUIRE(victim.handle_bytes(rogue.sealed({&byte, 1})));
    }
    CHECK(take_records(victim).size() == 2);
  }
}

}  // namespace
}  // namespace lansync
