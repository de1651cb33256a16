#include "core/crypto/message_cipher.h"

#include "core/base/assert.h"

namespace lansync {

Aead& MessageCipher::keyed(const MessageKey& key) {
  LANSYNC_ASSERT(key.key != nullptr);
  Slot& slot = key.suite == CipherSuite::aes256_gcm ? aes_ : chacha_;
  if (!slot.aead) slot.aead = make_aead(key.suite);
  if (slot.key != key.key) {
    slot.aead->set_key(*key.key);
    slot.key = key.key;
  }
  return *slot.aead;
}

void MessageCipher::seal(const MessageKey& key, ByteView associated_data, ByteView from,
                         std::span<std::byte> to, std::span<std::byte, kAeadTagBytes> tag) {
  keyed(key).seal(noise_nonce(key.suite, key.nonce), associated_data, from, to, tag);
}

Result<void> MessageCipher::open(const MessageKey& key, ByteView associated_data, ByteView from,
                                 std::span<std::byte> to,
                                 std::span<const std::byte, kAeadTagBytes> tag) {
  if (!keyed(key).open(noise_nonce(key.suite, key.nonce), associated_data, from, to, tag)) {
    return Error{Errc::not_authentic, "message " + std::to_string(key.nonce)};
  }
  return {};
}

void MessageCipher::forget() {
  chacha_ = {};
  aes_ = {};
}

}  // namespace lansync
