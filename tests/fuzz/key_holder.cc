// What a device with keys of its own can say inside a handshake and a channel: anything.
//
// The first byte says which side it is and how its hello comes about: as it should be, changed in
// places, or whatever the input has. Then come the plaintexts of messages that it seals.
#include "core/base/assert.h"
#include "core/wire/secure_channel.h"
#include "tests/fuzz/channel_device.h"
#include "tests/fuzz/fuzz_input.h"

namespace lansync {
namespace {

Bytes framed(ByteView message) {
  Bytes bytes;
  append_be(bytes, static_cast<std::uint16_t>(message.size()));
  append(bytes, message);
  return bytes;
}

Bytes hello_of(const Device& device, unsigned how, FuzzInput& input) {
  const Bytes hello =
      encode(Hello{device.local.suites, device.local.certificate, kNow.wall, "fuzz"});
  const ByteView given = input.take_sized();
  if (how == 0) return to_bytes(given);
  Bytes bytes = hello;
  if (how == 1) return bytes;
  for (std::size_t i = 0; i + 1 < given.size(); i += 2) {
    bytes[std::to_integer<std::size_t>(given[i]) % bytes.size()] ^= given[i + 1];
  }
  return bytes;
}

// Both sides of a handshake, one of which keeps no rules. Nothing if the channel ended it.
std::optional<NoiseSession> meet(SecureChannel& victim, Device& rogue, CipherSuite suite,
                                 ByteView first_payload, const Bytes& hello) {
  const bool rogue_initiates = victim.role() == NoiseRole::responder;
  if (!rogue_initiates) suite = victim.suite();
  const auto preamble = encode(Preamble{suite, Purpose::sync});
  const Bytes from_victim = output_of(victim);
  NoiseHandshake handshake(suite, rogue_initiates ? NoiseRole::initiator : NoiseRole::responder,
                           handshake_prologue(preamble), rogue.keys.noise_keys(), rogue.entropy);
  if (rogue_initiates) {
    Bytes first = to_bytes(preamble);
    append(first, framed(handshake.write_message(first_payload).value()));
    if (!victim.handle_bytes(first)) return std::nullopt;
    LANSYNC_ASSERT(handshake.read_message(ByteView(output_of(victim)).subspan(2)).has_value());
    const Bytes third = framed(handshake.write_message(hello).value());
    if (!victim.handle_bytes(third)) return std::nullopt;
    return handshake.split().value();
  }
  const ByteView first = ByteView(from_victim).subspan(kPreambleBytes + 2);
  LANSYNC_ASSERT(handshake.read_message(first).has_value());
  const Bytes second = framed(handshake.write_message(hello).value());
  if (!victim.handle_bytes(second)) return std::nullopt;
  LANSYNC_ASSERT(handshake.read_message(ByteView(output_of(victim)).subspan(2)).has_value());
  return handshake.split().value();
}

void talk(SecureChannel& victim, NoiseSession& session, FuzzInput& input) {
  MessageCipher cipher;
  while (!input.empty() && !victim.over()) {
    Bytes message = to_bytes(input.take_sized());
    const std::size_t text_bytes = std::min<std::size_t>(message.size(), 65'519);
    message.resize(text_bytes + kAeadTagBytes);
    const auto text = std::span(message).first(text_bytes);
    const auto sealed =
        session.send.seal(cipher, {}, text, std::span(message).last<kAeadTagBytes>());
    LANSYNC_ASSERT(sealed.has_value());
    const auto given = victim.handle_bytes(framed(message));
    LANSYNC_ASSERT(given.has_value() != victim.over());
    while (auto record = victim.next_record()) {
      LANSYNC_ASSERT(record->payload.size() <= payload_bytes_max(record->header.type));
      LANSYNC_ASSERT(record->header.type > RecordType::close);
      victim.reuse(std::move(record->payload));
    }
  }
}

void check(FuzzInput input) {
  static Device honest(1);
  static Device rogue(2);
  const ByteView plan = input.take(1);
  const unsigned bits = plan.empty() ? 0 : std::to_integer<unsigned>(plan[0]);
  SecureChannel victim = (bits & 1U) != 0
                             ? SecureChannel::initiate(honest.local, Purpose::sync, options(), kNow)
                             : SecureChannel::respond(honest.local, options(), kNow);
  const ByteView first_payload = input.take((bits >> 4U) * 40);
  const Bytes hello = hello_of(rogue, (bits >> 1U) % 4, input);
  const auto suite = (bits & 8U) != 0 ? CipherSuite::chacha20_poly1305 : supported_suites().back();
  auto session = meet(victim, rogue, suite, first_payload, hello);
  LANSYNC_ASSERT(session.has_value() == victim.established());
  if (!session) {
    LANSYNC_ASSERT(victim.over() && output_of(victim).empty());
    return;
  }
  LANSYNC_ASSERT(victim.peer().device() == rogue.keys.id());
  talk(victim, *session, input);
  victim.close(Errc::cancelled);
  LANSYNC_ASSERT(victim.over() || !output_of(victim).empty());
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lansync::check(lansync::FuzzInput(data, size));
  return 0;
}
