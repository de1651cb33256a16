// What two devices say to each other to pair.
#pragma once

#include <variant>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/cpace.h"

namespace lansync {

// A device's own description (certificate, name, wish), and what a new member is given (the share's
// records). Both are opaque here. Protocol limits.
inline constexpr std::size_t kPairingDescriptionBytesMax = std::size_t{4} << 10;
inline constexpr std::size_t kPairingGrantBytesMax = std::size_t{128} << 10;

// Each message is one byte that says which, then its fields; the last field takes the rest.

// 1, joiner to inviter.
struct PairingRequest {
  CpacePoint point{};
  Bytes description;

  friend bool operator==(const PairingRequest&, const PairingRequest&) = default;
};

// 2, inviter to joiner.
struct PairingResponse {
  CpacePoint point{};
  Bytes description;

  friend bool operator==(const PairingResponse&, const PairingResponse&) = default;
};

// 3, joiner to inviter: the joiner knows the code.
struct PairingProof {
  CpaceTag tag{};

  friend bool operator==(const PairingProof&, const PairingProof&) = default;
};

// 4, inviter to joiner: so does the inviter, and here is what the joiner came for.
struct PairingGrant {
  CpaceTag tag{};
  Bytes payload;

  friend bool operator==(const PairingGrant&, const PairingGrant&) = default;
};

// 5, inviter to joiner instead of 2 or 4. One byte: not_authentic (wrong code), expired, refused
// (used, or tried too often), busy, malformed. Anyone may claim these, so they are only ever shown.
struct PairingRefusal {
  Errc reason = Errc::refused;

  friend bool operator==(const PairingRefusal&, const PairingRefusal&) = default;
};

using PairingMessage =
    std::variant<PairingRequest, PairingResponse, PairingProof, PairingGrant, PairingRefusal>;

// Requires lengths within the limits and one of the reasons listed.
Bytes encode(const PairingMessage& message);
// Errors: truncated, malformed, limit_exceeded.
Result<PairingMessage> decode_pairing_message(ByteView bytes);

}  // namespace lansync
