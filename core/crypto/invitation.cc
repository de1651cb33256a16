#include "core/crypto/invitation.h"

#include "core/base/assert.h"

namespace lansync {

Invitation::Run::~Run() {
  if (invitation_ != nullptr) invitation_->running_ = false;
}

Invitation::Invitation(SecretBytes password, TimePoint opened)
    : password_(std::move(password)), deadline_(opened + limits::kInvitationLifetime) {}

Invitation::~Invitation() { LANSYNC_ASSERT(!running_); }

Result<Invitation::Run> Invitation::begin(TimePoint now) {
  if (used_ || attempts_left_ == 0) return Error{Errc::refused, "invitation"};
  if (now >= deadline_) return Error{Errc::expired, "invitation"};
  if (running_) return Error{Errc::busy, "invitation"};
  --attempts_left_;
  running_ = true;
  return Run(*this);
}

bool Invitation::open(TimePoint now) const {
  return !used_ && now < deadline_ && (running_ || attempts_left_ > 0);
}

}  // namespace lansync
