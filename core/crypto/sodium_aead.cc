#include <sodium.h>

#include "core/base/assert.h"
#include "core/crypto/aead.h"
#include "core/crypto/octets.h"

namespace lansync {
namespace {

class SodiumChaCha final : public Aead {
 public:
  void set_key(const AeadKey& key) override { key_ = key.clone(); }

  void seal(const AeadNonce& nonce, ByteView associated_data, ByteView from,
            std::span<std::byte> to, std::span<std::byte, kAeadTagBytes> tag) override {
    LANSYNC_ASSERT(from.size() == to.size() && from.size() <= kAeadTextBytesMax);
    crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        octets_out(to), octets_out(tag), nullptr, octets(from), from.size(),
        octets(associated_data), associated_data.size(), nullptr, octets(nonce),
        octets(key_.view()));
  }

  bool open(const AeadNonce& nonce, ByteView associated_data, ByteView from,
            std::span<std::byte> to, std::span<const std::byte, kAeadTagBytes> tag) override {
    LANSYNC_ASSERT(from.size() == to.size() && from.size() <= kAeadTextBytesMax);
    if (crypto_aead_chacha20poly1305_ietf_decrypt_detached(
            octets_out(to), nullptr, octets(from), from.size(), octets(tag),
            octets(associated_data), associated_data.size(), octets(nonce),
            octets(key_.view())) == 0) {
      return true;
    }
    wipe(to);
    return false;
  }

 private:
  AeadKey key_;
};

class SodiumAes final : public Aead {
 public:
  ~SodiumAes() override { sodium_memzero(&state_, sizeof(state_)); }

  void set_key(const AeadKey& key) override {
    crypto_aead_aes256gcm_beforenm(&state_, octets(key.view()));
  }

  void seal(const AeadNonce& nonce, ByteView associated_data, ByteView from,
            std::span<std::byte> to, std::span<std::byte, kAeadTagBytes> tag) override {
    LANSYNC_ASSERT(from.size() == to.size() && from.size() <= kAeadTextBytesMax);
    crypto_aead_aes256gcm_encrypt_detached_afternm(
        octets_out(to), octets_out(tag), nullptr, octets(from), from.size(),
        octets(associated_data), associated_data.size(), nullptr, octets(nonce), &state_);
  }

  bool open(const AeadNonce& nonce, ByteView associated_data, ByteView from,
            std::span<std::byte> to, std::span<const std::byte, kAeadTagBytes> tag) override {
    LANSYNC_ASSERT(from.size() == to.size() && from.size() <= kAeadTextBytesMax);
    if (crypto_aead_aes256gcm_decrypt_detached_afternm(
            octets_out(to), nullptr, octets(from), from.size(), octets(tag),
            octets(associated_data), associated_data.size(), octets(nonce), &state_) == 0) {
      return true;
    }
    wipe(to);
    return false;
  }

 private:
  crypto_aead_aes256gcm_state state_;
};

}  // namespace

std::unique_ptr<Aead> make_sodium_aead(CipherSuite suite) {
  if (sodium_init() < 0) return nullptr;
  if (suite == CipherSuite::chacha20_poly1305) return std::make_unique<SodiumChaCha>();
  if (crypto_aead_aes256gcm_is_available() == 0) return nullptr;
  return std::make_unique<SodiumAes>();
}

}  // namespace lansync
