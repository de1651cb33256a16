#include "core/crypto/pairing.h"

#include <catch2/catch.hpp>

#include "core/crypto/pairing_code.h"
#include "tests/core/crypto/test_entropy.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;

const TimePoint kOpened{1h};

PairingCode code(std::uint64_t seed = 1) {
  test::SeededEntropy entropy(seed);
  return PairingCode::generate(entropy);
}

NoisePublicKey noise_key(std::uint64_t seed) {
  test::SeededEntropy entropy(seed);
  return NoiseKeyPair::generate(entropy).public_key;
}

PairingChannel channel(std::uint64_t seed = 1) {
  PairingChannel channel{{}, noise_key(100), noise_key(200)};
  channel.hash.bytes.fill(static_cast<std::byte>(seed));
  return channel;
}

Error error_of(const InviterAction& action) { return std::get<PairingFailed>(action).error; }
Error error_of(const JoinerAction& action) { return std::get<PairingFailed>(action).error; }
const Bytes& message_of(const InviterAction& action) {
  return std::get<PairingSend>(action).message;
}
const Bytes& message_of(const JoinerAction& action) {
  return std::get<PairingSend>(action).message;
}
const Bytes& reply_of(const InviterAction& action) { return std::get<PairingFailed>(action).reply; }

// The inviting device, its user having just opened an invitation.
struct Host {
  test::SeededEntropy entropy{7};
  Invitation invitation{code().password(), kOpened};
  TimePoint now = kOpened + 1min;

  PairingInviter inviter(const PairingChannel& on = channel()) {
    return {invitation, on, to_bytes("the inviter"), entropy};
  }
};

PairingJoiner joiner(const PairingCode& typed = code(), const PairingChannel& on = channel(),
                     std::uint64_t seed = 8) {
  test::SeededEntropy entropy(seed);
  return {typed.password(), on, to_bytes("the joiner"), entropy};
}

// One whole run with a wrong code; what the inviter made of it.
Errc try_wrong_code(Host& host, std::uint64_t seed = 2) {
  auto inviter = host.inviter();
  auto guesser = joiner(code(seed));
  const auto second = inviter.resume(host.now, guesser.start());
  if (const auto* failed = std::get_if<PairingFailed>(&second)) {
    return static_cast<Errc>(failed->error.code.value());
  }
  const auto proof = guesser.resume(message_of(second));
  return static_cast<Errc>(error_of(inviter.resume(host.now, message_of(proof))).code.value());
}

// One whole run with the right code.
void pair_successfully(Host& host) {
  auto inviter = host.inviter();
  auto guest = joiner();
  const auto second = inviter.resume(host.now, guest.start());
  const auto third = guest.resume(message_of(second));
  const auto proven = inviter.resume(host.now, message_of(third));
  REQUIRE(std::holds_alternative<PairingProven>(proven));
  CHECK(as_text(std::get<PairingProven>(proven).description) == "the joiner");
  const auto joined = guest.resume(inviter.grant(to_bytes("the share's records")));
  REQUIRE(std::holds_alternative<PairingJoined>(joined));
  CHECK(as_text(std::get<PairingJoined>(joined).description) == "the inviter");
  CHECK(as_text(std::get<PairingJoined>(joined).grant) == "the share's records");
}

TEST_CASE("Who types the right code joins, and each learns what the other said of itself") {
  Host host;
  pair_successfully(host);
  CHECK(host.invitation.used());
  CHECK_FALSE(host.invitation.open(host.now));
}

TEST_CASE("A code works once") {
  Host host;
  pair_successfully(host);
  auto again = host.inviter();
  const auto action = again.resume(host.now, joiner().start());
  CHECK(error_of(action).code == Errc::refused);
  auto guest = joiner();
  CHECK(error_of(guest.resume(reply_of(action))).code == Errc::refused);
}

