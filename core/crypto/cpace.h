// Two devices whose users know the same short code agree on a strong key.
#pragma once

#include <array>
#include <initializer_list>

#include "core/base/bytes.h"
#include "core/base/entropy.h"
#include "core/base/result.h"
#include "core/crypto/secret.h"

namespace lansync {

// A ristretto255 group element, encoded, and a confirmation tag.
using CpacePoint = std::array<std::byte, 32>;
using CpaceTag = std::array<std::byte, 64>;

// Who speaks first. The draft calls them A and B.
enum class CpaceRole : std::uint8_t { initiator, responder };

// What both sides must have alike to come to the same key. Views: only read during the call.
struct CpaceContext {
  ByteView password;
  ByteView channel;  // the draft's CI: who talks to whom
  ByteView session;  // the draft's sid: unique to this run
};

// Each part preceded by its length in LEB128: no two lists of parts give the same bytes.
Bytes lv_cat(std::initializer_list<ByteView> parts);

// The base point that a context leads to. Exposed for the draft's test vectors; a secret as long as
// the password can still be guessed.
CpacePoint cpace_generator(const CpaceContext& context);

// What a run ends with. Send `own_tag`; believe nothing until the other side sent `peer_tag`.
struct CpaceKeys {
  Secret<64> shared_key;
  CpaceTag own_tag;
  CpaceTag peer_tag;

  // Whether this is the tag that only a holder of the same password could have sent. Constant time.
  [[nodiscard]] bool confirmed_by(const CpaceTag& tag) const;
};

// One side of CPACE-RISTR255-SHA512 in its initiator-responder form, with explicit confirmation
// (draft-irtf-cfrg-cpace-21, sections 6 and 10.4). Send point() and the associated data, receive
// the other's, finish(). Whoever does not know the password has one guess a run, and the messages
// help with no other.
class Cpace {
 public:
  // Takes 64 bytes from `entropy`; keeps no reference to anything.
  Cpace(CpaceRole role, const CpaceContext& context, Bytes associated_data, Entropy& entropy);

  [[nodiscard]] const CpacePoint& point() const { return point_; }
  [[nodiscard]] const Bytes& associated_data() const { return associated_data_; }

  // Uses up the secret. Errors: malformed (not a group element, or the neutral one), not_authentic
  // (our own point come back: its sender could answer with our own tag).
  Result<CpaceKeys> finish(const CpacePoint& peer_point, ByteView peer_associated_data) &&;

 private:
  CpaceRole role_;
  Bytes session_;
  Bytes associated_data_;
  Secret<32> scalar_;
  CpacePoint point_;
};

}  // namespace lansync
