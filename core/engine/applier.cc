#include "core/engine/applier.h"

#include <algorithm>
#include <cerrno>

#include "core/base/assert.h"
#include "core/chunk/hash.h"
#include "core/engine/names.h"
#include "core/sync/deletion_brake.h"

namespace lansync {
namespace {

constexpr std::size_t kEqualFilesLookedAt = 8;

bool is_removal(const Step& step) {
  return step.kind == StepKind::remove || step.kind == StepKind::remove_dir;
}

std::optional<FileIdentity> identity(const std::optional<DiskRow>& row) {
  if (!row) return std::nullopt;
  return FileIdentity::of(row->stat);
}

}  // namespace

Result<std::vector<Step>> Applier::steps_for(const RelativePath& path) {
  PathState state;
  state.path = path;
  auto heads = index_.heads(path);
  if (!heads) return std::move(heads).error();
  state.heads = *std::move(heads);
  const auto beneath = index_.has_live_beneath(path);
  if (!beneath) return beneath.error();
  state.live_beneath = *beneath;
  auto row = index_.disk(path);
  if (!row) return std::move(row).error();
  if (*row && (*row)->source == path) state.row = **std::move(row);
  auto copies = index_.disk_copies_of(path);
  if (!copies) return std::move(copies).error();
  state.copies = *std::move(copies);
  // Nothing was ever said about it and nothing is there: not a directory any more.
  if (state.heads.empty() && !state.live_beneath && state.copies.empty()) {
    std::vector<Step> steps;
    const bool implied_dir =
        state.row && state.row->stat.kind == NodeKind::dir && state.row->shown.empty();
    if (implied_dir) {
      steps.push_back({.kind = StepKind::remove_dir,
                       .path = path,
                       .source = path,
                       .node = {},
                       .row = state.row});
    }
    return steps;
  }
  return plan(state, names_);
}

Result<void> Applier::replan(const std::set<RelativePath>& touched) {
  std::set<RelativePath> paths;
  for (const RelativePath& path : touched) {
    for (RelativePath at = path; !at.is_root() && paths.insert(at).second; at = at.parent()) {
    }
    // A conflict copy of another path stands where this one belongs: that one has to move.
    const auto row = index_.disk(path);
    if (!row) return row.error();
    if (*row && (*row)->source != path) paths.insert((*row)->source);
  }
  for (const RelativePath& path : paths) {
    if (auto done = replan_one(path); !done) return done;
  }
  return {};
}

Result<void> Applier::replan_one(const RelativePath& path) {
  const auto steps = steps_for(path);
  if (!steps) return steps.error();
  PendingRow row{path, 0};
  std::set<RelativePath> installs;
  for (const Step& step : *steps) {
    if (step.kind != StepKind::install) continue;
    row.bytes += step.node.size;
    installs.insert(step.path);
  }
  fetcher_.keep_only(path, installs);
  if (steps->empty()) {
    window_.erase(path);
    return index_.remove_pending(path);
  }
  if (auto put = index_.put_pending(row); !put) return put;
  if (const auto known = window_.find(path); known != window_.end()) {
    known->second.waits = Waits::nothing;
  } else if (window_.size() < kWindowPaths) {
    window_.emplace(path, Pending{});
  } else {
    all_loaded_ = false;
  }
  return {};
}

// Loads pending paths from the index, round and round, so that none waits for ever behind blocked
// ones.
Result<void> Applier::refill() {
  if (all_loaded_ || window_.size() >= kWindowPaths / 2) return {};
  const std::size_t room = kWindowPaths - window_.size();
  auto rows = index_.pending(window_end_, room);
  if (!rows) return std::move(rows).error();
  for (const PendingRow& row : *rows) window_.try_emplace(row.path, Pending{});
  if (rows->size() < room) {
    all_loaded_ = window_end_.is_root();
    window_end_ = RelativePath();
  } else {
    window_end_ = rows->back().path;
  }
  return {};
}

Result<void> Applier::advance(Now now) {
  if (auto filled = refill(); !filled) return filled;
  if (window_.empty()) {
    released_ = false;
    held_ = 0;
    lacking_bytes_ = 0;
    return {};
  }
  std::vector<RelativePath> due;
  for (auto& [path, pending] : window_) {
    if (pending.retry_at > now.steady) continue;
    if (pending.retry_at != TimePoint{}) pending.waits = Waits::nothing;
    if (pending.waits == Waits::nothing) due.push_back(path);
  }
  std::vector<Step> removals;
  for (const RelativePath& path : due) {
    if (auto done = examine(path, now, removals); !done) return done;
  }
  return consider_removals(std::move(removals), now);
}

Result<void> Applier::examine(const RelativePath& path, Now now, std::vector<Step>& removals) {
  const auto found = window_.find(path);
  if (found == window_.end()) return {};
  Pending& pending = found->second;
  pending.retry_at = {};
  if (batch_paths_.contains(path)) {
    pending.waits = Waits::tree;
    return {};
  }
  const auto steps = steps_for(path);
  if (!steps) return steps.error();
  if (steps->empty()) return replan_one(path);
  bool adopted = false;
  for (const Step& step : *steps) {
    if (step.kind == StepKind::adopt) {
      if (auto done = adopt(step); !done) return done;
      adopted = true;
      continue;
    }
    const auto waits = take(step, now, removals);
    if (!waits) return waits.error();
    // Several steps may wait for different things; any of them wakes the path.
    if (pending.waits == Waits::nothing || *waits == Waits::room) pending.waits = *waits;
  }
  return adopted && steps->size() == 1 ? replan_one(path) : Result<void>();
}

void Applier::ready(const RelativePath& source) {
  if (const auto pending = window_.find(source); pending != window_.end()) {
    pending->second.waits = Waits::nothing;
  }
  wake(Waits::others);
}

void Applier::handle_scan_progress() { wake(Waits::scan); }

void Applier::release() {
  released_ = true;
  wake(Waits::others);
}

void Applier::wake(Waits waits) {
  for (auto& [path, pending] : window_) {
    if (pending.waits == waits) pending.waits = Waits::nothing;
  }
}

Result<void> Applier::adopt(const Step& step) {
  DiskRow row = *step.row;
  row.shown = step.node.shown;
  row.source = step.source;
  return index_.put_disk(row);
}

Result<bool> Applier::parent_ready(const RelativePath& path) {
  const RelativePath parent = path.parent();
  if (parent.is_root() || making_.contains(parent)) return true;
  const auto row = index_.disk(parent);
  if (!row) return row.error();
  return *row && (*row)->stat.kind == NodeKind::dir;
}

// Takes the step into the batch, and says what the path waits for then, or instead.
Result<Applier::Waits> Applier::take(const Step& step, Now now, std::vector<Step>& removals) {
  if (batch_paths_.contains(step.path)) return Waits::tree;
  if (batch_.size() >= kStepsMax) return Waits::room;
  // What is being looked at must not change beneath the look.
  if (scan_.touches(step.path.parent()) || scan_.touches(step.path)) return Waits::scan;
  if (is_removal(step)) {
    Pending& pending = window_[step.source];
    if (pending.removal_since == TimePoint{}) pending.removal_since = now.steady;
    removals.push_back(step);
    return Waits::others;
  }
  const auto ready = parent_ready(step.path);
  if (!ready) return ready.error();
  if (!*ready) return Waits::tree;
  if (!step.row) {
    const auto occupied = index_.disk(step.path);
    if (!occupied) return occupied.error();
    if (*occupied) return Waits::tree;
  }
  if (step.kind == StepKind::install) return take_install(step, now);

  ApplyStep apply;
  apply.path = step.path;
  apply.mode = step.node.mode;
  apply.mtime = step.node.mtime;
  apply.expected = identity(step.row);
  if (step.kind == StepKind::make_dir) {
    apply.kind = ApplyStep::Kind::make_dir;
    making_.insert(step.path);
  } else {
    apply.kind = ApplyStep::Kind::set_metadata;
  }
  add(step, std::move(apply), now);
  return Waits::tree;
}

Result<Applier::Waits> Applier::take_install(const Step& step, Now now) {
  ApplyStep apply;
  apply.kind = ApplyStep::Kind::install_file;
  apply.path = step.path;
  apply.expected = identity(step.row);
  apply.mode = step.node.mode;
  apply.mtime = step.node.mtime;
  apply.stage = stage_name(step.node.content, step.path);
  apply.size = step.node.size;
  if (step.node.kind == ChangeKind::link) {
    apply.kind = ApplyStep::Kind::install_link;
    apply.link_target = step.node.link_target;
  } else if (step.node.size > 0 && !fetcher_.staged(step.path, step.node.content)) {
    if (fetcher_.fetching(step.path, step.node.content)) return Waits::bytes;
    if (!fetcher_.has_room()) return Waits::room;
    const auto started = fetcher_.start({.path = step.path,
                                         .source = step.source,
                                         .content = step.node.content,
                                         .size = step.node.size,
                                         .one_chunk = step.node.one_chunk,
                                         .version = step.node.version,
                                         .stage = apply.stage});
    if (!started) return started.error();
    return Waits::bytes;
  }
  add(step, std::move(apply), now);
  return Waits::tree;
}

void Applier::add(const Step& step, ApplyStep apply, Now now) {
  if (step.row) apply.trash = trash_name(step.path, now.wall, ++trash_serial_);
  batch_paths_.insert(step.path);
  batch_paths_.insert(step.source);
  batch_steps_.push_back({step, apply.trash});
  batch_.push_back(std::move(apply));
}

Result<void> Applier::consider_removals(std::vector<Step> removals, Now now) {
  if (removals.empty()) return {};
  const bool creating = fetcher_.busy() || !batch_.empty() || job_under_way_;
  const auto count = unmatched(removals);
  if (!count) return count.error();
  const auto totals = index_.disk_totals();
  if (!totals) return totals.error();
  const bool too_many =
      *count > DeletionBrake::kFilesMin && *count * 100 > totals->files * DeletionBrake::kPercent;
  held_ = too_many && !released_ && !creating ? *count : 0;
  for (const Step& step : removals) {
    Pending& pending = window_[step.source];
    const bool waited = pending.removal_since + kRemovalDelay <= now.steady;
    const bool room = batch_.size() < kStepsMax && !batch_paths_.contains(step.path);
    if ((creating && !waited) || (too_many && !released_) || !room) {
      pending.waits = Waits::others;
      if (creating && !waited) pending.retry_at = pending.removal_since + kRemovalDelay;
      continue;
    }
    if (step.kind == StepKind::remove_dir) {
      const auto children = index_.disk_children(step.path);
      if (!children) return children.error();
      if (!children->empty()) {
        pending.waits = Waits::tree;
        continue;
      }
    }
    ApplyStep apply;
    apply.kind =
        step.kind == StepKind::remove ? ApplyStep::Kind::remove : ApplyStep::Kind::remove_dir;
    apply.path = step.path;
    apply.expected = identity(step.row);
    add(step, std::move(apply), now);
  }
  return {};
}

// Files that would go and whose content is at no other place. When there are more pending paths
// than are looked at, all of them are taken to be like these.
Result<std::uint64_t> Applier::unmatched(const std::vector<Step>& removals) {
  std::set<RelativePath> going;
  for (const Step& step : removals) going.insert(step.path);
  std::uint64_t count = 0;
  for (const Step& step : removals) {
    if (step.kind != StepKind::remove || step.row->stat.kind != NodeKind::file) continue;
    const auto others = index_.disk_with_content(step.row->content, kEqualFilesLookedAt);
    if (!others) return others.error();
    const bool elsewhere =
        std::ranges::any_of(*others, [&](const DiskRow& row) { return !going.contains(row.path); });
    if (!elsewhere) ++count;
  }
  const auto totals = index_.pending_totals();
  if (!totals) return totals.error();
  const bool window_is_full_of_them = count * 2 > window_.size();
  if (window_is_full_of_them && totals->files > window_.size()) {
    count += totals->files - window_.size();
  }
  return count;
}

std::optional<ApplyJob> Applier::poll_job() {
  if (job_under_way_ || batch_.empty()) return std::nullopt;
  std::set<RelativePath> dirs;
  for (const ApplyStep& step : batch_) {
    dirs.insert(step.path.parent());
    dirs.insert(step.path);
  }
  scan_.freeze(dirs);
  job_under_way_ = true;
  making_.clear();
  job_steps_ = std::exchange(batch_steps_, {});
  return ApplyJob{root_, std::exchange(batch_, {})};
}

Result<void> Applier::handle_applied(Result<Applied> applied, Now now) {
  job_under_way_ = false;
  scan_.thaw();
  const std::vector<InJob> steps = std::exchange(job_steps_, {});
  batch_paths_.clear();
  for (const InJob& waiting : batch_steps_) {
    batch_paths_.insert(waiting.step.path);
    batch_paths_.insert(waiting.step.source);
  }
  for (const Waits waits : {Waits::tree, Waits::room, Waits::others}) wake(waits);
  if (!applied) {
    // The root is not the share's, or nothing could be made durable: look at everything again.
    for (const InJob& done : steps) {
      record_failure(done, applied.error(), now.steady);
      scan_.request(done.step.path.parent(), false);
    }
    return {};
  }
  LANSYNC_ASSERT(applied->steps.size() == steps.size());
  std::set<RelativePath> touched;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (auto handled = handle_step(steps[i], applied->steps[i], now); !handled) return handled;
    touched.insert(steps[i].step.source);
    touched.insert(steps[i].step.path);
  }
  return replan(touched);
}

