// What members say of this device's own log that its index does not know.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/engine/path_issues.h"
#include "core/sync/membership.h"

namespace lansync {

// A member whose clock has more of this device's log than its index is either right, and the index
// is an older one that was put back, or it says what is not true. It is right if it shows a segment
// that this device has signed (Replica::proves_loss), which it does before all else (Exchange).
//
// Until then nothing is published: numbers that others know must not name other changes. Nor is it
// while a member has more of an earlier log of this device than its index, which has a part of it:
// what is published may build on numbers that name other changes there (log_forks.h).
//
// Nobody can hold it up for longer than kProofTime, nor twice; what comes of the proof is for the
// engine.
//
// Drive it: advance() with every input, no later than next_deadline(). Owned by one share's engine.
class OwnLogClaims {
 public:
  // A proof is one message, sent ahead of all others: long for any network that works.
  static constexpr std::chrono::seconds kProofTime{10};

  // A member's clock is `claimed`, the index's `known`, and `self` the log that is written.
  void handle_state(const DeviceId& from, const CausalClock& claimed, const CausalClock& known,
                    const Author& self, TimePoint now);
  void handle_peer_down(const DeviceId& device);
  void advance(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  // Whether somebody may still prove that the index is not the newest.
  [[nodiscard]] bool waiting() const;
  // Of the members that are connected and have shown nothing, for a person.
  [[nodiscard]] std::vector<PathIssue> issues(const Membership& membership) const;

 private:
  struct Claim {
    TimePoint until;
    bool stands = true;   // It is said still of the log that is written.
    bool waiting = true;  // For the proof.
  };

  std::map<DeviceId, Claim> claims_;
};

}  // namespace lansync
