// Makes the disk show the heads.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/engine/apply/removals.h"
#include "core/engine/job.h"
#include "core/engine/path_issues.h"
#include "core/engine/scan/intents.h"
#include "core/engine/scan/newcomers.h"
#include "core/engine/scan/scan.h"
#include "core/engine/transfer/fetcher.h"
#include "core/index/index.h"
#include "core/sync/plan.h"

namespace lansync {

// Works through the paths whose heads ask for something else than the disk shows: plans each, has
// the bytes fetched, and gathers what is ready into one ApplyJob at a time, made durable together.
//
//   - replan() after every change of heads or rows: it decides which paths are pending and stores
//   them.
//   - advance() looks at pending paths and fills the next job.
//   - A file that is to come, and stands here under a name that is to go, is moved.
//   - Removals come last: while something is being created they wait (at most Removals::kDelay), so
//   that
//     other bytes can be had from what goes; and when they are too many they wait for release().
//   - What cannot be done now is tried again later, and is an issue meanwhile.
//   - What waits for bytes that nobody sends takes no place from other paths: paths whose bytes are
//   asked for are not in the window, and those that wait for their turn to be asked for give way to
//   paths that changed, and after kTurnPatience to all others.
//
// While a job is under way its directories are frozen for the scan.
//
// Owned by one share's engine.
class Applier {
 public:
  static constexpr std::size_t kWindowPaths = 4096;  // Pending paths looked at; the rest wait.
  static constexpr std::size_t kStepsMax = 1024;     // In one job.
  static constexpr std::chrono::seconds kRetryDelay{30};
  static constexpr std::chrono::seconds kBusyDelay{2};
  static constexpr std::chrono::seconds kNoSpaceDelay{5};
  // How late the watcher tells of a write, at most.
  static constexpr std::chrono::seconds kHeardWithin{10};
  // Long enough to be reached, where files arrive; loading a window of paths again is work.
  static constexpr std::chrono::seconds kTurnPatience{10};

  Applier(Index& index, Intents& intents, Fetcher& fetcher, Scan& scan, PathIssues& issues,
          const CopyNames& names)
      : index_(index),
        intents_(intents),
        fetcher_(fetcher),
        scan_(scan),
        issues_(issues),
        names_(names),
        removals_(index) {}

  void set_root(const RootIdentity& root) { root_ = root; }

  // Decides anew what is pending at these paths and above them.
  Result<void> replan(const std::set<RelativePath>& touched);

  // Looks at what is pending. Call it after every input; it does little when nothing has changed.
  Result<void> advance(Now now);
  // Something happened elsewhere that may let blocked paths go on: the bytes for this one are here;
  // a round of the scan ended, or removals may go on.
  void ready(const RelativePath& source);
  void handle_scan_progress();

  // What it is about to do is in the index by then: commit before it is performed.
  Result<std::optional<ApplyJob>> poll_job();
  // Updates the rows. What changed is replanned; directories that turned out otherwise are
  // rescanned.
  Result<void> handle_applied(Result<Applied> applied, Now now);
  // Somebody wrote to these files of a directory, as the watcher says. Returns whether one of them,
  // or what it has displaced, has to be read once more. An error is the index's.
  Result<bool> handle_written(const RelativePath& dir, const std::set<std::string>& names,
                              TimePoint now);
  // A fetch failed on this side: no space, an unwritable staging folder.
  void handle_fetch_failed(const Fetcher::Failed& failed, TimePoint now);

  [[nodiscard]] bool job_under_way() const { return job_under_way_; }
  // Whether something is pending, and all of it waits for bytes.
  [[nodiscard]] bool waits_for_bytes_only() const;
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  // The names in the trash of what is to come to a place. Nothing, if more is pending than can be
  // looked through.
  Result<std::optional<std::set<std::string>>> trash_to_keep();
  // Removals that wait for a person's word.
  [[nodiscard]] std::uint64_t held() const { return removals_.held(); }
  void release();
  // The bytes that could not be written for want of space; 0 if there is room.
  [[nodiscard]] std::uint64_t lacking_bytes() const { return lacking_bytes_; }

 private:
  enum class Waits : std::uint8_t {
    bytes = 1,
    room = 2,
    turn = 4,
    tree = 8,
    scan = 16,
    reading = 32
  };
  // What the steps of a pending path wait for; none of it: the path is due. Any of it wakes it.
  class WaitsFor {
   public:
    void add(Waits one) { all_ |= static_cast<unsigned>(one); }
    void clear() { all_ = 0; }
    [[nodiscard]] bool nothing() const { return all_ == 0; }
    [[nodiscard]] bool has(Waits one) const { return (all_ & static_cast<unsigned>(one)) != 0; }
    [[nodiscard]] bool only(Waits one) const { return all_ == static_cast<unsigned>(one); }

