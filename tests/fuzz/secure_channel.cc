// What anybody can send to a port that listens, and what whoever listens can answer.
//
// The first byte says how far a real conversation goes before the input takes over, and the second
// and third which byte of it is changed on the way. No fuzzer finds a key: whatever was changed, no
// side may be established with somebody other than the device that it talks to.
#include "core/wire/secure_channel.h"

#include "core/base/assert.h"
#include "tests/fuzz/channel_device.h"
#include "tests/fuzz/fuzz_input.h"

namespace lansync {
namespace {

// Gives the channel bytes in two pieces, then takes what came of them.
void give(SecureChannel& channel, ByteView bytes) {
  const std::size_t half = bytes.size() / 2;
  for (const ByteView piece : {bytes.first(half), bytes.subspan(half)}) {
    if (channel.over()) return;
    const auto given = channel.handle_bytes(piece);
    LANSYNC_ASSERT(given.has_value() != channel.over());
  }
  while (const auto record = channel.next_record()) {
    LANSYNC_ASSERT(record->payload.size() <= payload_bytes_max(record->header.type));
  }
}

void end(SecureChannel& channel) {
  if (channel.over()) return;
  if (const auto deadline = channel.next_deadline()) {
    LANSYNC_ASSERT(!channel.handle_timeout(*deadline) && channel.over());
    return;
  }
  LANSYNC_ASSERT(channel.handle_end().has_value() == channel.closed_by_peer().has_value());
}

void check(FuzzInput input) {
  static Device left(1);
  static Device right(2);
  SecureChannel initiator = SecureChannel::initiate(left.local, Purpose::pair, options(), kNow);
  SecureChannel responder = SecureChannel::respond(right.local, options(), kNow);

  const ByteView plan = input.take(3);
  const std::size_t steps = plan.empty() ? 0 : std::to_integer<std::size_t>(plan[0]) % 8;
  SecureChannel* const sides[] = {&initiator, &responder};
  for (std::size_t step = 0; step < steps / 2; ++step) {
    Bytes bytes = output_of(*sides[step % 2]);
    const bool last = step + 1 == steps / 2;
    if (last && plan.size() == 3 && !bytes.empty()) {
      bytes[std::to_integer<std::size_t>(plan[1]) % bytes.size()] ^= plan[2];
    }
    give(*sides[(step + 1) % 2], bytes);
  }
  give(*sides[steps % 2], input.take_rest());

  for (SecureChannel* const side : sides) {
    if (!side->established()) continue;
    const Device& other = side == &initiator ? right : left;
    LANSYNC_ASSERT(side->peer().device() == other.keys.id());
  }
  for (SecureChannel* const side : sides) end(*side);
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lansync::check(lansync::FuzzInput(data, size));
  return 0;
}
