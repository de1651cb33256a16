// A code that is out, and how often it may still be tried.
#pragma once

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/secret.h"

namespace lansync {

// One open invitation: lives in memory only, for limits::kInvitationLifetime, survives
// limits::kInvitationAttemptsMax failed or aborted runs in total, and dies with the first success.
//
// A run is counted when it begins: whoever breaks off after having seen our half must not have had
// a free guess. One run at a time. Owned by the engine; outlives its runs, and is not moved.
class Invitation {
 public:
  // A run in progress. Gives the place free when destroyed.
  class Run {
   public:
    Run(Run&& other) noexcept : invitation_(std::exchange(other.invitation_, nullptr)) {}
    Run& operator=(Run&& other) noexcept {
      std::swap(invitation_, other.invitation_);
      return *this;
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run();

    [[nodiscard]] ByteView password() const { return invitation_->password_.view(); }
    [[nodiscard]] bool expired(TimePoint now) const { return now >= invitation_->deadline_; }
    // The other side proved that it knows the code: the invitation is used up.
    void succeed() { invitation_->used_ = true; }

   private:
    friend class Invitation;
    explicit Run(Invitation& invitation) : invitation_(&invitation) {}

    Invitation* invitation_;
  };

  Invitation(SecretBytes password, TimePoint opened);
  Invitation(const Invitation&) = delete;
  Invitation& operator=(const Invitation&) = delete;
  // Requires that no run is in progress.
  ~Invitation();

  // Counts an attempt. Errors, in this order: refused (used, or too many attempts), expired, busy
  // (another run is in progress).
  Result<Run> begin(TimePoint now);

  // Whether it makes sense to go on announcing it.
  [[nodiscard]] bool open(TimePoint now) const;
  [[nodiscard]] bool used() const { return used_; }
  [[nodiscard]] int attempts_left() const { return attempts_left_; }
  // It is expired from this moment on.
  [[nodiscard]] TimePoint deadline() const { return deadline_; }

 private:
  SecretBytes password_;
  TimePoint deadline_;
  int attempts_left_ = limits::kInvitationAttemptsMax;
  bool running_ = false;
  bool used_ = false;
};

}  // namespace lansync
