// The first bytes of every connection, before anything is encrypted.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/aead.h"

namespace lansync {

// What the initiator came for. The numbers go over the wire: append, never renumber.
enum class Purpose : std::uint8_t {
  sync = 1,            // members of a share, in order to sync it
  pair = 2,            // somebody with an invitation code; proves nothing by itself
  public_library = 3,  // anybody, in order to read what is public
};

inline constexpr std::uint8_t kProtocolVersion = 1;
inline constexpr std::size_t kPreambleBytes = 12;

// What the initiator says first: "LSYN", the protocol's version, one cipher suite, the purpose and
// five zero bytes. It is part of the handshake's prologue: whoever changes it on the way breaks the
// handshake.
struct Preamble {
  CipherSuite suite = CipherSuite::chacha20_poly1305;
  Purpose purpose = Purpose::sync;

  friend bool operator==(const Preamble&, const Preamble&) = default;
};

std::array<std::byte, kPreambleBytes> encode(const Preamble& preamble);

// Whether `start`, the first few bytes of a connection, can still become a preamble of any version:
// what another protocol sends is recognised at its first wrong byte.
bool may_start_preamble(ByteView start);

// Requires bytes.size() == kPreambleBytes. Errors: malformed; unsupported, for a version, suite or
// purpose that this program does not know (refusal_of() tells which).
Result<Preamble> decode_preamble(ByteView bytes);

// The one answer to a preamble that is not a handshake message: sent in clear, and so anybody could
// have sent it. The initiator may take it as a reason to try another suite of its own list or to
// report a failure, never to do with less than it would have.
enum class Refusal : std::uint8_t { version = 1, suite = 2, purpose = 3 };

// The part of a well-formed but unsupported preamble that this program does not know.
Refusal refusal_of(ByteView preamble);

// A refusal takes the place of the second handshake message, and is told from one by its length:
// one byte.
std::array<std::byte, 3> encode(Refusal refusal);
Result<Refusal> decode_refusal(std::byte code);

// The prologue of the handshake: a label and the preamble as it was sent.
Bytes handshake_prologue(ByteView preamble);

}  // namespace lansync
