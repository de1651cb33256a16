#include "core/crypto/cipher_state.h"

#include "core/base/assert.h"

namespace lansync {
namespace {

constexpr std::uint64_t kReservedNonce = std::numeric_limits<std::uint64_t>::max();

}  // namespace

CipherState::CipherState(CipherSuite suite, AeadKey key, NonceSchedule schedule)
    : suite_(suite),
      key_(std::make_shared<const AeadKey>(std::move(key))),
      nonce_(schedule.first_nonce),
      rekey_messages_(schedule.rekey_messages) {
  LANSYNC_ASSERT(rekey_messages_ > 0);
}

Result<MessageKey> CipherState::next() {
  if (!usable()) return Error{Errc::wrong_state, "the channel is closed"};
  if (nonce_ == kReservedNonce) {
    destroy();
    return Error{Errc::limit_exceeded, "messages in one channel"};
  }
  MessageKey message{suite_, key_, nonce_};
  ++nonce_;
  if (nonce_ % rekey_messages_ == 0) rekey();
  return message;
}

Result<void> CipherState::seal(MessageCipher& cipher, ByteView associated_data, ByteView from,
                               std::span<std::byte> to, std::span<std::byte, kAeadTagBytes> tag) {
  const auto message = next();
  if (!message) return message.error();
  cipher.seal(*message, associated_data, from, to, tag);
  return {};
}

Result<void> CipherState::open(MessageCipher& cipher, ByteView associated_data, ByteView from,
                               std::span<std::byte> to,
                               std::span<const std::byte, kAeadTagBytes> tag) {
  const auto message = next();
  if (!message) return message.error();
  auto opened = cipher.open(*message, associated_data, from, to, tag);
  if (!opened) destroy();
  return opened;
}

// Noise's default REKEY(k): the first 32 bytes of 32 zero bytes sealed with the reserved nonce.
void CipherState::rekey() {
  AeadKey next_key;
  AeadTag unused;
  const auto aead = make_aead(suite_);
  aead->set_key(*key_);
  aead->seal(noise_nonce(suite_, kReservedNonce), {}, next_key.writable(), unused);
  key_ = std::make_shared<const AeadKey>(std::move(next_key));
}

}  // namespace lansync
