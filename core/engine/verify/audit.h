// Whether members that think they agree do agree.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/engine/path_issues.h"
#include "core/engine/peer_state.h"
#include "core/index/index.h"
#include "core/sync/range_split.h"
#include "core/sync/replica.h"
#include "core/wire/message.h"

namespace lansync {

// How the last audit of a member ended.
struct AuditResult {
  enum class Kind : std::uint8_t {
    equal,
    different,    // `paths` have other heads here than there.
    moving,       // One of the two went on meanwhile, or they had not seen the same: ask again.
    unsupported,  // The member's lansync knows no audits.
    silent,       // It is gone, or does not answer.
  };

  Kind kind = Kind::equal;
  std::vector<RelativePath> paths;  // At most Audits::kPathsMax.
  bool more = false;                // There may be others.
};

// Two members with equal clocks must have equal heads (docs/sync.md). An audit finds out by asking:
// one question about all paths, which is all there is to it if they agree; if not, the member cuts
// the range into parts, those that differ are asked about again, and so on down to single paths. It
// tells where the difference is. What is known there by its number only can be mended: the asker
// shows the member the heads that it has at those paths (poll_difference()).
//
// Each member that can be audited is, kFirstAfter after it was first met and every kInterval from
// then on, while both sides are in sync and have nothing to do; as soon as its state says that
// there is a difference, and again when it no longer does, but every kRetryAfter at most; and when
// a person asks. One at a time, which ends if the member's state says by then that the difference
// came or went; what others ask is answered meanwhile, one question each until its answer has gone
// out.
//
// What an answer needs is added up from the index in steps with pauses, so nobody has to wait for
// it. An answer is worth something only under the clock of the question: whoever has gone on since
// says so.
//
// Drive it: advance() at the end of every input and no later than next_deadline(), poll_message()
// after each. Owned by one share's engine; `peers` is the engine's.
class Audits {
 public:
  static constexpr std::chrono::hours kFirstAfter{1};
  static constexpr std::chrono::hours kInterval{24};
  // After one that came to nothing, or that did not find all.
  static constexpr std::chrono::minutes kRetryAfter{10};
  static constexpr std::chrono::minutes kPatience{10};
  static constexpr std::chrono::milliseconds kPause{5};
  static constexpr std::size_t kPathsMax = 100;
  static constexpr int kQuestionsMax = 256;

  Audits(Index& index, const Replica& replica, const std::map<DeviceId, PeerState>& peers)
      : index_(index), replica_(replica), peers_(peers) {}

  // Errors are the peer's fault.
  Result<void> handle_question(const DeviceId& from, const AuditQuestion& question);
  Result<void> handle_answer(const DeviceId& from, const AuditAnswer& answer);
  void handle_peer_down(const DeviceId& device);
  // This member has said something: its state may be another.
  void handle_heard(const DeviceId& from) { heard_.insert(from); }

  // `idle`: this device is in sync, or waits for nothing but bytes that nobody has. An error is the
  // index's.
  Result<void> advance(TimePoint now, bool idle);
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  std::optional<MessageBody> poll_message(const DeviceId& to);
  // A path that differs, and from whose: once for each audit that finds it.
  std::optional<std::pair<DeviceId, RelativePath>> poll_difference();

  // Audits these as soon as their clocks are equal to ours; their results are forgotten until then.
  void ask(std::set<DeviceId> members);
  // No longer, if it has not begun.
  void stop_asking() { asked_.clear(); }

  [[nodiscard]] bool under_way() const { return running_.has_value(); }
  [[nodiscard]] const std::map<DeviceId, AuditResult>& results() const { return results_; }

 private:
  // Paths after `after`, up to `through`; its root: to the end.
  struct Range {
    RelativePath after;
    RelativePath through;
  };
  // What adds up a range, step by step.
  struct Pass {
    Range range;
    RelativePath at;
    bool done = false;
  };
  struct Question {
    AuditQuestion question;
    Pass pass;
    RangeSplit split;
  };
  struct Running {
    DeviceId peer;
    AuditClock clock;
    TimePoint began;
    TimePoint asked_at;
    std::uint32_t question = 0;  // The one that waits for its answer; 0: none does.
    int questions = 0;
    std::deque<AuditQuestion> open;
    // Adding up all there is, for the first question; or the parts of an answer.
    std::optional<Pass> pass;
    RangeSplit split;
    std::vector<PathsPart> theirs;
    std::vector<PathsPart> ours;
    std::set<RelativePath> paths;
    bool more = false;
  };

  void look(TimePoint now);
  void suspect(const PeerState& peer, TimePoint now);
  void set_due(const DeviceId& device, TimePoint due);
  [[nodiscard]] bool can_begin(const DeviceId& device, TimePoint now) const;
  void begin(const DeviceId& device, TimePoint now);
  void end(AuditResult::Kind kind, TimePoint now);
  void find(const RelativePath& path);
  Result<void> step(TimePoint now);
  Result<void> step_question(const DeviceId& from, Question& question);
  Result<void> step_running(TimePoint now);
  void compare(const RelativePath& path, const std::vector<Change>& heads);
  void end_comparison();
  void ask_next(TimePoint now);
  template <class Visit>
  Result<void> read_on(Pass& pass, Visit visit);
  [[nodiscard]] bool has_steps() const;
  [[nodiscard]] bool answer_waits(const DeviceId& to) const;

  Index& index_;
  const Replica& replica_;
  const std::map<DeviceId, PeerState>& peers_;
  std::map<DeviceId, TimePoint> due_;
  TimePoint earliest_due_ = TimePoint::max();  // None of them is due before.
  std::set<DeviceId> heard_;                   // Since look().
  Fingerprint known_fingerprint_;              // Ours, by then.
  CausalClock known_clock_;
  std::map<DeviceId, TimePoint> began_;  // The last.
  std::set<DeviceId> suspected_;         // Their states tell of a difference.
  std::deque<std::pair<DeviceId, RelativePath>> differences_;
  std::set<DeviceId> asked_;
  // They have a question of ours, given up or not: a second one would be their right to refuse.
  std::set<DeviceId> owing_;
  std::map<DeviceId, Question> questions_;
  std::optional<Running> running_;
  std::map<DeviceId, AuditResult> results_;
  std::deque<std::pair<DeviceId, MessageBody>> outbox_;
  std::uint32_t next_question_ = 1;
  TimePoint now_{};
  TimePoint next_step_{};
  bool idle_ = false;
};

// What a person should know of them.
std::vector<PathIssue> audit_issues(const std::map<DeviceId, AuditResult>& results,
                                    const Membership& membership);

}  // namespace lansync