TEST_CASE("Who types a wrong code is refused, and both sides know why") {
  Host host;
  auto inviter = host.inviter();
  auto guesser = joiner(code(2));
  const auto second = inviter.resume(host.now, guesser.start());
  const auto third = guesser.resume(message_of(second));
  const auto refusal = inviter.resume(host.now, message_of(third));
  CHECK(error_of(refusal).code == Errc::not_authentic);
  CHECK(error_of(guesser.resume(reply_of(refusal))).code == Errc::not_authentic);
  CHECK(host.invitation.attempts_left() == 4);
  CHECK(host.invitation.open(host.now));
}

TEST_CASE("An invitation survives four wrong codes, and not five") {
  Host host;
  for (std::uint64_t attempt = 0; attempt < 4; ++attempt) {
    REQUIRE(try_wrong_code(host, 10 + attempt) == Errc::not_authentic);
  }
  SECTION("the right code at the fifth try") { pair_successfully(host); }
  SECTION("the right code at the sixth try is too late") {
    REQUIRE(try_wrong_code(host, 20) == Errc::not_authentic);
    CHECK_FALSE(host.invitation.open(host.now));
    auto inviter = host.inviter();
    const auto action = inviter.resume(host.now, joiner().start());
    CHECK(error_of(action).code == Errc::refused);
    CHECK_FALSE(host.invitation.used());
  }
}

TEST_CASE("Breaking off after having seen the inviter's half is an attempt like any other") {
  Host host;
  for (int attempt = 0; attempt < 5; ++attempt) {
    auto inviter = host.inviter();
    REQUIRE(std::holds_alternative<PairingSend>(inviter.resume(host.now, joiner().start())));
  }
  CHECK(host.invitation.attempts_left() == 0);
  auto inviter = host.inviter();
  CHECK(error_of(inviter.resume(host.now, joiner().start())).code == Errc::refused);
}

TEST_CASE("An invalid point is an attempt; bytes that are no request are not") {
  Host host;
  {
    auto inviter = host.inviter();
    const auto action = inviter.resume(host.now, encode(PairingRequest{}));
    CHECK(error_of(action).code == Errc::malformed);
  }
  CHECK(host.invitation.attempts_left() == 4);
  {
    auto inviter = host.inviter();
    CHECK(error_of(inviter.resume(host.now, to_bytes("GET / HTTP/1.1"))).code == Errc::malformed);
    auto other = host.inviter();
    CHECK(error_of(other.resume(host.now, encode(PairingProof{}))).code == Errc::malformed);
  }
  CHECK(host.invitation.attempts_left() == 4);
}

TEST_CASE("An invitation expires after ten minutes") {
  Host host;
  CHECK(host.invitation.deadline() == kOpened + 10min);
  SECTION("a run just before the end") {
    host.now = kOpened + 10min - 1ns;
    CHECK(host.invitation.open(host.now));
    pair_successfully(host);
  }
  SECTION("a run at the end") {
    host.now = kOpened + 10min;
    CHECK_FALSE(host.invitation.open(host.now));
    auto inviter = host.inviter();
    const auto action = inviter.resume(host.now, joiner().start());
    CHECK(error_of(action).code == Errc::expired);
    auto guest = joiner();
    CHECK(error_of(guest.resume(reply_of(action))).code == Errc::expired);
    CHECK(host.invitation.attempts_left() == 5);
  }
  SECTION("a run that began in time and ends too late") {
    auto inviter = host.inviter();
    auto guest = joiner();
    const auto second = inviter.resume(kOpened + 9min, guest.start());
    const auto third = guest.resume(message_of(second));
    CHECK(error_of(inviter.resume(kOpened + 10min, message_of(third))).code == Errc::expired);
    CHECK_FALSE(host.invitation.used());
  }
}

TEST_CASE("One run at a time") {
  Host host;
  std::optional<PairingInviter> first(std::in_place, host.invitation, channel(), Bytes{},
                                      host.entropy);
  REQUIRE(std::holds_alternative<PairingSend>(first->resume(host.now, joiner().start())));
  {
    auto second = host.inviter();
    const auto action = second.resume(host.now, joiner().start());
    CHECK(error_of(action).code == Errc::busy);
    auto guest = joiner();
    CHECK(error_of(guest.resume(reply_of(action))).code == Errc::busy);
  }
  CHECK(host.invitation.attempts_left() == 4);
  first.reset();
  pair_successfully(host);
}

