#include "core/crypto/noise.h"

#include "core/base/assert.h"
#include "core/base/limits.h"

namespace lansync {
namespace {

constexpr int kSteps = 3;

std::string_view protocol_name(CipherSuite suite) {
  return suite == CipherSuite::aes256_gcm ? "Noise_XX_25519_AESGCM_SHA256"
                                          : "Noise_XX_25519_ChaChaPoly_SHA256";
}

Error too_long() { return {Errc::limit_exceeded, "handshake message"}; }

}  // namespace

NoiseHandshake::NoiseHandshake(CipherSuite suite, NoiseRole role, ByteView prologue,
                               const NoiseKeyPair& keys, Entropy& entropy)
    : role_(role),
      symmetric_(suite, protocol_name(suite)),
      keys_{keys.secret.clone(), keys.public_key},
      ephemeral_{Secret<32>::random(entropy), {}} {
  symmetric_.mix_hash(prologue);
}

std::span<const NoiseHandshake::Token> NoiseHandshake::tokens(int step) {
  static constexpr std::array kFirst{Token::e};
  static constexpr std::array kSecond{Token::e, Token::ee, Token::s, Token::es};
  static constexpr std::array kThird{Token::s, Token::se};
  if (step == 0) return kFirst;
  if (step == 1) return kSecond;
  return kThird;
}

bool NoiseHandshake::our_turn() const {
  return !destroyed_ && step_ < kSteps && (step_ % 2 == 0) == (role_ == NoiseRole::initiator);
}

bool NoiseHandshake::finished() const { return !destroyed_ && step_ == kSteps; }

void NoiseHandshake::destroy() {
  destroyed_ = true;
  keys_ = {};
  ephemeral_ = {};
  symmetric_ = SymmetricState(CipherSuite::chacha20_poly1305, {});
}

Result<Bytes> NoiseHandshake::write_message(ByteView payload) {
  auto message =
      our_turn() ? write_all(payload) : Error{Errc::wrong_state, "handshake message out of turn"};
  if (!message) destroy();
  return message;
}

Result<Bytes> NoiseHandshake::read_message(ByteView message) {
  const bool their_turn = !destroyed_ && step_ < kSteps && !our_turn();
  auto payload =
      their_turn ? read_all(message) : Error{Errc::wrong_state, "handshake message out of turn"};
  if (!payload) destroy();
  return payload;
}

Result<Bytes> NoiseHandshake::write_all(ByteView payload) {
  Bytes message;
  for (const Token token : tokens(step_)) {
    const auto written = write_token(token, message);
    if (!written) return written.error();
  }
  if (payload.size() > limits::kNoiseMessageBytesMax - message.size() - symmetric_.tag_bytes()) {
    return too_long();
  }
  const auto sealed = symmetric_.encrypt_and_hash(payload, message);
  if (!sealed) return sealed.error();
  ++step_;
  return message;
}

Result<Bytes> NoiseHandshake::read_all(ByteView message) {
  if (message.size() > limits::kNoiseMessageBytesMax) return too_long();
  for (const Token token : tokens(step_)) {
    const auto read = read_token(token, message);
    if (!read) return read.error();
  }
  auto payload = symmetric_.decrypt_and_hash(message);
  if (payload) ++step_;
  return payload;
}

Result<void> NoiseHandshake::write_token(Token token, Bytes& message) {
  if (token == Token::e) {
    // Not in the constructor: a responder that never hears a first message need not pay for it.
    ephemeral_ = NoiseKeyPair::from_secret(std::move(ephemeral_.secret));
    append(message, ephemeral_.public_key.view());
    symmetric_.mix_hash(ephemeral_.public_key.view());
    return {};
  }
  if (token == Token::s) return symmetric_.encrypt_and_hash(keys_.public_key.view(), message);
  return mix_dh(token);
}

Result<void> NoiseHandshake::read_token(Token token, ByteView& message) {
  if (token != Token::e && token != Token::s) return mix_dh(token);
  const bool sealed = token == Token::s;
  const std::size_t length = NoisePublicKey::kBytes + (sealed ? symmetric_.tag_bytes() : 0);
  if (message.size() < length) return Error{Errc::truncated, "handshake message"};
  const ByteView key = message.first(length);
  message = message.subspan(length);
  if (!sealed) {
    remote_ephemeral_ = NoisePublicKey::from(key);
    symmetric_.mix_hash(key);
    return {};
  }
  const auto opened = symmetric_.decrypt_and_hash(key);
  if (!opened) return opened.error();
  remote_key_ = NoisePublicKey::from(*opened);
  return {};
}

// In "es" and "se" the initiator's key is named first.
Result<void> NoiseHandshake::mix_dh(Token token) {
  const bool initiator = role_ == NoiseRole::initiator;
  const bool ours_is_ephemeral = token == Token::ee || (token == Token::es) == initiator;
  const bool theirs_is_ephemeral = token == Token::ee || (token == Token::es) != initiator;
  const auto& theirs = theirs_is_ephemeral ? remote_ephemeral_ : remote_key_;
  LANSYNC_ASSERT(theirs.has_value());
  const auto shared = x25519(ours_is_ephemeral ? ephemeral_.secret : keys_.secret, *theirs);
  if (!shared) return shared.error();
  symmetric_.mix_key(shared->view());
  return {};
}

Result<NoiseSession> NoiseHandshake::split(NonceSchedule schedule) {
  if (!finished()) {
    destroy();
    return Error{Errc::wrong_state, "the handshake is not finished"};
  }
  const HandshakeHash hash = symmetric_.hash();
  auto [from_initiator, from_responder] = symmetric_.split(schedule);
  destroy();
  if (role_ == NoiseRole::initiator) {
    return NoiseSession{std::move(from_initiator), std::move(from_responder), hash, *remote_key_};
  }
  return NoiseSession{std::move(from_responder), std::move(from_initiator), hash, *remote_key_};
}

}  // namespace lansync
