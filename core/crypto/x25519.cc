#include "core/crypto/x25519.h"

#include <sodium.h>

#include "core/base/assert.h"
#include "core/crypto/octets.h"

namespace lansync {

NoiseKeyPair NoiseKeyPair::from_secret(Secret<32> secret) {
  NoiseKeyPair pair;
  LANSYNC_ASSERT(crypto_scalarmult_base(octets_out(pair.public_key.bytes), octets(secret.view())) ==
                 0);
  pair.secret = std::move(secret);
  return pair;
}

NoiseKeyPair NoiseKeyPair::generate(Entropy& entropy) {
  return from_secret(Secret<32>::random(entropy));
}

Result<Secret<32>> x25519(const Secret<32>& own_secret, const NoisePublicKey& their_key) {
  Secret<32> shared;
  if (crypto_scalarmult(octets_out(shared.writable()), octets(own_secret.view()),
                        octets(their_key.view())) != 0) {
    return Error{Errc::malformed, "the other side's key"};
  }
  return shared;
}

}  // namespace lansync
