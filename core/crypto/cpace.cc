#include "core/crypto/cpace.h"

#include <sodium.h>

#include "core/base/assert.h"
#include "core/base/byte_io.h"
#include "core/crypto/octets.h"

namespace lansync {
namespace {

constexpr std::string_view kDomain = "CPaceRistretto255";
constexpr std::string_view kKeyDomain = "CPaceRistretto255_ISK";
constexpr std::string_view kTagDomain = "CPaceMac";
constexpr std::size_t kSha512BlockBytes = 128;

// The draft writes a length as LEB128, which is what ByteWriter writes.
Bytes length_prefix(std::size_t length) {
  ByteWriter writer;
  writer.varint(length);
  return std::move(writer).take();
}

std::size_t prefixed_bytes(std::size_t length) { return length_prefix(length).size() + length; }

// Hashes as it goes, so that secrets are never joined in a buffer.
class Sha512 {
 public:
  Sha512() { crypto_hash_sha512_init(&state_); }
  ~Sha512() { sodium_memzero(&state_, sizeof(state_)); }
  Sha512(const Sha512&) = delete;
  Sha512& operator=(const Sha512&) = delete;

  Sha512& add(ByteView bytes) {
    crypto_hash_sha512_update(&state_, octets(bytes), bytes.size());
    return *this;
  }
  Sha512& add_prefixed(ByteView bytes) { return add(length_prefix(bytes.size())).add(bytes); }
  Secret<64> finish() {
    Secret<64> digest;
    crypto_hash_sha512_final(&state_, octets_out(digest.writable()));
    return digest;
  }

 private:
  crypto_hash_sha512_state state_;
};

CpaceTag confirmation_tag(const Secret<64>& mac_key, ByteView transcript) {
  CpaceTag tag;
  crypto_auth_hmacsha512_state state;
  crypto_auth_hmacsha512_init(&state, octets(mac_key.view()), Secret<64>::kBytes);
  crypto_auth_hmacsha512_update(&state, octets(transcript), transcript.size());
  crypto_auth_hmacsha512_final(&state, octets_out(tag));
  sodium_memzero(&state, sizeof(state));
  return tag;
}

}  // namespace

Bytes lv_cat(std::initializer_list<ByteView> parts) {
  ByteWriter writer;
  for (const ByteView part : parts) writer.sized(part);
  return std::move(writer).take();
}

// The draft's calculate_generator(): the padding fills the hash's first block, so that the time to
// hash does not depend on the password.
CpacePoint cpace_generator(const CpaceContext& context) {
  static constexpr std::array<std::byte, kSha512BlockBytes> kZeros{};
  const std::size_t used =
      prefixed_bytes(kDomain.size()) + prefixed_bytes(context.password.size()) + 1;
  const std::size_t padding = used < kSha512BlockBytes ? kSha512BlockBytes - used : 0;
  const Secret<64> digest = Sha512()
                                .add_prefixed(as_bytes(kDomain))
                                .add_prefixed(context.password)
                                .add_prefixed(ByteView(kZeros).first(padding))
                                .add_prefixed(context.channel)
                                .add_prefixed(context.session)
                                .finish();
  CpacePoint generator;
  crypto_core_ristretto255_from_hash(octets_out(generator), octets(digest.view()));
  return generator;
}

bool CpaceKeys::confirmed_by(const CpaceTag& tag) const {
  return equal_in_constant_time(tag, peer_tag);
}

Cpace::Cpace(CpaceRole role, const CpaceContext& context, Bytes associated_data, Entropy& entropy)
    : role_(role),
      session_(to_bytes(context.session)),
      associated_data_(std::move(associated_data)) {
  // Reducing twice the bits that are needed leaves no bias.
  const auto wide = Secret<64>::random(entropy);
  crypto_core_ristretto255_scalar_reduce(octets_out(scalar_.writable()), octets(wide.view()));
  CpacePoint generator = cpace_generator(context);
  // Fails only for a zero scalar or generator, which no working source of entropy produces.
  LANSYNC_ASSERT(crypto_scalarmult_ristretto255(octets_out(point_), octets(scalar_.view()),
                                                octets(generator)) == 0);
  wipe(generator);
}

Result<CpaceKeys> Cpace::finish(const CpacePoint& peer_point, ByteView peer_associated_data) && {
  const auto scalar = std::move(scalar_);
  if (peer_point == point_) return Error{Errc::not_authentic, "our own pairing message"};
  Secret<32> shared_point;
  if (crypto_scalarmult_ristretto255(octets_out(shared_point.writable()), octets(scalar.view()),
                                     octets(peer_point)) != 0) {
    return Error{Errc::malformed, "pairing message"};
  }
  const Bytes ours = lv_cat({point_, associated_data_});
  const Bytes theirs = lv_cat({peer_point, peer_associated_data});
  const bool initiator = role_ == CpaceRole::initiator;
  CpaceKeys keys;
  keys.shared_key = Sha512()
                        .add_prefixed(as_bytes(kKeyDomain))
                        .add_prefixed(session_)
                        .add_prefixed(shared_point.view())
                        .add(initiator ? ours : theirs)
                        .add(initiator ? theirs : ours)
                        .finish();
  const Secret<64> mac_key =
      Sha512().add(as_bytes(kTagDomain)).add(session_).add(keys.shared_key.view()).finish();
  keys.own_tag = confirmation_tag(mac_key, ours);
  keys.peer_tag = confirmation_tag(mac_key, theirs);
  return keys;
}

}  // namespace lansync
