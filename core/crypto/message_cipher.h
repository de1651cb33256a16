// Seals and opens messages with keys that come along with them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/result.h"
#include "core/crypto/aead.h"

namespace lansync {

// What it takes to seal or open one message. Cheap to copy and to pass to another thread; the key
// is wiped when the last holder is gone.
struct MessageKey {
  CipherSuite suite = CipherSuite::chacha20_poly1305;
  std::shared_ptr<const AeadKey> key;
  std::uint64_t nonce = 0;
};

// One for each thread that seals or opens; the messages may belong to any number of channels and
// come in any order. It keeps the last key of each suite set up, so one for each direction saves
// setting up keys (less than a microsecond a message) where one thread does both.
class MessageCipher {
 public:
  // Requires key.key, and of `from` and `to` what Aead does.
  void seal(const MessageKey& key, ByteView associated_data, ByteView from, std::span<std::byte> to,
            std::span<std::byte, kAeadTagBytes> tag);
  void seal(const MessageKey& key, ByteView associated_data, std::span<std::byte> text,
            std::span<std::byte, kAeadTagBytes> tag) {
    seal(key, associated_data, text, text, tag);
  }

  // Errors: not_authentic; `to` is zeroed then, and the channel must be destroyed.
  Result<void> open(const MessageKey& key, ByteView associated_data, ByteView from,
                    std::span<std::byte> to, std::span<const std::byte, kAeadTagBytes> tag);
  Result<void> open(const MessageKey& key, ByteView associated_data, std::span<std::byte> text,
                    std::span<const std::byte, kAeadTagBytes> tag) {
    return open(key, associated_data, text, text, tag);
  }

  // Forgets all keys: for a thread that has nothing to do for long.
  void forget();

 private:
  struct Slot {
    std::unique_ptr<Aead> aead;
    // Held so that its address cannot come to mean another key.
    std::shared_ptr<const AeadKey> key;
  };

  Aead& keyed(const MessageKey& key);

  Slot chacha_;
  Slot aes_;
};

}  // namespace lansync
