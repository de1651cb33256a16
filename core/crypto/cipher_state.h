// Which key and which nonce each message of one direction gets.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "core/base/result.h"
#include "core/crypto/aead.h"
#include "core/crypto/message_cipher.h"

namespace lansync {

// After this many messages a direction's key is replaced by one derived from it. At 64 KiB a
// message that is 64 GiB, far inside what AES-GCM allows one key (RFC 8446, section 5.5), and
// whoever steals the memory of a long session cannot read what it carried before. Both sides must
// agree.
inline constexpr std::uint64_t kRekeyMessages = std::uint64_t{1} << 20;

// Where the counting starts and how often the key changes; the defaults are the protocol. Tests
// reach the far ends with other values.
struct NonceSchedule {
  std::uint64_t first_nonce = 0;
  std::uint64_t rekey_messages = kRekeyMessages;
};

// The Noise Protocol Framework's CipherState (revision 34, section 5.1) with a key, and the
// schedule by which it rekeys (section 11.3).
//
// It numbers the messages of one direction and hands out a MessageKey for each; sealing and opening
// happen in a MessageCipher, here and now (seal(), open()) or on a worker (next(), in the order of
// the messages on the wire). Each nonce is handed out once. Nonce 2^64-1 is reserved for deriving
// the next key. Whatever goes wrong destroys the state: the channel is over. A worker that cannot
// open a message must see to it that destroy() is called.
//
// Moved, never copied, so that no nonce is used twice; confined to the channel's owner.
class CipherState {
 public:
  CipherState(CipherSuite suite, AeadKey key, NonceSchedule schedule = {});

  // For the next message. Errors: limit_exceeded (all nonces are used up), wrong_state (destroyed).
  Result<MessageKey> next();

  // The next message, as MessageCipher does it. Errors: next()'s, and for open() not_authentic.
  Result<void> seal(MessageCipher& cipher, ByteView associated_data, ByteView from,
                    std::span<std::byte> to, std::span<std::byte, kAeadTagBytes> tag);
  Result<void> seal(MessageCipher& cipher, ByteView associated_data, std::span<std::byte> text,
                    std::span<std::byte, kAeadTagBytes> tag) {
    return seal(cipher, associated_data, text, text, tag);
  }
  Result<void> open(MessageCipher& cipher, ByteView associated_data, ByteView from,
                    std::span<std::byte> to, std::span<const std::byte, kAeadTagBytes> tag);
  Result<void> open(MessageCipher& cipher, ByteView associated_data, std::span<std::byte> text,
                    std::span<const std::byte, kAeadTagBytes> tag) {
    return open(cipher, associated_data, text, text, tag);
  }

  // Forgets the key. Keys already handed out live until their holders drop them.
  void destroy() { key_.reset(); }
  [[nodiscard]] bool usable() const { return key_ != nullptr; }

 private:
  void rekey();

  CipherSuite suite_;
  std::shared_ptr<const AeadKey> key_;
  std::uint64_t nonce_;
  std::uint64_t rekey_messages_;
};

}  // namespace lansync
