// What the two sides of a channel tell each other inside the handshake.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/aead.h"
#include "core/crypto/identity.h"

namespace lansync {

// The payload of the second and the third handshake message. Nothing in it may be acted on before
// the handshake is complete, except to end it.
struct Hello {
  // Every suite its sender is willing to use, each once, smallest number first. May name some that
  // we do not know.
  std::vector<CipherSuite> suites;
  // Who the sender is. There is no other place that says so.
  DeviceCertificate certificate;
  WallTime clock;
  // For people who look for the reason of a problem; escape it before it is shown.
  std::string software_version;

  friend bool operator==(const Hello&, const Hello&) = default;
};

inline constexpr std::size_t kHelloSuitesMax = 8;
inline constexpr std::size_t kSoftwareVersionBytesMax = 32;
// Every Hello is padded with zeros to a multiple of this, so that its length says little.
inline constexpr std::size_t kHelloPadBytes = 64;

// Requires suites and a software version within the limits, suites in ascending order.
Bytes encode(const Hello& hello);
// Errors: truncated, malformed, limit_exceeded, unsupported (another version), not_authentic (the
// certificate's signature).
Result<Hello> decode_hello(ByteView bytes);

// The better of the suites that both sides listed: AES-GCM where both have it.
std::optional<CipherSuite> best_common_suite(const std::vector<CipherSuite>& ours,
                                             const std::vector<CipherSuite>& theirs);

// What this device is willing to use: ChaCha20-Poly1305 always, AES-GCM if the processor computes
// it.
std::vector<CipherSuite> supported_suites();

}  // namespace lansync
