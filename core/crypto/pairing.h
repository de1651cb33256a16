// One device lets another in, by a code that their users share.
#pragma once

#include <optional>
#include <variant>

#include "core/base/bytes.h"
#include "core/base/entropy.h"
#include "core/base/time.h"
#include "core/crypto/cpace.h"
#include "core/crypto/invitation.h"
#include "core/crypto/noise.h"
#include "core/crypto/pairing_message.h"

namespace lansync {

// The channel that pairing runs in. Its handshake is finished, so the keys are proven, but nobody
// knows yet whose they are. The code is bound to all three: a relay between two channels has two
// hashes, and what it hears in one is worth nothing in the other.
struct PairingChannel {
  HandshakeHash hash;
  NoisePublicKey joiner;
  NoisePublicKey inviter;
};

// Send `message`; the next one comes from the other side.
struct PairingSend {
  Bytes message;
};

// The run is over. `reply` tells the other side why; nothing is sent if it is empty.
//
// Inviter: not_authentic (a wrong code), expired, refused (used, or tried too often), busy,
// malformed and the other decoding errors. Joiner: the same, the first four as the inviter claimed
// them or, for not_authentic, because the inviter itself does not know the code.
struct PairingFailed {
  Error error;
  Bytes reply;
};

// Inviter: the joiner knows the code, and `description` is what it says of itself. Answer with
// PairingInviter::grant().
struct PairingProven {
  Bytes description;
};

// Joiner: the inviter knows the code too; both fields come from it.
struct PairingJoined {
  Bytes description;
  Bytes grant;
};

using InviterAction = std::variant<PairingSend, PairingProven, PairingFailed>;
using JoinerAction = std::variant<PairingSend, PairingJoined, PairingFailed>;

// The device that has the invitation. Sans-IO: pass each message that arrives to resume() and do as
// it says. Destroy it when the channel ends or takes too long: that gives the invitation free for
// another run, but not the attempt back, which counts from the first message on.
class PairingInviter {
 public:
  // `invitation` and `entropy` must outlive it. Requires a description within the limit, which
  // whoever sends a first message gets to see.
  PairingInviter(Invitation& invitation, const PairingChannel& channel, Bytes description,
                 Entropy& entropy);

  InviterAction resume(TimePoint now, ByteView message);

  // The last message. Requires that resume() answered PairingProven, once, and a payload within
  // the limit.
  Bytes grant(Bytes payload);

 private:
  InviterAction answer(TimePoint now, const PairingRequest& request);
  InviterAction check(TimePoint now, const PairingProof& proof);
  InviterAction fail(Error error);

  enum class Step : std::uint8_t { request, proof, grant, over };

  Invitation& invitation_;
  PairingChannel channel_;
  Bytes description_;
  Entropy& entropy_;
  Step step_ = Step::request;
  std::optional<Invitation::Run> run_;
  std::optional<CpaceKeys> keys_;
  Bytes joiner_description_;
};

// The device that wants in. Sans-IO: send start(), then pass each message that arrives to resume().
class PairingJoiner {
 public:
  // Keeps no reference. Requires a description within the limit.
  PairingJoiner(const SecretBytes& password, const PairingChannel& channel, Bytes description,
                Entropy& entropy);

  [[nodiscard]] Bytes start() const;
  JoinerAction resume(ByteView message);

 private:
  JoinerAction prove(const PairingResponse& response);
  JoinerAction accept(PairingGrant grant);
  JoinerAction fail(Error error);

  enum class Step : std::uint8_t { response, grant, over };

  Step step_ = Step::response;
  std::optional<Cpace> cpace_;
  std::optional<CpaceKeys> keys_;
  Bytes inviter_description_;
};

}  // namespace lansync
