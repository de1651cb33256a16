// The channel's key agreement.
#pragma once

#include "core/base/entropy.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/secret.h"

namespace lansync {

// A device's public key in the Noise handshake. Certified by its DeviceId, and never derived from
// it: the two keys do different work and may be replaced separately.
using NoisePublicKey = Id<32, struct NoisePublicKeyTag>;

// An X25519 key pair (RFC 7748).
struct NoiseKeyPair {
  Secret<32> secret;
  NoisePublicKey public_key;

  static NoiseKeyPair from_secret(Secret<32> secret);
  static NoiseKeyPair generate(Entropy& entropy);
};

// The secret that the owners of both keys share. Errors: malformed, for a public key of small
// order, which would make the result known to everyone.
Result<Secret<32>> x25519(const Secret<32>& own_secret, const NoisePublicKey& their_key);

}  // namespace lansync