TEST_CASE("A relay between two channels gets nothing for the right code") {
  // The relay finished one handshake with each side, so it reads and forwards everything; but the
  // two channels have two hashes, and two keys that are its own.
  Host host;
  PairingChannel joiners_side = channel(1);
  joiners_side.inviter = noise_key(666);
  PairingChannel inviters_side = channel(2);
  inviters_side.joiner = noise_key(666);
  auto inviter = host.inviter(inviters_side);
  auto guest = joiner(code(), joiners_side);

  const auto second = inviter.resume(host.now, guest.start());
  const auto third = guest.resume(message_of(second));
  const auto refusal = inviter.resume(host.now, message_of(third));
  CHECK(error_of(refusal).code == Errc::not_authentic);
  CHECK_FALSE(host.invitation.used());
  CHECK(host.invitation.attempts_left() == 4);

  SECTION("nor does the joiner take the relay's word") {
    PairingGrant forged{std::get<PairingProof>(*decode_pairing_message(message_of(third))).tag,
                        to_bytes("join my share instead")};
    CHECK(error_of(guest.resume(encode(forged))).code == Errc::not_authentic);
  }
}

TEST_CASE("The code is bound to the channel's hash and to each of the two keys by itself") {
  const PairingChannel joiners = channel();
  PairingChannel inviters = channel();
  Errc expected = Errc::not_authentic;
  SECTION("nothing differs") { expected = Errc{}; }
  SECTION("another hash") { inviters.hash = channel(2).hash; }
  SECTION("another joiner") { inviters.joiner = noise_key(666); }
  SECTION("another inviter") { inviters.inviter = noise_key(666); }
  SECTION("the keys exchanged") { std::swap(inviters.joiner, inviters.inviter); }

  Host host;
  auto inviter = host.inviter(inviters);
  auto guest = joiner(code(), joiners);
  const auto second = inviter.resume(host.now, guest.start());
  const auto third = guest.resume(message_of(second));
  const auto outcome = inviter.resume(host.now, message_of(third));
  const auto* const failed = std::get_if<PairingFailed>(&outcome);
  REQUIRE((failed == nullptr) == (expected == Errc{}));
  if (failed != nullptr) CHECK(failed->error.code == expected);
}

TEST_CASE("A relay cannot tell the right code from a wrong one by what it hears") {
  // It plays the inviter to the joiner, hears the proof, and then tries every code it can think of
  // against it. Its own half was made for one guess, so the right code does not fit either.
  auto guest = joiner();
  const PairingChannel on = channel();
  const Bytes parties = lv_cat({as_bytes("lansync/v1/pair"), on.joiner.view(), on.inviter.view()});
  test::SeededEntropy entropy(5);
  const auto guess = code(2).password();
  Cpace half(CpaceRole::responder, {guess.view(), parties, on.hash.view()}, {}, entropy);
  const auto proof = guest.resume(encode(PairingResponse{half.point(), {}}));
  const auto tag = std::get<PairingProof>(*decode_pairing_message(message_of(proof))).tag;
  const auto request = std::get<PairingRequest>(*decode_pairing_message(joiner().start()));

  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    // The same secret again, with another code: the point that it then should have sent differs.
    test::SeededEntropy same_entropy(5);
    const auto candidate = code(seed).password();
    Cpace again(CpaceRole::responder, {candidate.view(), parties, on.hash.view()}, {},
                same_entropy);
    const auto keys = std::move(again).finish(request.point, request.description);
    REQUIRE(keys);
    CHECK_FALSE(keys->confirmed_by(tag));
  }
}

TEST_CASE("An inviter that does not know the code cannot pass for one") {
  SECTION("by sending the joiner's own messages back") {
    auto guest = joiner();
    auto request = std::get<PairingRequest>(*decode_pairing_message(guest.start()));
    const auto action =
        guest.resume(encode(PairingResponse{request.point, std::move(request.description)}));
    CHECK(error_of(action).code == Errc::not_authentic);
  }
  SECTION("by sending the joiner's proof back") {
    Host host;
    auto inviter = host.inviter();
    auto guest = joiner();
    const auto second = inviter.resume(host.now, guest.start());
    const auto third = guest.resume(message_of(second));
    const auto tag = std::get<PairingProof>(*decode_pairing_message(message_of(third))).tag;
    CHECK(error_of(guest.resume(encode(PairingGrant{tag, {}}))).code == Errc::not_authentic);
  }
  SECTION("by skipping the proof") {
    auto guest = joiner();
    CHECK(error_of(guest.resume(encode(PairingGrant{}))).code == Errc::malformed);
  }
}