   private:
    unsigned all_ = 0;
  };
  struct Pending {
    WaitsFor waits;
    TimePoint retry_at{};    // Not before.
    TimePoint turn_since{};  // Since when it waits for its turn to be fetched.
    DeviceId turn_of;        // Among the files of this author.
    // Where a person was first, if that is why it is tried again: nothing to wait for once nothing
    // is to be done there.
    RelativePath overtaken{};
    // What is to be done, if it is one file, and nothing but its turn or its bytes was waited for
    // since; otherwise it is planned anew when it is due.
    std::optional<Step> planned;
  };
  struct Plan {
    std::vector<Step> steps;
    std::optional<RelativePath> copy_of;  // Whose conflict copy stands at the path.
  };
  // A step in the job under way, with what it takes to understand its result.
  struct InJob {
    Step step;
    std::string trash;
    // The removal of the file that is moved to the step's path, if it is.
    std::optional<Step> going{};
  };

  Result<Plan> plan_for(const RelativePath& path);
  // Returns whose copy stands at the path, if anybody's.
  Result<std::optional<RelativePath>> replan_one(const RelativePath& path);
  Result<std::vector<Step>> steps_of(const RelativePath& path, Pending& pending);
  Result<void> forget_done(const RelativePath& path);
  Result<void> nothing_to_do(const RelativePath& path);
  void plan_anew(const RelativePath& path, Pending& pending);
  void look_through_window(TimePoint now);
  Result<void> refill();
  void expect(const RelativePath& path);
  bool make_place();
  void give_way(TimePoint now);
  void call_next();
  Result<void> examine(const RelativePath& path, Now now);
  Result<Waits> take(const Step& step, Now now);
  Waits read_first(const Step& step, Now now);
  Result<Waits> take_removal(const Step& step, Now now);
  Result<bool> parent_ready(const RelativePath& path);
  std::optional<Waits> waits_for_turn(const Step& step);
  Result<void> consider_removals(Now now);
  Result<void> take_removals(Now now);
  [[nodiscard]] bool creating() const;
  Result<Waits> take_install(const Step& step, Now now);
  [[nodiscard]] bool may_fetch() const;
  Result<void> adopt(const Step& step);
  Result<std::optional<Step>> find_moved(const Step& step);
  Waits take_move(const Step& step, Step going, Now now);
  Result<bool> record_gone(const Step& going, const RelativePath& to);
  void add(const Step& step, ApplyStep apply, Now now);
  Result<void> begin_intents();
  // These return whether the step's place displays what it is to.
  Result<bool> handle_step(const InJob& done, const Result<ApplyStepDone>& result, Now now);
  Result<bool> record_success(const InJob& done, const ApplyStepDone& result, Now now);
  bool written_meanwhile(const InJob& done, const ApplyStepDone& result, TimePoint now);
  Result<bool> doubt_displaced(const Newcomers::Displaced& displaced);
  void in_doubt(const InJob& done);
  void complain(const RelativePath& source, PathIssue issue);
  void end_complaints(const RelativePath& source, const std::vector<Step>& steps);
  void record_failure(const InJob& done, const Error& error, TimePoint now);
  void record_rescue(const InJob& done, TimePoint now);
  void wake(Waits waits);
  void due_by(TimePoint at);
  void retry(const RelativePath& source, TimePoint at);

  Index& index_;
  Intents& intents_;
  Fetcher& fetcher_;
  Scan& scan_;
  PathIssues& issues_;
  const CopyNames& names_;
  RootIdentity root_;

  std::map<RelativePath, Pending> window_;
  // Those in the window that may wait for nothing any more, but for their time.
  std::set<RelativePath> due_;
  // Their bytes are being fetched; no more than fetches. With what is to be done then.
  std::map<RelativePath, std::optional<Step>> parked_;
  RelativePath window_end_;  // Paths after this have not been loaded from the index yet.
  bool all_loaded_ = false;
  // Nobody in the window has to be looked at earlier, but for those that are due.
  TimePoint looks_by_ = TimePoint::max();
  bool passed_over_ = false;    // A path came while the window was full: another pass is due.
  bool has_waiting_ = false;    // Somebody in the window may be waiting for its turn.
  bool something_goes_ = true;  // A removal may be pending.

  std::vector<ApplyStep> batch_;
  std::vector<InJob> batch_steps_;
  std::vector<InJob> job_steps_;
  std::set<RelativePath> batch_paths_;    // Sources and places in the batch or the job under way.
  std::set<RelativePath> only_steps_;     // Those of them with nothing else to do, as planned last.
  std::set<RelativePath> making_;         // Directories that the batch makes.
  std::set<RelativePath> known_dirs_;     // That are there: no row has changed since.
  std::set<RelativePath> several_names_;  // Hard links: what cannot be changed in place.
  std::set<RelativePath> unmovable_;      // What could not be moved to its place is copied.
  Newcomers newcomers_;
  std::vector<Newcomers::Displaced> written_to_;  // While a job's result is taken in.
  bool had_room_ = true;           // On the disk: at the last look, and none lacked it.
  std::set<DeviceId> full_;        // Whose files wait for their turn to be fetched.
  std::set<DeviceId> found_full_;  // Those for whom this advance() found no room.
  std::map<RelativePath, std::map<std::string, std::string>> complaints_;  // By source: path, code.
  bool job_under_way_ = false;
  std::uint64_t trash_serial_ = 0;

  Removals removals_;
  std::uint64_t lacking_bytes_ = 0;
};

}  // namespace lansync
