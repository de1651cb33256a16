// The handshake that opens every channel.
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/base/entropy.h"
#include "core/base/result.h"
#include "core/crypto/cipher_state.h"
#include "core/crypto/symmetric_state.h"
#include "core/crypto/x25519.h"

namespace lansync {

enum class NoiseRole : std::uint8_t { initiator, responder };

// What a finished handshake leaves behind.
struct NoiseSession {
  CipherState send;
  CipherState receive;
  HandshakeHash hash;
  NoisePublicKey remote_key;
};

// One side of Noise_XX_25519_{ChaChaPoly,AESGCM}_SHA256 (Noise Protocol Framework, revision 34):
//
//   -> e        <- e, ee, s, es        -> s, se
//
// Sans-IO. The initiator writes the first message; each side then reads and writes in turn until
// finished(), and takes the session with split(). A payload travels with each message: the first is
// readable by all and must be empty or public; the second is read by whoever connects; what a
// payload claims may only be believed once the whole handshake has finished. That the other side
// holds the key `remote_key` is then certain; whose key that is, a DeviceCertificate tells.
//
// Any error destroys the state: every later call fails with wrong_state. Errors of both directions:
// wrong_state (also for a message out of turn), limit_exceeded (a message beyond 65,535 bytes).
class NoiseHandshake {
 public:
  // `prologue` is what was said before, and must be equal on both sides. Takes the ephemeral key's
  // 32 bytes from `entropy` and copies the keys; keeps a reference to neither.
  NoiseHandshake(CipherSuite suite, NoiseRole role, ByteView prologue, const NoiseKeyPair& keys,
                 Entropy& entropy);

  [[nodiscard]] bool our_turn() const;
  [[nodiscard]] bool finished() const;
  // The other side's key, once it has been sent. Not proven to be theirs before finished().
  [[nodiscard]] const std::optional<NoisePublicKey>& remote_key() const { return remote_key_; }

  Result<Bytes> write_message(ByteView payload);
  // Returns the payload. Errors: truncated, malformed (a key of small order), not_authentic.
  Result<Bytes> read_message(ByteView message);

  // Requires finished(), else wrong_state. Once: the state is destroyed.
  Result<NoiseSession> split(NonceSchedule schedule = {});

 private:
  enum class Token : std::uint8_t { e, s, ee, es, se };

  [[nodiscard]] static std::span<const Token> tokens(int step);
  Result<void> write_token(Token token, Bytes& message);
  Result<void> read_token(Token token, ByteView& message);
  Result<void> mix_dh(Token token);
  Result<Bytes> write_all(ByteView payload);
  Result<Bytes> read_all(ByteView message);
  void destroy();

  NoiseRole role_;
  SymmetricState symmetric_;
  NoiseKeyPair keys_;
  NoiseKeyPair ephemeral_;
  std::optional<NoisePublicKey> remote_key_;
  std::optional<NoisePublicKey> remote_ephemeral_;
  // Messages written and read so far.
  int step_ = 0;
  bool destroyed_ = false;
};

}  // namespace lansync
