#include "core/crypto/pairing.h"

#include "core/base/assert.h"

namespace lansync {
namespace {

Cpace begin_cpace(CpaceRole role, ByteView password, const PairingChannel& channel,
                  Bytes description, Entropy& entropy) {
  LANSYNC_ASSERT(description.size() <= kPairingDescriptionBytesMax);
  const Bytes parties =
      lv_cat({as_bytes("lansync/v1/pair"), channel.joiner.view(), channel.inviter.view()});
  return {role, {password, parties, channel.hash.view()}, std::move(description), entropy};
}

// The joiner is told which of the reasons it can act on; everything else is a malformed message.
Errc refusal_reason(const Error& error) {
  for (const Errc reason : {Errc::not_authentic, Errc::expired, Errc::refused, Errc::busy}) {
    if (error.code == reason) return reason;
  }
  return Errc::malformed;
}

Error out_of_turn() { return {Errc::malformed, "pairing message out of turn"}; }

}  // namespace

PairingInviter::PairingInviter(Invitation& invitation, const PairingChannel& channel,
                               Bytes description, Entropy& entropy)
    : invitation_(invitation),
      channel_(channel),
      description_(std::move(description)),
      entropy_(entropy) {}

InviterAction PairingInviter::resume(TimePoint now, ByteView message) {
  const auto decoded = decode_pairing_message(message);
  if (!decoded) return fail(decoded.error());
  if (const auto* request = std::get_if<PairingRequest>(&*decoded);
      request != nullptr && step_ == Step::request) {
    return answer(now, *request);
  }
  if (const auto* proof = std::get_if<PairingProof>(&*decoded);
      proof != nullptr && step_ == Step::proof) {
    return check(now, *proof);
  }
  return fail(out_of_turn());
}

InviterAction PairingInviter::answer(TimePoint now, const PairingRequest& request) {
  auto run = invitation_.begin(now);
  if (!run) return fail(std::move(run).error());
  run_.emplace(*std::move(run));
  Cpace cpace = begin_cpace(CpaceRole::responder, run_->password(), channel_,
                            std::move(description_), entropy_);
  const PairingResponse response{cpace.point(), cpace.associated_data()};
  auto keys = std::move(cpace).finish(request.point, request.description);
  if (!keys) return fail(std::move(keys).error());
  keys_.emplace(*std::move(keys));
  joiner_description_ = request.description;
  step_ = Step::proof;
  return PairingSend{encode(response)};
}

InviterAction PairingInviter::check(TimePoint now, const PairingProof& proof) {
  if (run_->expired(now)) return fail({Errc::expired, "invitation"});
  if (!keys_->confirmed_by(proof.tag)) return fail({Errc::not_authentic, "code"});
  run_->succeed();
  run_.reset();
  step_ = Step::grant;
  return PairingProven{std::move(joiner_description_)};
}

InviterAction PairingInviter::fail(Error error) {
  step_ = Step::over;
  keys_.reset();
  run_.reset();
  const Errc reason = refusal_reason(error);
  return PairingFailed{std::move(error), encode(PairingRefusal{reason})};
}

Bytes PairingInviter::grant(Bytes payload) {
  LANSYNC_ASSERT(step_ == Step::grant);
  step_ = Step::over;
  const PairingGrant grant{keys_->own_tag, std::move(payload)};
  keys_.reset();
  return encode(grant);
}

PairingJoiner::PairingJoiner(const SecretBytes& password, const PairingChannel& channel,
                             Bytes description, Entropy& entropy)
    : cpace_(begin_cpace(CpaceRole::initiator, password.view(), channel, std::move(description),
                         entropy)) {}

Bytes PairingJoiner::start() const {
  LANSYNC_ASSERT(cpace_.has_value());
  return encode(PairingRequest{cpace_->point(), cpace_->associated_data()});
}

JoinerAction PairingJoiner::resume(ByteView message) {
  auto decoded = decode_pairing_message(message);
  if (!decoded) return fail(std::move(decoded).error());
  if (const auto* refusal = std::get_if<PairingRefusal>(&*decoded);
      refusal != nullptr && step_ != Step::over) {
    return fail({refusal->reason, "the inviting device"});
  }
  if (const auto* response = std::get_if<PairingResponse>(&*decoded);
      response != nullptr && step_ == Step::response) {
    return prove(*response);
  }
  if (auto* grant = std::get_if<PairingGrant>(&*decoded);
      grant != nullptr && step_ == Step::grant) {
    return accept(std::move(*grant));
  }
  return fail(out_of_turn());
}

JoinerAction PairingJoiner::prove(const PairingResponse& response) {
  auto keys = std::move(*cpace_).finish(response.point, response.description);
  if (!keys) return fail(std::move(keys).error());
  cpace_.reset();
  keys_.emplace(*std::move(keys));
  inviter_description_ = response.description;
  step_ = Step::grant;
  return PairingSend{encode(PairingProof{keys_->own_tag})};
}

JoinerAction PairingJoiner::accept(PairingGrant grant) {
  if (!keys_->confirmed_by(grant.tag)) {
    return fail({Errc::not_authentic, "the inviting device does not know the code"});
  }
  step_ = Step::over;
  keys_.reset();
  return PairingJoined{std::move(inviter_description_), std::move(grant.payload)};
}

JoinerAction PairingJoiner::fail(Error error) {
  step_ = Step::over;
  cpace_.reset();
  keys_.reset();
  return PairingFailed{std::move(error), {}};
}

}  // namespace lansync
