// A look at everything that a share has, to see whether it still is what it was.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "core/base/time.h"
#include "core/engine/scan/scan.h"
#include "core/engine/verify/disk_check.h"
#include "core/engine/verify/index_check.h"

namespace lansync {

// First the index by itself (IndexCheck), in steps with pauses, then the disk against the index
// (DiskCheck), one job at a time: syncing goes on meanwhile and comes first. It repairs nothing;
// the only thing it causes is that the scan looks at what differs.
//
// Drive it, from every input of the engine: handle_change() where the index was written,
// handle_timeout() no later than next_deadline(), jobs to be performed after all others, and
// advance() at the end. References outlive it; owned by one share's engine.
class Verification {
 public:
  // Between two steps on the index, for whoever else is waiting.
  static constexpr std::chrono::milliseconds kPause{5};

  Verification(Index& index, const Membership& membership, const Replica& replica, Scan& scan,
               RootIdentity root, TimePoint now);

  void handle_change() { index_check_.handle_change(); }
  void handle_timeout(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  std::optional<std::variant<ListJob, CheckJob>> poll_job();
  // Of a ListJob or a CheckJob.
  void handle_job(JobResult result);
  // `applying`: the engine is changing the folder.
  void advance(bool applying);

  [[nodiscard]] bool done() const { return done_; }
  // What is wrong; those of the index have no path.
  [[nodiscard]] std::vector<PathIssue> findings() const;
  [[nodiscard]] const Totals& checked() const { return disk_check_.checked(); }
  // How many paths were being worked on all the time, so that nothing can be said about them.
  [[nodiscard]] std::uint64_t unsettled() const { return disk_check_.unsettled(); }
  // Before: the index is being looked at.
  [[nodiscard]] bool reading() const { return index_check_.done(); }

 private:
  void note(const Result<void>& done);

  Scan& scan_;
  IndexCheck index_check_;
  DiskCheck disk_check_;
  TimePoint next_step_;
  std::optional<std::uint64_t> awaited_round_;  // Of the scan.
  std::optional<Error> index_error_;
  bool done_ = false;
};

}  // namespace lansync
