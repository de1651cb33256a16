// One share, on one device: everything that is decided about it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/engine/apply/applier.h"
#include "core/engine/flushes.h"
#include "core/engine/history/exchange.h"
#include "core/engine/history/log_forks.h"
#include "core/engine/history/own_log_claims.h"
#include "core/engine/job.h"
#include "core/engine/path_issues.h"
#include "core/engine/scan/hints.h"
#include "core/engine/scan/intents.h"
#include "core/engine/scan/local_edits.h"
#include "core/engine/scan/scan.h"
#include "core/engine/transfer/fetcher.h"
#include "core/engine/transfer/server.h"
#include "core/engine/verify/audit.h"
#include "core/engine/verify/verification.h"
#include "core/wire/chunk_data.h"

namespace lansync {

enum class ShareActivity : std::uint8_t { scanning, syncing, idle, held, error };
std::string_view to_string(ShareActivity activity);

struct MemberStatus {
  Member member;
  bool online = false;
  bool in_sync = false;
  std::uint64_t need_files = 0;
  std::uint64_t need_bytes = 0;
};

struct ShareStatus {
  ShareActivity activity = ShareActivity::idle;
  Totals disk;
  Totals need;
  std::uint64_t staged_bytes = 0;  // Of what is needed, already here.
  std::size_t to_look_at = 0;      // Directories and files that the scan has before it.
  bool in_sync = false;
  Fingerprint fingerprint;
  std::uint64_t conflicts = 0;  // Copies on disk that wait for a person.
  std::uint64_t held_deletions = 0;
  std::uint64_t lacking_bytes = 0;
  std::vector<PathIssue> issues;
  std::vector<MemberStatus> members;
  std::optional<Error> error;
};

// A share's engine: told what the disk, the peers and the clock say, it answers with messages, jobs
// and a deadline. It performs nothing itself, never asks the time and never blocks but on its
// index.
//
// Drive it: after handle_*() drain poll_job(), poll_message() and poll_data() for every peer,
// and call handle_timeout() no later than next_deadline(). Jobs may be performed in any order and
// in parallel; each result comes back exactly once. Equal inputs in equal order give equal outputs.
//
// Under load it is cheaper to hand in several inputs before anything is polled: what each of them
// leads to is then worked out once.
//
// What is announced is durable: everything is committed before anything can be polled.
// An error of the index stops the share: failed() says why, and nothing is done any more.
//
// Owned by the node, on its thread. `index` and `membership` outlive it.
class ShareEngine {
 public:
  struct Config {
    Author self;
    std::string device_name;
    Sign sign;
    RootIdentity root;
    // Changes whenever the folder's disk may have lost what was done to it and not made durable
    // (os/boot_identity.h). Empty: not known; or the index is a copy, and what it says was begun
    // was begun another time.
    std::string boot = {};
  };

  ShareEngine(Index& index, Membership& membership, Config config);

  // Begins with a look at the whole folder.
  void start(Now now);

  // --- Peers ---
  void handle_peer_up(const DeviceId& device, Now now);
  void handle_peer_down(const DeviceId& device, Now now);
  // An error is the peer's fault: close its connection. One of the index stops the share instead.
  Result<void> handle_message(const DeviceId& from, MessageBody body, Now now);
  Result<void> handle_chunk_data(const DeviceId& from, const ChunkData& header, ByteView data,
                                 Now now);

  // --- Disk ---
  void handle_job(JobId id, JobResult result, Now now);
  // Something may have changed in a directory; `recursive`: anywhere beneath it.
  void handle_hint(const RelativePath& dir, bool recursive, Now now);
  // Besides, of files that were neither moved there nor made: somebody has written to these, which
  // may not show.
  void handle_written(const RelativePath& dir, const std::set<std::string>& names, Now now);

  // --- Time ---
  void handle_timeout(Now now);
  [[nodiscard]] std::optional<TimePoint> next_deadline(TimePoint now) const;
  // How often the whole folder is looked at, whatever the watcher says.
  void set_scan_interval(Duration interval, Now now);

  // The program ends in order, at once: nothing may be told it any more.
  void handle_stop();

  // --- People ---
  // Looks at everything once more here and at every connected member, and is reached when all have
  // and show the same state.
  std::uint64_t begin_flush(Now now);
  [[nodiscard]] bool flush_reached(std::uint64_t id) const;
  void end_flush(std::uint64_t id) { flushes_.end(id); }
  // Lets deletions that are held back go on.
  void release_deletions(Now now);
  // Looks through everything, until it is done or ended. One at a time. Errors: busy, wrong_state
  // (the share has stopped).
  Result<void> begin_verification(Now now);
  void end_verification() { verification_.reset(); }
  [[nodiscard]] const Verification* verification() const {
    return verification_ ? &*verification_ : nullptr;
  }
  // Compares heads with members (audit.h); nobody's answer is waited for.
  void ask_audits(std::set<DeviceId> members, Now now);
  void stop_asking_audits() { audits_.stop_asking(); }
  [[nodiscard]] bool auditing() const { return audits_.under_way(); }
  [[nodiscard]] const std::map<DeviceId, AuditResult>& audits() const { return audits_.results(); }
  // An op made on this device (an invitation was taken, a member leaves). Errors: as
  // Membership::add.
  Result<void> add_member_op(const SignedRecord& op, Now now);
  [[nodiscard]] ShareStatus status() const;

