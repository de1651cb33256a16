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

// What the path will have when the step is done, as far as that is known before.
DiskRow row_of(const Step& step) {
  DiskRow row;
  row.path = step.path;
  row.stat.kind = node_kind(step.node.kind);
  row.stat.size = step.node.size;
  row.stat.mtime = step.node.mtime;
  row.stat.mode = step.node.mode;
  row.content = step.node.content;
  row.chunk_class = step.node.chunk_class;
  row.source = step.source;
  row.shown = step.node.shown;
  return row;
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
  removals_.erase(path);
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
    passed_over_ = true;
  }
  return {};
}

// Loads pending paths from the index, pass after pass, until one has met nothing that is not here.
Result<void> Applier::refill() {
  if (all_loaded_ || window_.size() >= kWindowPaths / 2) return {};
  auto rows = index_.pending(window_end_, kWindowPaths);
  if (!rows) return std::move(rows).error();
  for (const PendingRow& row : *rows) {
    if (window_.size() >= kWindowPaths) return {};
    window_end_ = row.path;
    if (!removals_.contains(row.path)) window_.try_emplace(row.path, Pending{});
  }
  if (rows->size() == kWindowPaths) return {};
  window_end_ = RelativePath();
  all_loaded_ = !std::exchange(passed_over_, false);
  return {};
}

Result<void> Applier::advance(Now now) {
  if (auto filled = refill(); !filled) return filled;
  if (window_.empty() && removals_.empty()) {
    removals_cleared_ = false;
    released_ = false;
    held_ = 0;
    lacking_bytes_ = 0;
    return {};
  }
  std::vector<RelativePath> due;
  for (auto& [path, pending] : window_) {
    if (pending.retry_at > now.steady) continue;
    if (pending.retry_at != TimePoint{}) {
      pending.waits = Waits::nothing;
      // A look that failed has left the doubts as they were.
      const RelativePath dir = path.parent();
      if (!intents_.in_doubt_within(dir).empty()) scan_.request(dir, false);
    }
    if (pending.waits == Waits::nothing) due.push_back(path);
  }
  for (const RelativePath& path : due) {
    if (auto done = examine(path, now); !done) return done;
  }
  return consider_removals(now);
}

