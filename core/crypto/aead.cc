#include "core/crypto/aead.h"

#include <sodium.h>

namespace lansync {

bool aes_available() {
  // Harmless when repeated; the answers below are false before it has run.
  if (sodium_init() < 0) return false;
  return sodium_runtime_has_aesni() != 0 && sodium_runtime_has_pclmul() != 0;
}

AeadNonce noise_nonce(CipherSuite suite, std::uint64_t number) {
  AeadNonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    const auto byte = static_cast<std::byte>(number >> (8 * i) & 0xff);
    nonce[suite == CipherSuite::aes256_gcm ? 11 - i : 4 + i] = byte;
  }
  return nonce;
}

}  // namespace lansync