TEST_CASE("Any bit changed on the way ends the run") {
  // Noise already sees to that; this is what holds if the channel's other end is the attacker.
  const auto survives = [](int number, std::size_t bit) {
    Host host;
    auto inviter = host.inviter();
    auto guest = joiner();
    const auto flip = [&](int current, Bytes message) {
      if (current == number) message[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      return message;
    };
    const auto second = inviter.resume(host.now, flip(0, guest.start()));
    if (std::holds_alternative<PairingFailed>(second)) return false;
    const auto third = guest.resume(flip(1, message_of(second)));
    if (std::holds_alternative<PairingFailed>(third)) return false;
    const auto proven = inviter.resume(host.now, flip(2, message_of(third)));
    if (std::holds_alternative<PairingFailed>(proven)) return false;
    // What is granted is protected by the channel alone: of the last message, flip only type and
    // tag.
    const auto joined = guest.resume(flip(3, inviter.grant({})));
    return std::holds_alternative<PairingJoined>(joined);
  };
  CHECK(survives(-1, 0));
  const std::size_t bytes[] = {1 + 32 + 10, 1 + 32 + 11, 1 + 64, 1 + 64};
  for (int number = 0; number < 4; ++number) {
    for (std::size_t bit = 0; bit < bytes[number] * 8; ++bit) {
      INFO("message " << number + 1 << ", bit " << bit);
      REQUIRE_FALSE(survives(number, bit));
    }
  }
}

TEST_CASE("After the end, nothing is answered any more") {
  Host host;
  auto inviter = host.inviter();
  auto guest = joiner();
  const auto second = inviter.resume(host.now, guest.start());
  const auto third = guest.resume(message_of(second));
  REQUIRE(std::holds_alternative<PairingProven>(inviter.resume(host.now, message_of(third))));
  const Bytes grant = inviter.grant({});
  REQUIRE(std::holds_alternative<PairingJoined>(guest.resume(grant)));
  CHECK(std::holds_alternative<PairingFailed>(guest.resume(grant)));
  CHECK(std::holds_alternative<PairingFailed>(guest.resume(encode(PairingRefusal{Errc::busy}))));
  CHECK(std::holds_alternative<PairingFailed>(inviter.resume(host.now, message_of(third))));
}

TEST_CASE("Pairing works inside a real channel") {
  test::SeededEntropy entropy(42);
  const auto joiner_keys = NoiseKeyPair::generate(entropy);
  const auto inviter_keys = NoiseKeyPair::generate(entropy);
  const auto suite = CipherSuite::chacha20_poly1305;
  NoiseHandshake left(suite, NoiseRole::initiator, {}, joiner_keys, entropy);
  NoiseHandshake right(suite, NoiseRole::responder, {}, inviter_keys, entropy);
  REQUIRE(right.read_message(*left.write_message({})));
  REQUIRE(left.read_message(*right.write_message({})));
  REQUIRE(right.read_message(*left.write_message({})));
  const auto joiners = left.split();
  const auto inviters = right.split();
  REQUIRE(joiners);
  REQUIRE(inviters);

  Host host;
  auto inviter = host.inviter({inviters->hash, inviters->remote_key, inviter_keys.public_key});
  auto guest = joiner(code(), {joiners->hash, joiner_keys.public_key, joiners->remote_key});
  const auto second = inviter.resume(host.now, guest.start());
  const auto third = guest.resume(message_of(second));
  REQUIRE(std::holds_alternative<PairingProven>(inviter.resume(host.now, message_of(third))));
  CHECK(std::holds_alternative<PairingJoined>(guest.resume(inviter.grant({}))));
}

}  // namespace
}  // namespace lansync
