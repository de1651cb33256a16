#include "core/engine/share_engine.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/engine/names.h"
#include "core/engine/transfer/lost_versions.h"

namespace lansync {
namespace {

// After a look that failed; what failed once mostly fails for a while.
constexpr std::chrono::seconds kLookAgainAfter{10};

Error stopped() { return {Errc::wrong_state, "share that has stopped"}; }

}  // namespace

std::string ShareEngine::Names::author_name(const DeviceId& device) const {
  const auto member = membership_.members().find(device);
  return member == membership_.members().end() ? short_name(device) : member->second.name;
}

Result<bool> ShareEngine::Names::taken(const RelativePath& path) const {
  const auto heads = index_.heads(path);
  if (!heads) return heads.error();
  return !heads->empty();
}

ShareEngine::ShareEngine(Index& index, Membership& membership, Config config)
    : index_(index),
      membership_(membership),
      config_(std::move(config)),
      names_(index, membership),
      replica_(index, membership, config_.self, config_.sign),
      intents_(index, config_.boot),
      unsynced_(index, config_.boot),
      scan_(index, issues_, held_, intents_, unsynced_),
      edits_(index, replica_, held_, intents_, unsynced_),
      forks_(index, replica_, peers_),
      exchange_(index, membership, replica_, peers_),
      fetcher_(index, peers_, config_.self.device),
      server_(index, fetcher_),
      applier_(index, intents_, fetcher_, scan_, issues_, names_),
      audits_(index, replica_, peers_) {
  scan_.set_root(config_.root);
  applier_.set_root(config_.root);
}

void ShareEngine::start(Now now) {
  if (auto loaded = replica_.load(); !loaded) return fail(std::move(loaded).error());
  if (auto loaded = intents_.load(); !loaded) return fail(std::move(loaded).error());
  if (auto loaded = unsynced_.load(now); !loaded) return fail(std::move(loaded).error());
  if (auto loaded = forks_.load(); !loaded) return fail(std::move(loaded).error());
  scan_.request(RelativePath(), true);
  next_scan_ = now.steady + scan_interval_;
  settle(now);
}

void ShareEngine::handle_job(JobId id, JobResult result, Now now) {
  auto job = jobs_.extract(id);
  LANSYNC_ASSERT(!job.empty());
  if (failed_) return;
  const bool is_one_of_many = std::holds_alternative<Result<Staged>>(result) ||
                              std::holds_alternative<Result<Written>>(result) ||
                              std::holds_alternative<Result<Hashed>>(result) ||
                              std::holds_alternative<Result<Bytes>>(result);
  if (auto done = dispatch_job(job.mapped(), std::move(result), now); !done) {
    return fail(std::move(done).error());
  }
  if (!is_one_of_many) return settle(now);
  now_ = now;
  gathered_ = true;
}

void ShareEngine::settle_gathered() {
  if (std::exchange(gathered_, false)) settle(now_);
}

void ShareEngine::handle_hint(const RelativePath& dir, bool recursive, Now now) {
  if (failed_) return;
  hints_.add(dir, recursive, now.steady);
  update_state();
}

void ShareEngine::handle_written(const RelativePath& dir, const std::set<std::string>& names,
                                 Now now) {
  if (failed_) return;
  const auto unseen = applier_.handle_written(dir, names, now.steady);
  if (!unseen) return fail(unseen.error());
  if (*unseen) settle(now);
}

void ShareEngine::follow(const Hints::Dirs& hints) {
  for (const auto& [dir, recursive] : hints) scan_.request(dir, recursive);
}

void ShareEngine::handle_timeout(Now now) {
  if (failed_) return;
  follow(hints_.take_due(now.steady));
  follow(retries_.take_due(now.steady));
  fetcher_.handle_timeout(now.steady);
  if (verification_) verification_->handle_timeout(now.steady);
  if (next_scan_ <= now.steady) {
    scan_.request(RelativePath(), true);
    next_scan_ = now.steady + scan_interval_;
  }
  settle(now);
}

std::optional<TimePoint> ShareEngine::next_deadline(TimePoint now) const {
  if (failed_) return std::nullopt;
  TimePoint deadline = next_scan_;
  // What may not be done now is not due.
  if (next_cleaning_ > now) deadline = std::min(deadline, next_cleaning_);
  const auto apply = may_apply() ? applier_.next_deadline() : std::nullopt;
  for (const auto& due :
       {hints_.deadline(), retries_.deadline(), fetcher_.next_deadline(), apply,
        exchange_.next_deadline(now), claims_.next_deadline(), audits_.next_deadline(),
        unsynced_.next_deadline(), verification_ ? verification_->next_deadline() : std::nullopt}) {
    if (due) deadline = std::min(deadline, *due);
  }
  return deadline;
}

void ShareEngine::handle_stop() {
  if (failed_) return;
  auto stopped = unsynced_.handle_stop();
  if (stopped) stopped = index_.commit();
  if (!stopped) fail(std::move(stopped).error());
}

void ShareEngine::set_scan_interval(Duration interval, Now now) {
  scan_interval_ = interval;
  next_scan_ = std::min(next_scan_, now.steady + interval);
}

void ShareEngine::settle(Now now) {
  now_ = now;
  gathered_ = false;
  asks_ = true;
  if (failed_) return;
  claims_.advance(now.steady);
  auto settled = try_settle(now);
  if (settled) settled = audit(now);
  if (settled) settled = index_.commit();
  if (!settled) return fail(std::move(settled).error());
  if (verification_) verification_->advance(applier_.job_under_way());
  answer_barriers();
  update_state();
}

Result<void> ShareEngine::try_settle(Now now) {
  if (auto synced = unsynced_.handle_timeout(now.steady); !synced) return synced;
  if (!claims_.waiting()) {
    if (auto published = publish_found(now); !published) return published;
  }
  if (auto worked = work(now); !worked) return worked;
  if (auto ended = end_lost_versions(now); !ended) return ended;
  const auto need = index_.pending_totals();
  if (!need) return need.error();
  const auto disk = index_.disk_totals();
  if (!disk) return disk.error();
  const auto copies = index_.disk_copies();
  if (!copies) return copies.error();
  need_ = *need;
  disk_ = *disk;
  conflicts_ = *copies;
  return {};
}

// Makes the disk show the heads, as far as that goes now.
Result<void> ShareEngine::work(Now now) {
  release_stages();
  while (auto failed = fetcher_.poll_failed()) applier_.handle_fetch_failed(*failed, now.steady);
  while (auto source = fetcher_.poll_ready()) applier_.ready(*source);
  if (fetcher_.take_mislaid(now.steady)) scan_.request(RelativePath(), true);
  if (!touched_.empty()) {
    const std::set<RelativePath> touched = std::exchange(touched_, {});
    if (auto planned = applier_.replan(touched); !planned) return planned;
  }
  return may_apply() ? applier_.advance(now) : Result<void>();
}

Result<void> ShareEngine::end_lost_versions(Now now) {
  starved_ = nothing_else_to_do() && applier_.waits_for_bytes_only() && !fetcher_.busy();
  if (!starved_) return {};
  const std::vector<Wanted> lacking = fetcher_.wanted();
  const auto none_here = none_is_here(index_, lacking);
  if (!none_here) return none_here.error();
  starved_ = *none_here;
  const DeviceId& self = config_.self.device;
  if (!starved_ || !all_starve(membership_, self, replica_.clock(), peers_)) return {};
  auto ends = ends_of_lost(index_, membership_, self, lacking, now.wall);
  if (!ends) return std::move(ends).error();
  if (ends->empty()) return {};
  if (auto published = replica_.publish(*ends, touched_); !published) return published;
  for (const Change& end : *ends) issues_.clear(end.path.text(), "torn");
  starved_ = false;
  return work(now);
}

Result<void> ShareEngine::publish_found(Now now) {
  for (const auto& [dir, recursive] : scan_.take_failed()) {
    retries_.add(dir, recursive, now.steady + kLookAgainAfter);
  }
  for (auto found = scan_.poll_found(); !found.empty(); found = scan_.poll_found()) {
    std::set<RelativePath> look_again;
    std::set<RelativePath> paths;
    for (const Found& one : found) {
      paths.insert(one.path);
      touched_.insert(one.path);
      if (one.row) touched_.insert(one.row->source);
    }
    auto published = edits_.publish(std::move(found), now.wall, touched_, look_again);
    if (published) published = unsynced_.handle_recorded(now);
    if (!published) return published;
    fetcher_.handle_found(paths);
    while (const auto content = intents_.poll_trashed()) fetcher_.handle_trashed(*content);
    for (const RelativePath& dir : look_again) scan_.request(dir, false);
  }
  if (scan_.finished_rounds() > seen_rounds_) {
    seen_rounds_ = scan_.finished_rounds();
    scanned_once_ = scanned_once_ || !scan_.root_error();
    if (scanned_once_) {
      if (auto noted = edits_.looked_through(); !noted) return noted;
      if (auto noted = unsynced_.looked_through(); !noted) return noted;
    }
    applier_.handle_scan_progress();
    fetcher_.handle_looked();
  }
  return {};
}

Result<void> ShareEngine::audit(Now now) {
  if (auto advanced = audits_.advance(now.steady, in_sync() || starved_); !advanced)
    return advanced;
  while (const auto difference = audits_.poll_difference()) {
    const auto shown = exchange_.show_heads(difference->second, difference->first);
    if (!shown) return shown;
  }
  return {};
}

void ShareEngine::answer_barriers() {
  while (const auto answer = flushes_.poll_answer(scan_.finished_rounds())) {
    update_state();
    exchange_.send(answer->peer, BarrierReached{answer->id});
  }
}

ShareState ShareEngine::own_state() const {
  return {replica_.clock(), replica_.fingerprint(), in_sync(), need_.files, need_.bytes, starved_};
}

void ShareEngine::update_state() { exchange_.set_state(own_state(), now_.steady); }

bool ShareEngine::in_sync() const { return need_.files == 0 && nothing_else_to_do(); }

bool ShareEngine::nothing_else_to_do() const {
  return !failed_ && scanned_once_ && !scan_.root_error() && scan_.idle() && hints_.empty() &&
         !claims_.waiting() && edits_.held() == 0 && !applier_.job_under_way() && !cleaning_;
}

void ShareEngine::fail(Error error) {
  index_.rollback();
  failed_ = std::move(error);
}

std::uint64_t ShareEngine::begin_flush(Now now) {
  std::set<DeviceId> members;
  if (!failed_) {
    follow(hints_.take_all());
    scan_.request(RelativePath(), true);
    for (const auto& [device, peer] : peers_) {
      if (!peer.joined) continue;
      members.insert(device);
      exchange_.send(device, Barrier{flushes_.next()});
    }
  }
  const std::uint64_t id = flushes_.begin(scan_.finished_rounds() + 1, std::move(members));
  settle(now);
  return id;
}

bool ShareEngine::flush_reached(std::uint64_t id) const {
  if (failed_ || !flushes_.all_looked(id, scan_.finished_rounds()) || !in_sync()) return false;
  return std::ranges::all_of(peers_, [this](const auto& entry) {
    const PeerState& peer = entry.second;
    if (!peer.joined) return true;
    return peer.clock_known && peer.state.in_sync && peer.state.clock == replica_.clock() &&
           peer.state.fingerprint == replica_.fingerprint();
  });
}

void ShareEngine::release_deletions(Now now) {
  if (failed_) return;
  edits_.release();
  scan_.request(RelativePath(), true);
  applier_.release();
  settle(now);
}

void ShareEngine::ask_audits(std::set<DeviceId> members, Now now) {
  if (failed_) return;
  audits_.ask(std::move(members));
  settle(now);
}

Result<void> ShareEngine::begin_verification(Now now) {
  if (failed_) return stopped();
  if (verification_) return Error{Errc::busy, "share that is being verified"};
  ++verifications_;
  verification_.emplace(index_, membership_, replica_, scan_, config_.root, now.steady);
  settle(now);
  return {};
}

Result<void> ShareEngine::add_member_op(const SignedRecord& op, Now now) {
  if (failed_) return stopped();
  if (auto added = membership_.add(op); !added) return added;
  auto stored = index_.append_member_op(member_op_hash(op), encode(op));
  if (!stored) {
    fail(stored.error());
    return stored;
  }
  exchange_.announce_members();
  drop_removed();
  settle(now);
  return {};
}

}  // namespace lansync
