// What the two sides of a handshake have in common so far.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/cipher_state.h"

namespace lansync {

// What both ends of one finished handshake, and nobody else, agree on: it names the channel.
// Public, and different for each channel; binding a later proof to it stops that proof from being
// relayed.
using HandshakeHash = Id<32, struct HandshakeHashTag>;

// The Noise Protocol Framework's SymmetricState (revision 34, section 5.2) with SHA-256: a hash of
// everything said, and a key made of every shared secret.
class SymmetricState {
 public:
  // `protocol` is the full Noise name, at most 32 bytes.
  SymmetricState(CipherSuite suite, std::string_view protocol);

  void mix_key(ByteView shared_secret);
  void mix_hash(ByteView data);

  // Appends the sealed text to `message`; as it is, while there is no key yet.
  Result<void> encrypt_and_hash(ByteView text, Bytes& message);
  // Errors: truncated, not_authentic.
  Result<Bytes> decrypt_and_hash(ByteView sealed);

  // What decrypt_and_hash() takes off and encrypt_and_hash() adds.
  [[nodiscard]] std::size_t tag_bytes() const { return cipher_ ? kAeadTagBytes : 0; }
  [[nodiscard]] const HandshakeHash& hash() const { return hash_; }

  // The initiator's direction, then the responder's.
  [[nodiscard]] std::pair<CipherState, CipherState> split(NonceSchedule schedule) const;

 private:
  CipherSuite suite_;
  HandshakeHash hash_;
  Secret<32> chaining_key_;
  std::optional<CipherState> cipher_;
  MessageCipher message_cipher_;
};

}  // namespace lansync
