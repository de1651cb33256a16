#include "core/engine/history/own_log_claims.h"

#include <algorithm>

namespace lansync {

void OwnLogClaims::handle_state(const DeviceId& from, const CausalClock& claimed,
                                const CausalClock& known, const Author& self, TimePoint now) {
  const bool written = claimed.counter_of(self) > known.counter_of(self);
  const bool earlier = std::ranges::any_of(claimed.entries(), [&](const CausalClock::Entry& entry) {
    const std::uint64_t here = known.counter_of(entry.author);
    return entry.author.device == self.device && here > 0 && entry.counter > here;
  });
  if (!written && !earlier) return handle_peer_down(from);
  claims_.try_emplace(from, Claim{now + kProofTime}).first->second.stands = written;
}

// Who has had its time is remembered; who has not had all of it gets it the next time.
void OwnLogClaims::handle_peer_down(const DeviceId& device) {
  const auto claim = claims_.find(device);
  if (claim == claims_.end()) return;
  if (claim->second.waiting) {
    claims_.erase(claim);
  } else {
    claim->second.stands = false;
  }
}

void OwnLogClaims::advance(TimePoint now) {
  for (auto& [device, claim] : claims_) {
    if (claim.until <= now) claim.waiting = false;
  }
}

std::optional<TimePoint> OwnLogClaims::next_deadline() const {
  std::optional<TimePoint> deadline;
  for (const auto& [device, claim] : claims_) {
    if (claim.waiting && (!deadline || claim.until < *deadline)) deadline = claim.until;
  }
  return deadline;
}

bool OwnLogClaims::waiting() const {
  return std::ranges::any_of(claims_, [](const auto& claim) { return claim.second.waiting; });
}

std::vector<PathIssue> OwnLogClaims::issues(const Membership& membership) const {
  std::vector<PathIssue> issues;
  for (const auto& [device, claim] : claims_) {
    const Member* member = membership.member(device);
    if (claim.waiting || !claim.stands || member == nullptr) continue;
    issues.push_back({"", "unproven",
                      member->name + " claims to know changes that this device has not made",
                      "nothing is lost; that device is faulty, or does this on purpose"});
  }
  return issues;
}

}  // namespace lansync
