// The three messages of a handshake, one of which the input replaces or changes on its way.
//
// Whatever was changed, the two sides are never both finished; if nothing was, they are, and agree.
#include "core/base/assert.h"
#include "core/crypto/noise.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/seeded_entropy.h"

namespace lansync {
namespace {

constexpr int kSteps = 3;

// What the input says of one conversation.
struct Plan {
  explicit Plan(FuzzInput& input) {
    const ByteView head = input.take(1);
    const auto bits = head.empty() ? 0U : std::to_integer<unsigned>(head[0]);
    suite = (bits & 1U) != 0 ? CipherSuite::aes256_gcm : CipherSuite::chacha20_poly1305;
    replaces = (bits & 2U) != 0;
    step = static_cast<int>((bits >> 2U) % (kSteps + 1));  // kSteps: nothing is changed.
  }

  CipherSuite suite;
  bool replaces;
  int step;
};

// Either the rest of the input, or the message with bytes exchanged, cut or made longer.
Bytes changed(const Bytes& message, const Plan& plan, FuzzInput& input) {
  if (plan.replaces) return to_bytes(input.take_rest());
  Bytes bytes = message;
  while (!input.empty()) {
    const ByteView edit = input.take(3);
    if (edit.size() < 3) break;
    const std::size_t at = load_be<std::uint16_t>(edit.first(2));
    if (at < bytes.size()) {
      bytes[at] ^= edit[2];
    } else if (edit[2] == std::byte{0}) {
      bytes.resize(bytes.size() - std::min(bytes.size(), at % 64));
    } else {
      bytes.push_back(edit[2]);
    }
  }
  return bytes;
}

void check_dead(NoiseHandshake& side) {
  LANSYNC_ASSERT(!side.finished() && !side.our_turn());
  LANSYNC_ASSERT(!side.write_message({}) && !side.read_message({}) && !side.split());
}

void check(FuzzInput input) {
  test::SeededEntropy entropy(1);
  const NoiseKeyPair left_keys = NoiseKeyPair::from_secret(Secret<32>::random(entropy));
  const NoiseKeyPair right_keys = NoiseKeyPair::from_secret(Secret<32>::random(entropy));
  const Plan plan(input);
  const ByteView prologue = input.take_sized();
  const Bytes payload = to_bytes(input.take_sized());
  NoiseHandshake left(plan.suite, NoiseRole::initiator, prologue, left_keys, entropy);
  NoiseHandshake right(plan.suite, NoiseRole::responder, prologue, right_keys, entropy);

  NoiseHandshake* const sides[] = {&left, &right};
  bool sound = true;
  for (int step = 0; step < kSteps; ++step) {
    NoiseHandshake& writer = *sides[step % 2];
    NoiseHandshake& reader = *sides[(step + 1) % 2];
    const auto message = writer.write_message(payload);
    if (!message) {
      // A key of small order had come, and with it nothing to hide behind.
      LANSYNC_ASSERT(!sound);
      return check_dead(writer);
    }
    const Bytes sent = step == plan.step ? changed(*message, plan, input) : *message;
    sound = sound && sent == *message;
    const auto read = reader.read_message(sent);
    LANSYNC_ASSERT(!sound || (read && *read == payload));
    if (!read) return check_dead(reader);
  }
  LANSYNC_ASSERT(sound && left.finished() && right.finished());
  LANSYNC_ASSERT(*left.remote_key() == right_keys.public_key);
  LANSYNC_ASSERT(*right.remote_key() == left_keys.public_key);
  LANSYNC_ASSERT(left.split().value().hash == right.split().value().hash);
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lansync::check(lansync::FuzzInput(data, size));
  return 0;
}