Result<void> Applier::handle_step(const InJob& done, const Result<ApplyStepDone>& result, Now now) {
  if (result) return record_success(done, *result, now);
  record_failure(done, result.error(), now.steady);
  return {};
}

Result<void> Applier::record_success(const InJob& done, const ApplyStepDone& result, Now now) {
  const Step& step = done.step;
  issues_.clear(step.path.text());
  lacking_bytes_ = 0;
  fetcher_.cancel(step.path);
  if (result.trashed && step.row) {
    const TrashRow trash{done.trash, step.path, step.row->content, step.row->stat.size, now.wall};
    if (auto put = index_.put_trash(trash); !put) return put;
  }
  if (is_removal(step)) return index_.remove_disk(step.path);
  DiskRow row;
  row.path = step.path;
  row.stat = result.stat;
  row.content = step.node.content;
  row.chunk_class = step.node.chunk_class;
  row.source = step.source;
  row.shown = step.node.shown;
  return index_.put_disk(row);
}

void Applier::record_failure(const InJob& done, const Error& error, TimePoint now) {
  const Step& step = done.step;
  const bool overtaken =
      error.code == make_error_code(Errc::changed) || error.code == std::errc::file_exists ||
      error.code == std::errc::no_such_file_or_directory ||
      error.code == std::errc::not_a_directory || error.code == std::errc::is_a_directory;
  if (overtaken) {
    // A person was here first: what they did is found by looking, and is a change of its own.
    scan_.request(step.path.parent(), false);
    retry(step.source, now + kBusyDelay);
  } else if (error.code == make_error_code(Errc::busy)) {
    retry(step.source, now + kBusyDelay);
  } else if (error.code == std::errc::directory_not_empty) {
    issues_.raise({step.path.text(), "not_empty",
                   "was deleted on another device, but holds something here that is not synced",
                   "delete the folder, or move what is in it"});
    scan_.request(step.path, true);
    retry(step.source, now + kRetryDelay);
  } else if (error.code == make_error_code(Errc::corrupt)) {
    fetcher_.cancel(step.path);
    retry(step.source, now + kBusyDelay);
  } else {
    handle_fetch_failed({step.path, step.source, error}, now);
  }
}