  // --- Outputs ---
  std::optional<Job> poll_job();
  std::optional<MessageBody> poll_message(const DeviceId& to, Now now);
  struct OutgoingChunk {
    std::uint32_t request = 0;
    std::uint32_t place = 0;
    Bytes bytes;
  };
  std::optional<OutgoingChunk> poll_data(const DeviceId& to);

  [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }
  // A member has shown more of this device's log than the index has: it is not the newest index.
  // The share has failed; it goes on as a new incarnation.
  [[nodiscard]] bool behind_itself() const { return behind_itself_; }
  // Others know this log differently (log_forks.h). The share has failed; it goes on with an index
  // that is begun anew.
  [[nodiscard]] const std::optional<Author>& forked_log() const { return forked_log_; }
  [[nodiscard]] bool in_sync() const;
  // Control messages that the peer has asked for and not taken.
  [[nodiscard]] std::size_t waiting(const DeviceId& peer) const { return exchange_.waiting(peer); }
  [[nodiscard]] const Membership& membership() const { return membership_; }
  [[nodiscard]] const CausalClock& clock() const { return replica_.clock(); }
  [[nodiscard]] const Author& self() const { return replica_.self(); }

 private:
  // Conflict copies are named after members; names that are taken are looked up in the index.
  class Names final : public CopyNames {
   public:
    Names(Index& index, const Membership& membership) : index_(index), membership_(membership) {}
    std::string author_name(const DeviceId& device) const override;
    Result<bool> taken(const RelativePath& path) const override;

   private:
    Index& index_;
    const Membership& membership_;
  };
  // Of which verification: results of one that was ended are of no use.
  struct VerificationJob {
    std::uint64_t verification = 0;
  };
  using JobSource = std::variant<RelativePath, Fetcher::FetchJob, Server::ServeJob, std::monostate,
                                 VerificationJob>;
  struct OutstandingJob {
    JobSource source;
    Now issued;
  };

  Result<void> dispatch(const DeviceId& from, MessageBody body, Now now);
  Result<void> integrate(const DeviceId& from, const Segment& segment, TimePoint now);
  Result<void> handle_segment(const DeviceId& from, const Segment& segment, Now now);
  Result<void> dispatch_job(const OutstandingJob& job, JobResult result, Now now);
  // Of inputs that tell of one piece of much alike: before the next output is enough.
  void settle_gathered();
  // Ends every input: publishes, plans, commits; on an error of the index the share fails.
  void settle(Now now);
  Result<void> try_settle(Now now);
  void fail(Error error);
  Result<void> publish_found(Now now);
  Result<void> work(Now now);
  Result<void> end_lost_versions(Now now);
  // Nothing is put into a folder that has not been looked at: what is there comes first.
  [[nodiscard]] bool may_apply() const {
    return scanned_once_ && !scan_.root_error() && !claims_.waiting();
  }
  void follow(const Hints::Dirs& hints);
  void drop_removed();
  Result<void> handle_cleaned(const Result<Cleaned>& cleaned, Now now);
  std::vector<std::string> wanted_stages();
  void release_stages();
  Result<std::optional<EmptyTrashJob>> emptying_job();
  CleanStageJob clean_job(std::optional<std::vector<std::string>> keep);
  Result<void> audit(Now now);
  void answer_barriers();
  void send_requests(TimePoint now);
  Result<std::optional<MessageBody>> poll_answer(const DeviceId& to);
  [[nodiscard]] ShareState own_state() const;
  // Nothing is to be done but what is pending.
  [[nodiscard]] bool nothing_else_to_do() const;
  void update_state();
  [[nodiscard]] ShareActivity activity() const;

  Index& index_;
  Membership& membership_;
  const Config config_;
  Now now_{};              // Of the last input; the jobs polled after it are issued then.
  bool gathered_ = false;  // Since it was settled.
  bool asks_ = false;      // There may be something to ask of somebody.
  std::map<DeviceId, PeerState> peers_;
  Names names_;
  PathIssues issues_;
  Replica replica_;
  HeldDeletions held_;
  Intents intents_;
  Unsynced unsynced_;
  Scan scan_;
  LocalEdits edits_;
  OwnLogClaims claims_;
  LogForks forks_;
  Exchange exchange_;
  Fetcher fetcher_;
  Server server_;
  Applier applier_;

  Hints hints_;
  Hints retries_;                   // Of looks that failed.
  std::set<RelativePath> touched_;  // Heads or rows changed since the last plan.
  bool scanned_once_ = false;
  Duration scan_interval_ = std::chrono::minutes(10);
  TimePoint next_scan_{};
  std::uint64_t seen_rounds_ = 0;

  Flushes flushes_;
  Audits audits_;
  std::optional<Verification> verification_;
  std::uint64_t verifications_ = 0;

  std::map<JobId, OutstandingJob> jobs_;
  std::uint64_t next_job_ = 1;
  bool recovered_ = false;
  TimePoint next_emptying_{};  // Of the trash.
  std::uint64_t cleanings_ = 0;
  TimePoint next_cleaning_{};  // Not before.
  bool cleaning_ = false;      // The staging folder, which nothing else uses meanwhile.
  bool keeps_doubtful_stages_ = false;
  Totals need_;
  bool starved_ = false;
  Totals disk_;
  std::uint64_t conflicts_ = 0;
  std::optional<Error> failed_;
  bool behind_itself_ = false;
  std::optional<Author> forked_log_;
};

}  // namespace lansync
