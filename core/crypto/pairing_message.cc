#include "core/crypto/pairing_message.h"

#include <algorithm>

#include "core/base/assert.h"

namespace lansync {
namespace {

// The variant's order is the protocol's numbering, from 1.
static_assert(std::is_same_v<std::variant_alternative_t<0, PairingMessage>, PairingRequest>);
static_assert(std::is_same_v<std::variant_alternative_t<4, PairingMessage>, PairingRefusal>);

bool known_reason(Errc reason) {
  return reason == Errc::not_authentic || reason == Errc::expired || reason == Errc::refused ||
         reason == Errc::busy || reason == Errc::malformed;
}

struct Encoder {
  Bytes& to;

  void operator()(const PairingRequest& message) const {
    hello(message.point, message.description);
  }
  void operator()(const PairingResponse& message) const {
    hello(message.point, message.description);
  }
  void operator()(const PairingProof& message) const { append(to, message.tag); }
  void operator()(const PairingGrant& message) const {
    LANSYNC_ASSERT(message.payload.size() <= kPairingGrantBytesMax);
    append(to, message.tag);
    append(to, message.payload);
  }
  void operator()(const PairingRefusal& message) const {
    LANSYNC_ASSERT(known_reason(message.reason));
    to.push_back(static_cast<std::byte>(message.reason));
  }

  void hello(const CpacePoint& point, const Bytes& description) const {
    LANSYNC_ASSERT(description.size() <= kPairingDescriptionBytesMax);
    append(to, point);
    append(to, description);
  }
};

// A field of fixed length, then up to `rest_max` bytes.
template <std::size_t N>
Result<void> split(ByteView bytes, std::array<std::byte, N>& field, Bytes& rest,
                   std::size_t rest_max) {
  if (bytes.size() < N) return Error{Errc::truncated, "pairing message"};
  if (bytes.size() - N > rest_max) return Error{Errc::limit_exceeded, "pairing message"};
  std::copy_n(bytes.begin(), N, field.begin());
  rest = to_bytes(bytes.subspan(N));
  return {};
}

template <class Hello>
Result<PairingMessage> decode_hello(ByteView bytes) {
  Hello message;
  const auto done = split(bytes, message.point, message.description, kPairingDescriptionBytesMax);
  if (!done) return done.error();
  return PairingMessage(std::move(message));
}

Result<PairingMessage> decode_proof(ByteView bytes) {
  PairingProof message;
  Bytes nothing;
  const auto done = split(bytes, message.tag, nothing, 0);
  if (!done) return done.error();
  return PairingMessage(message);
}

Result<PairingMessage> decode_grant(ByteView bytes) {
  PairingGrant message;
  const auto done = split(bytes, message.tag, message.payload, kPairingGrantBytesMax);
  if (!done) return done.error();
  return PairingMessage(std::move(message));
}

Result<PairingMessage> decode_refusal(ByteView bytes) {
  if (bytes.empty()) return Error{Errc::truncated, "pairing message"};
  const auto reason = static_cast<Errc>(std::to_integer<int>(bytes[0]));
  if (bytes.size() != 1 || !known_reason(reason)) return Error{Errc::malformed, "pairing message"};
  return PairingMessage(PairingRefusal{reason});
}

}  // namespace

Bytes encode(const PairingMessage& message) {
  Bytes bytes{static_cast<std::byte>(message.index() + 1)};
  std::visit(Encoder{bytes}, message);
  return bytes;
}

Result<PairingMessage> decode_pairing_message(ByteView bytes) {
  if (bytes.empty()) return Error{Errc::truncated, "pairing message"};
  const ByteView fields = bytes.subspan(1);
  switch (std::to_integer<int>(bytes[0])) {
    case 1: return decode_hello<PairingRequest>(fields);
    case 2: return decode_hello<PairingResponse>(fields);
    case 3: return decode_proof(fields);
    case 4: return decode_grant(fields);
    case 5: return decode_refusal(fields);
    default: return Error{Errc::malformed, "pairing message"};
  }
}

}  // namespace lansync
