#include <openssl/evp.h>

#include "core/base/assert.h"
#include "core/crypto/aead.h"
#include "core/crypto/octets.h"

namespace lansync {
namespace {

constexpr int kOpen = 0;
constexpr int kSeal = 1;

// Keeps one EVP context for its life: the cipher is looked up once, the key schedule is computed
// once a key, and a message only sets the nonce.
class LibcryptoAead final : public Aead {
 public:
  explicit LibcryptoAead(const EVP_CIPHER* cipher) : context_(EVP_CIPHER_CTX_new()) {
    LANSYNC_ASSERT(context_ != nullptr);
    LANSYNC_ASSERT(EVP_CipherInit_ex2(context_.get(), cipher, nullptr, nullptr, kSeal, nullptr) ==
                   1);
  }

  void set_key(const AeadKey& key) override {
    LANSYNC_ASSERT(EVP_CipherInit_ex2(context_.get(), nullptr, octets(key.view()), nullptr, kSeal,
                                      nullptr) == 1);
  }

  void seal(const AeadNonce& nonce, ByteView associated_data, ByteView from,
            std::span<std::byte> to, std::span<std::byte, kAeadTagBytes> tag) override {
    LANSYNC_ASSERT(run(kSeal, nonce, associated_data, from, to));
    LANSYNC_ASSERT(finish());
    LANSYNC_ASSERT(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG,
                                       static_cast<int>(kAeadTagBytes), tag.data()) == 1);
  }

  bool open(const AeadNonce& nonce, ByteView associated_data, ByteView from,
            std::span<std::byte> to, std::span<const std::byte, kAeadTagBytes> tag) override {
    LANSYNC_ASSERT(run(kOpen, nonce, associated_data, from, to));
    // The parameter is not const because the same call also reads tags.
    AeadTag expected;
    std::copy(tag.begin(), tag.end(), expected.begin());
    LANSYNC_ASSERT(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG,
                                       static_cast<int>(kAeadTagBytes), expected.data()) == 1);
    if (finish()) return true;
    wipe(to);
    return false;
  }

 private:
  struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };

  bool run(int direction, const AeadNonce& nonce, ByteView associated_data, ByteView from,
           std::span<std::byte> to) {
    LANSYNC_ASSERT(from.size() == to.size() && from.size() <= kAeadTextBytesMax);
    LANSYNC_ASSERT(associated_data.size() <= kAeadTextBytesMax);
    EVP_CIPHER_CTX* const context = context_.get();
    int written = 0;
    if (EVP_CipherInit_ex2(context, nullptr, nullptr, octets(nonce), direction, nullptr) != 1) {
      return false;
    }
    if (!associated_data.empty() &&
        EVP_CipherUpdate(context, nullptr, &written, octets(associated_data),
                         static_cast<int>(associated_data.size())) != 1) {
      return false;
    }
    return from.empty() || EVP_CipherUpdate(context, octets_out(to), &written, octets(from),
                                            static_cast<int>(from.size())) == 1;
  }

  bool finish() {
    // Neither cipher has anything left to write by now.
    std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> rest;
    int written = 0;
    return EVP_CipherFinal_ex(context_.get(), rest.data(), &written) == 1;
  }

  std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context_;
};

}  // namespace

std::unique_ptr<Aead> make_aead(CipherSuite suite) {
  return std::make_unique<LibcryptoAead>(
      suite == CipherSuite::aes256_gcm ? EVP_aes_256_gcm() : EVP_chacha20_poly1305());
}

}  // namespace lansync
