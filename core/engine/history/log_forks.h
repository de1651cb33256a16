// What becomes of a log that two devices know differently.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/engine/path_issues.h"
#include "core/engine/peer_state.h"
#include "core/index/index.h"
#include "core/sync/membership.h"
#include "core/sync/replica.h"

namespace lansync {

// Logs that were found to fork, of this device and of others, one entry for each time that this
// index was begun anew for it. Survive that. An error is the index's.
Result<std::vector<Author>> forked_logs(Index& index);
Result<void> note_forked_log(Index& index, const Author& log);

// A log forks when its device is put back as a whole, index included (a snapshot of a virtual
// machine, the image of a disk), and publishes before anybody has shown it what it forgot: one
// number then names two changes. Nobody is at fault, and nobody's files are wrong; but who knows
// one branch cannot take in what builds on the other.
//
// So one of them forgets its history and learns the other's, as a device does that joins with a
// full folder: what both have equal is that, what differs is a conflict, nothing is lost. First it
// is the author, once for each of its logs: it takes the branch of whoever shows it that it forks.
// By then it writes another log, which is how everybody else sees that what it knows of the old one
// is what counts: who knows another branch, and hears so from the author, begins anew in turn.
// Until then the two take no changes from each other.
//
// A member can write a log that forks on purpose. For each member the others begin anew
// kBeginningsMax times at most.
//
// Owned by one share's engine; `index`, `replica` and `peers` outlive it.
class LogForks {
 public:
  static constexpr std::size_t kBeginningsMax = 8;

  LogForks(Index& index, const Replica& replica, const std::map<DeviceId, PeerState>& peers)
      : index_(index), replica_(replica), peers_(peers) {}

  Result<void> load();

  enum class Verdict : std::uint8_t { integrate, ignore, begin_anew };
  struct Judgement {
    Verdict verdict = Verdict::integrate;
    // To be shown to who sent it: what this index has in its place.
    std::optional<Segment> answer;
  };
  // What is to be done with a segment. Errors: as Replica::place and open_segment,
  // not_authentic; or the index's.
  Result<Judgement> judge(const DeviceId& from, const Segment& segment);
  void handle_peer_down(const DeviceId& device) { apart_.erase(device); }

  // For a person: whose log stands between this device and a member.
  [[nodiscard]] std::vector<PathIssue> issues(const Membership& membership) const;

 private:
  Result<Judgement> judge_own(const DeviceId& from, const SegmentHeader& header,
                              const Segment& segment);
  [[nodiscard]] Result<Judgement> judge_known(const SegmentHeader& header,
                                              const Segment& segment) const;
  Result<Judgement> judge_fork(const DeviceId& from, const SegmentHeader& header,
                               const Segment& segment);
  Result<Judgement> show_ours(const SegmentHeader& header) const;

  Index& index_;
  const Replica& replica_;
  const std::map<DeviceId, PeerState>& peers_;
  std::vector<Author> forked_;
  // Members that know another branch of a log.
  std::map<DeviceId, Author> apart_;
};

}  // namespace lansync