Result<void> Applier::examine(const RelativePath& path, Now now) {
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
  if (std::ranges::all_of(*steps, is_removal) && removals_.size() < kRemovalsMax) {
    if (removals_.empty()) removals_since_ = now.steady;
    removals_.insert(path);
    window_.erase(found);
    return {};
  }
  bool adopted = false;
  const bool making = std::ranges::any_of(
      *steps, [](const Step& step) { return step.kind != StepKind::adopt && !is_removal(step); });
  for (const Step& step : *steps) {
    // What goes may hold the only bytes of what is to be made: a file that becomes a conflict copy,
    // as a directory takes its place.
    if (making && is_removal(step)) continue;
    if (step.kind == StepKind::adopt) {
      if (auto done = adopt(step); !done) return done;
      adopted = true;
      continue;
    }
    const auto waits = take(step, now);
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
Result<Applier::Waits> Applier::take(const Step& step, Now now) {
  if (batch_paths_.contains(step.path)) return Waits::tree;
  if (batch_.size() >= kStepsMax) return Waits::room;
  if (intents_.in_doubt(step.path)) {
    TimePoint& at = window_[step.source].retry_at;
    if (at == TimePoint{}) at = now.steady + kBusyDelay;
    return Waits::scan;
  }
  // What is being looked at must not change beneath the look.
  if (scan_.touches(step.path.parent()) || scan_.touches(step.path)) return Waits::scan;
  if (is_removal(step)) return take_removal(step, now);
  const auto ready = parent_ready(step.path);
  if (!ready) return ready.error();
  if (!*ready) return Waits::tree;
  if (!step.row) {
    const auto occupied = index_.disk(step.path);
    if (!occupied) return occupied.error();
    if (*occupied) return Waits::tree;
  }
  const bool copy = step.kind == StepKind::set_metadata && several_names_.contains(step.path);
  if (step.kind == StepKind::install || copy) return take_install(step, now);

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
  if (auto added = add(step, std::move(apply), now); !added) return added.error();
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
    if (!fetcher_.fetching(step.path, step.node.content) && !fetcher_.has_room()) {
      return Waits::room;
    }
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
  if (auto added = add(step, std::move(apply), now); !added) return added.error();
  return Waits::tree;
}

Result<void> Applier::add(const Step& step, ApplyStep apply, Now now) {
  Intent intent{step.path, std::nullopt};
  if (!is_removal(step)) intent.becomes = row_of(step);
  if (auto begun = intents_.begin(std::move(intent)); !begun) return begun;
  if (step.row) apply.trash = trash_name(step.path, now.wall, ++trash_serial_);
  batch_paths_.insert(step.path);
  batch_paths_.insert(step.source);
  batch_steps_.push_back({step, apply.trash});
  batch_.push_back(std::move(apply));
  return {};
}

Result<Applier::Waits> Applier::take_removal(const Step& step, Now now) {
  if (step.kind == StepKind::remove_dir) {
    const auto children = index_.disk_children(step.path);
    if (!children) return children.error();
    // What is removed by the same batch stands before it there.
    const bool empty = std::ranges::all_of(
        *children, [this](const DiskRow& row) { return batch_paths_.contains(row.path); });
    if (!empty || job_under_way_) {
      if (!children->empty()) return Waits::tree;
    }
  }
  ApplyStep apply;
  apply.kind =
      step.kind == StepKind::remove ? ApplyStep::Kind::remove : ApplyStep::Kind::remove_dir;
  apply.path = step.path;
  apply.expected = identity(step.row);
  if (auto added = add(step, std::move(apply), now); !added) return added.error();
  return Waits::tree;
}

// Whether something is on its way to the disk, or still to be looked at, that may need what is to
// go.
bool Applier::creating() const {
  const bool expecting = std::ranges::any_of(window_, [](const auto& entry) {
    return entry.second.retry_at == TimePoint{} && entry.second.waits != Waits::bytes;
  });
  return fetcher_.busy() || !batch_.empty() || job_under_way_ || !all_loaded_ || expecting;
}

Result<void> Applier::consider_removals(Now now) {
  if (removals_.empty()) return {};
  if (!removals_cleared_ && !released_) {
    const bool made = !creating();
    const bool waited = removals_since_ + kRemovalDelay <= now.steady;
    if (!made && (!waited || removals_checked_ + kRemovalCheck > now.steady)) return {};
    const auto too_many = removals_are_too_many();
    if (!too_many) return too_many.error();
    removals_checked_ = now.steady;
    held_ = *too_many && made ? removals_.size() : 0;
    if (*too_many) return {};
    removals_cleared_ = true;
  }
  held_ = 0;
  return take_removals(now);
}

// Counts the files that would go and whose content is at no other place that stays.
Result<bool> Applier::removals_are_too_many() {
  if (removals_.size() <= DeletionBrake::kFilesMin) return false;
  std::uint64_t count = 0;
  for (const RelativePath& path : removals_) {
    const auto row = index_.disk(path);
    if (!row) return row.error();
    if (!*row || (*row)->stat.kind != NodeKind::file) continue;
    const auto others = index_.disk_with_content((*row)->content, kEqualFilesLookedAt);
    if (!others) return others.error();
    const bool elsewhere = std::ranges::any_of(
        *others, [this](const DiskRow& other) { return !removals_.contains(other.source); });
    if (!elsewhere) ++count;
  }
  const auto totals = index_.disk_totals();
  if (!totals) return totals.error();
  return count > DeletionBrake::kFilesMin && count * 100 > totals->files * DeletionBrake::kPercent;
}

// The deepest first: a directory goes in the same batch as the last of what was in it.
Result<void> Applier::take_removals(Now now) {
  for (auto path = removals_.rbegin(); path != removals_.rend(); ++path) {
    if (batch_.size() >= kStepsMax) break;
    if (batch_paths_.contains(*path)) continue;
    const auto steps = steps_for(*path);
    if (!steps) return steps.error();
    for (const Step& step : *steps) {
      if (!is_removal(step)) continue;
      const auto taken = take(step, now);
      if (!taken) return taken.error();
    }
  }
  return {};
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
      in_doubt(done.step);
      record_failure(done, applied.error(), now.steady);
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
  fetcher_.expect_garbage();
  in_doubt(done.step);
  record_failure(done, result.error(), now.steady);
  return {};
}

Result<void> Applier::record_success(const InJob& done, const ApplyStepDone& result, Now now) {
  const Step& step = done.step;
  if (result.trashed && step.row) {
    const ContentId content = result.rescued ? ContentId() : step.row->content;
    const TrashRow trash{done.trash, step.path, content, step.row->stat.size, now.wall};
    if (auto put = index_.put_trash(trash); !put) return put;
    fetcher_.handle_trashed(content);
  }
  if (result.rescued) {
    intents_.doubt(step.path);
    issues_.raise({step.path.text(), "rescued",
                   "kept changing while another version was installed; one of its versions is " +
                       done.trash + " in .lansync/trash",
                   "take from there what is missing"});
    fetcher_.cancel(step.path);
    scan_.request(step.path.parent(), false);
    retry(step.source, now.steady + kBusyDelay);
    return {};
  }
  issues_.clear(step.path.text());
  lacking_bytes_ = 0;
  fetcher_.consumed(step.path, step.node.content);
  several_names_.erase(step.path);
  if (auto done_with = intents_.done(step.path); !done_with) return done_with;
  if (is_removal(step)) return index_.remove_disk(step.path);
  DiskRow row = row_of(step);
  row.stat = result.stat;
  row.racy = result.racy;
  return index_.put_disk(row);
}

// An error may come after the deed.
void Applier::in_doubt(const Step& step) {
  intents_.doubt(step.path);
  scan_.request(step.path.parent(), false);
}

void Applier::record_failure(const InJob& done, const Error& error, TimePoint now) {
  const Step& step = done.step;
  // What a person did there first is found by looking, and is a change of its own.
  const bool overtaken =
      error.code == make_error_code(Errc::changed) || error.code == std::errc::file_exists ||
      error.code == std::errc::no_such_file_or_directory ||
      error.code == std::errc::not_a_directory || error.code == std::errc::is_a_directory ||
      error.code == std::errc::too_many_symbolic_link_levels;
  if (overtaken || error.code == make_error_code(Errc::busy)) {
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
  } else if (error.code == make_error_code(Errc::refused) && step.kind == StepKind::set_metadata &&
             several_names_.insert(step.path).second) {
    // Its other names may be outside the share: the next attempt installs a copy.
  } else {
    // What was staged may be damaged by now: it is looked at again.
    fetcher_.cancel(step.path);
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

void Applier::retry(const RelativePath& source, TimePoint at) { window_[source].retry_at = at; }

std::optional<TimePoint> Applier::next_deadline() const {
  std::optional<TimePoint> deadline;
  for (const auto& [path, pending] : window_) {
    if (pending.retry_at == TimePoint{}) continue;
    if (!deadline || pending.retry_at < *deadline) deadline = pending.retry_at;
  }
  if (!removals_.empty() && !removals_cleared_ && !released_ && held_ == 0) {
    const TimePoint due =
        std::max(removals_since_ + kRemovalDelay, removals_checked_ + kRemovalCheck);
    if (!deadline || due < *deadline) deadline = due;
  }
  return deadline;
}

}  // namespace lansync
