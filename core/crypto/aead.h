// Authenticated encryption of single messages.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace lansync {

// The ciphers of the channel. The numbers go over the wire: append, never renumber.
enum class CipherSuite : std::uint8_t {
  chacha20_poly1305 = 1,  // RFC 8439; every device has it
  aes256_gcm = 2,         // NIST SP 800-38D; where both processors compute AES in hardware
};

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadTagBytes = 16;
// Longer than any message of ours; keeps lengths within what the libraries take.
inline constexpr std::size_t kAeadTextBytesMax = std::size_t{1} << 30;

using AeadKey = Secret<kAeadKeyBytes>;
using AeadNonce = std::array<std::byte, 12>;
using AeadTag = std::array<std::byte, kAeadTagBytes>;

// One cipher with room for one key, the tag apart. Set a key, then seal and open any number of
// messages, in place or from one place to another that is apart from it; neither allocates.
//
// An interface because there are two: libcrypto's, which is the fast one, and libsodium's, against
// which it is tested. Not thread-safe: one for each thread. Never uses a nonce twice for different
// messages under one key: that is the caller's duty (CipherState).
class Aead {
 public:
  Aead() = default;
  Aead(const Aead&) = delete;
  Aead& operator=(const Aead&) = delete;
  virtual ~Aead() = default;

  virtual void set_key(const AeadKey& key) = 0;

  // Requires a key, from.size() == to.size() <= kAeadTextBytesMax, as does open().
  virtual void seal(const AeadNonce& nonce, ByteView associated_data, ByteView from,
                    std::span<std::byte> to, std::span<std::byte, kAeadTagBytes> tag) = 0;
  void seal(const AeadNonce& nonce, ByteView associated_data, std::span<std::byte> text,
            std::span<std::byte, kAeadTagBytes> tag) {
    seal(nonce, associated_data, text, text, tag);
  }

  // False if the tag does not fit; `to` is zeroed then, so that nothing unverified can be used.
  [[nodiscard]] virtual bool open(const AeadNonce& nonce, ByteView associated_data, ByteView from,
                                  std::span<std::byte> to,
                                  std::span<const std::byte, kAeadTagBytes> tag) = 0;
  [[nodiscard]] bool open(const AeadNonce& nonce, ByteView associated_data,
                          std::span<std::byte> text,
                          std::span<const std::byte, kAeadTagBytes> tag) {
    return open(nonce, associated_data, text, text, tag);
  }
};

// libcrypto's. Works on every processor; AES is slow and not constant-time without aes_available().
std::unique_ptr<Aead> make_aead(CipherSuite suite);

// libsodium's. Nothing if this processor or the library's build lacks what the suite needs.
std::unique_ptr<Aead> make_sodium_aead(CipherSuite suite);

// Whether this processor has the instructions that make AES-GCM fast and constant-time. Knows
// x86-64's only; elsewhere the answer is no, and channels use ChaCha20-Poly1305.
bool aes_available();

// How the Noise Protocol Framework (revision 34, section 12) makes a nonce of a message's number:
// 32 zero bits, then the number, little-endian for ChaCha20-Poly1305 and big-endian for AES-GCM.
AeadNonce noise_nonce(CipherSuite suite, std::uint64_t number);

}  // namespace lansync
