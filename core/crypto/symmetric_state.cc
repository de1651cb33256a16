#include "core/crypto/symmetric_state.h"

#include <sodium.h>

#include "core/base/assert.h"
#include "core/crypto/octets.h"

namespace lansync {
namespace {

void hmac_sha256(ByteView key, ByteView first, ByteView second, std::span<std::byte, 32> out) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, octets(key), key.size());
  crypto_auth_hmacsha256_update(&state, octets(first), first.size());
  crypto_auth_hmacsha256_update(&state, octets(second), second.size());
  crypto_auth_hmacsha256_final(&state, octets_out(out));
  sodium_memzero(&state, sizeof(state));
}

// Noise's HKDF (section 4.3) with two outputs.
std::pair<Secret<32>, Secret<32>> hkdf(const Secret<32>& chaining_key, ByteView input) {
  constexpr std::array kFirst{std::byte{1}};
  constexpr std::array kSecond{std::byte{2}};
  Secret<32> extracted;
  std::pair<Secret<32>, Secret<32>> outputs;
  hmac_sha256(chaining_key.view(), input, {}, extracted.writable());
  hmac_sha256(extracted.view(), kFirst, {}, outputs.first.writable());
  hmac_sha256(extracted.view(), outputs.first.view(), kSecond, outputs.second.writable());
  return outputs;
}

}  // namespace

SymmetricState::SymmetricState(CipherSuite suite, std::string_view protocol) : suite_(suite) {
  LANSYNC_ASSERT(protocol.size() <= HandshakeHash::kBytes);
  const ByteView name = as_bytes(protocol);
  std::copy(name.begin(), name.end(), hash_.bytes.begin());
  chaining_key_ = Secret<32>(hash_.bytes);
}

void SymmetricState::mix_key(ByteView shared_secret) {
  auto [chaining_key, cipher_key] = hkdf(chaining_key_, shared_secret);
  chaining_key_ = std::move(chaining_key);
  cipher_.emplace(suite_, std::move(cipher_key));
}

void SymmetricState::mix_hash(ByteView data) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, octets(hash_.view()), HandshakeHash::kBytes);
  crypto_hash_sha256_update(&state, octets(data), data.size());
  crypto_hash_sha256_final(&state, octets_out(hash_.bytes));
}

Result<void> SymmetricState::encrypt_and_hash(ByteView text, Bytes& message) {
  const std::size_t start = message.size();
  message.resize(start + text.size() + tag_bytes());
  const auto sealed = std::span(message).subspan(start);
  std::copy(text.begin(), text.end(), sealed.begin());
  if (cipher_) {
    const auto done = cipher_->seal(message_cipher_, hash_.view(), sealed.first(text.size()),
                                    sealed.last<kAeadTagBytes>());
    if (!done) return done.error();
  }
  mix_hash(sealed);
  return {};
}

Result<Bytes> SymmetricState::decrypt_and_hash(ByteView sealed) {
  if (sealed.size() < tag_bytes()) return Error{Errc::truncated, "handshake message"};
  Bytes text = to_bytes(sealed.first(sealed.size() - tag_bytes()));
  if (cipher_) {
    const auto opened =
        cipher_->open(message_cipher_, hash_.view(), text, sealed.last<kAeadTagBytes>());
    if (!opened) return opened.error();
  }
  mix_hash(sealed);
  return text;
}

std::pair<CipherState, CipherState> SymmetricState::split(NonceSchedule schedule) const {
  auto [initiator_key, responder_key] = hkdf(chaining_key_, {});
  return {CipherState(suite_, std::move(initiator_key), schedule),
          CipherState(suite_, std::move(responder_key), schedule)};
}

}  // namespace lansync