void Applier::handle_fetch_failed(const Fetcher::Failed& failed, TimePoint now) {
  wake(Waits::room);
  if (failed.error.code == std::errc::no_space_on_device ||
      failed.error.code == std::error_code(EDQUOT, std::generic_category())) {
    const auto totals = index_.pending_totals();
    lacking_bytes_ = totals ? std::max<std::uint64_t>(totals->bytes, 1) : 1;
    issues_.raise({failed.path.text(), "no_space", "the disk is full",
                   "make room; syncing goes on by itself"});
    retry(failed.source, now + kNoSpaceDelay);
    return;
  }
  issues_.raise({failed.path.text(), "unwritable", to_string(failed.error),
                 "see that lansync may write there; it tries again by itself"});
  retry(failed.source, now + kRetryDelay);
}

void Applier::retry(const RelativePath& source, TimePoint at) {
  const auto pending = window_.find(source);
  if (pending != window_.end()) pending->second.retry_at = at;
}

std::optional<TimePoint> Applier::next_deadline() const {
  std::optional<TimePoint> deadline;
  for (const auto& [path, pending] : window_) {
    if (pending.retry_at == TimePoint{}) continue;
    if (!deadline || pending.retry_at < *deadline) deadline = pending.retry_at;
  }
  return deadline;
}

}  // namespace lansync
