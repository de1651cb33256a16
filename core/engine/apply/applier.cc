#include "core/engine/apply/applier.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/chunk/hash.h"
#include "core/engine/names.h"
#include "core/fs/file_time.h"

namespace lansync {
namespace {

// What goes may hold the only bytes of what is to be made (a file that becomes a conflict copy). A
// file that nothing is made of goes at once: somebody may wait for its name, for ever.
bool is_spent(const Step& removal, const std::vector<Step>& steps) {
  if (removal.kind != StepKind::remove) return false;
  return std::ranges::none_of(steps, [&](const Step& step) {
    return !is_removal(step) && step.node.content == removal.row->content;
  });
}

}  // namespace

Result<void> Applier::advance(Now now) {
  known_dirs_.clear();
  give_way(now.steady);
  if (auto filled = refill(); !filled) return filled;
  if (looks_by_ <= now.steady) look_through_window(now.steady);
  found_full_.clear();
  if (window_.empty() && parked_.empty() && removals_.paths().empty()) {
    removals_.start_over();
    lacking_bytes_ = 0;
    something_goes_ = false;
    return {};
  }
  // Whoever else competed for the last room of a disk is done.
  const bool had_room = std::exchange(had_room_, may_fetch());
  if (had_room_ && !had_room) wake(Waits::room);
  call_next();
  for (const RelativePath& path : std::exchange(due_, {})) {
    if (auto done = examine(path, now); !done) return done;
  }
  return consider_removals(now);
}

Result<void> Applier::examine(const RelativePath& path, Now now) {
  const auto found = window_.find(path);
  if (found == window_.end()) return {};
  Pending& pending = found->second;
  if (pending.retry_at > now.steady || !pending.waits.nothing()) return {};
  pending.retry_at = {};
  if (batch_paths_.contains(path)) {
    pending.waits.add(Waits::tree);
    return {};
  }
  const auto steps = steps_of(path, pending);
  if (!steps) return steps.error();
  if (steps->empty()) return forget_done(path);
  if (std::ranges::all_of(*steps, is_removal) && removals_.has_room()) {
    removals_.add(path, now.steady);
    window_.erase(found);
    return {};
  }
  bool adopted = false;
  const bool making = std::ranges::any_of(
      *steps, [](const Step& step) { return step.kind != StepKind::adopt && !is_removal(step); });
  for (const Step& step : *steps) {
    if (making && is_removal(step) && !is_spent(step, *steps)) continue;
    if (step.kind == StepKind::adopt) {
      if (auto done = adopt(step); !done) return done;
      adopted = true;
      continue;
    }
    const auto waits = take(step, now);
    if (!waits) return waits.error();
    pending.waits.add(*waits);
  }
  if (!pending.waits.has(Waits::turn)) {
    pending.turn_since = {};
  } else if (pending.turn_since == TimePoint{}) {
    pending.turn_since = now.steady;
    due_by(now.steady + kTurnPatience);
    has_waiting_ = true;
  }
  if (pending.waits.only(Waits::bytes) && pending.retry_at == TimePoint{}) {
    parked_.insert_or_assign(path, std::move(pending.planned));
    window_.erase(found);
  } else if (pending.waits.nothing()) {
    due_.insert(path);
  }
  return adopted && steps->size() == 1 ? forget_done(path) : Result<void>();
}

void Applier::ready(const RelativePath& source) { expect(source); }

void Applier::handle_scan_progress() { wake(Waits::scan); }

void Applier::release() { removals_.release(); }

// Whether something is on its way to the disk, or still to be looked at, that may need what is to
// go.
bool Applier::creating() const {
  const bool expecting = std::ranges::any_of(window_, [](const auto& entry) {
    return entry.second.retry_at == TimePoint{} && !entry.second.waits.only(Waits::bytes);
  });
  return fetcher_.busy() || !batch_.empty() || job_under_way_ || !all_loaded_ || expecting;
}

bool Applier::waits_for_bytes_only() const {
  return !parked_.empty() && window_.empty() && all_loaded_ && batch_.empty() && !job_under_way_ &&
         removals_.paths().empty();
}

Result<void> Applier::consider_removals(Now now) {
  const auto may_go = removals_.may_go(creating(), now.steady);
  if (!may_go) return may_go.error();
  return *may_go ? take_removals(now) : Result<void>();
}

// The deepest first: a directory goes in the same batch as the last of what was in it.
Result<void> Applier::take_removals(Now now) {
  const std::set<RelativePath>& paths = removals_.paths();
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    if (batch_.size() >= kStepsMax) break;
    if (batch_paths_.contains(*path)) continue;
    const auto made = plan_for(*path);
    if (!made) return made.error();
    for (const Step& step : made->steps) {
      if (!is_removal(step)) continue;
      const auto taken = take(step, now);
      if (!taken) return taken.error();
    }
  }
  return {};
}

Result<std::optional<ApplyJob>> Applier::poll_job() {
  if (job_under_way_ || batch_.empty()) return std::optional<ApplyJob>();
  if (auto begun = begin_intents(); !begun) return begun.error();
  std::set<RelativePath> dirs;
  std::set<RelativePath> moving;
  for (const ApplyStep& step : batch_) {
    dirs.insert(step.path.parent());
    dirs.insert(step.path);
    const bool moves = step.kind == ApplyStep::Kind::move;
    if (!step.trash.empty()) moving.insert(moves ? step.from : step.path);
    if (moves) dirs.insert(step.from.parent());
  }
  scan_.freeze(dirs);
  fetcher_.handle_moves_begun(std::move(moving));
  job_under_way_ = true;
  making_.clear();
  job_steps_ = std::exchange(batch_steps_, {});
  return std::optional(ApplyJob{root_, std::exchange(batch_, {})});
}

Result<void> Applier::handle_applied(Result<Applied> applied, Now now) {
  job_under_way_ = false;
  known_dirs_.clear();
  scan_.thaw();
  fetcher_.handle_moves_ended();
  const std::vector<InJob> steps = std::exchange(job_steps_, {});
  batch_paths_.clear();
  for (const InJob& waiting : batch_steps_) {
    batch_paths_.insert(waiting.step.path);
    batch_paths_.insert(waiting.step.source);
    if (waiting.going) batch_paths_.insert(waiting.going->path);
  }
  for (const Waits waits : {Waits::tree, Waits::room}) wake(waits);
  if (!applied) {
    // The root is not the share's, or nothing could be made durable: look at everything again.
    for (const InJob& done : steps) {
      only_steps_.erase(done.step.path);
      in_doubt(done);
      record_failure(done, applied.error(), now.steady);
    }
    return {};
  }
  LANSYNC_ASSERT(applied->steps.size() == steps.size());
  std::set<RelativePath> touched;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i].step;
    const bool only_step = only_steps_.erase(step.path) > 0;
    const auto displayed = handle_step(steps[i], applied->steps[i], now);
    if (!displayed) return displayed.error();
    if (steps[i].going) touched.insert(steps[i].going->path);
    if (only_step && *displayed) {
      if (auto done = nothing_to_do(step.path); !done) return done;
      touched.insert(step.path.parent());
    } else {
      touched.insert(step.source);
      touched.insert(step.path);
    }
  }
  for (const Newcomers::Displaced& displaced : std::exchange(written_to_, {})) {
    if (auto doubted = doubt_displaced(displaced); !doubted) return doubted.error();
  }
  return replan(touched);
}

Result<bool> Applier::handle_step(const InJob& done, const Result<ApplyStepDone>& result, Now now) {
  if (result) return record_success(done, *result, now);
  fetcher_.expect_garbage();
  in_doubt(done);
  record_failure(done, result.error(), now.steady);
  return false;
}

Result<bool> Applier::record_success(const InJob& done, const ApplyStepDone& result, Now now) {
  const Step& step = done.step;
  const Step& displaced = done.going ? *done.going : step;
  if (result.trashed && displaced.row) {
    const DiskRow& row = *displaced.row;
    const ContentId content = result.rescued ? ContentId() : row.content;
    const TrashRow trash{done.trash, row.path, content, row.stat.size, now.wall};
    if (auto put = index_.put_trash(trash); !put) return put.error();
    fetcher_.handle_trashed(content);
  }
  if (result.rescued) {
    record_rescue(done, now.steady);
    return false;
  }
  issues_.clear(step.path.text());
  lacking_bytes_ = 0;
  fetcher_.consumed(step.path, step.node.content);
  several_names_.erase(step.path);
  unmovable_.erase(step.path);
  if (auto done_with = intents_.done(step.path); !done_with) return done_with.error();
  bool written = written_meanwhile(done, result, now.steady);
  if (done.going) {
    const auto before = record_gone(*done.going, step.path);
    if (!before) return before.error();
    written = written || *before;
  }
  if (is_removal(step)) {
    // Nobody looks where nothing is any more; a look at what is above ends the doubt.
    if (!intents_.in_doubt_beneath(step.path).empty()) scan_.request(step.path.parent(), false);
    const auto removed = index_.remove_disk(step.path);
    return removed ? Result<bool>(false) : removed.error();
  }
  DiskRow row = row_after(step);
  row.stat = result.stat;
  const bool may_differ = written || may_hide_next_write(row.stat.mtime, row.stat.ctime, now.wall);
  row.racy = result.racy || (row.stat.kind == NodeKind::file && may_differ);
  const auto put = index_.put_disk(row);
  return put ? Result<bool>(displays(row, step.source, step.node)) : put.error();
}

// An error may come after the deed.
void Applier::in_doubt(const InJob& done) {
  intents_.doubt(done.step.path);
  scan_.request(done.step.path.parent(), false);
  if (!done.going) return;
  unmovable_.insert(done.step.path);
  intents_.doubt(done.going->path);
  scan_.request(done.going->path.parent(), false);
}

std::optional<TimePoint> Applier::next_deadline() const {
  const std::optional<TimePoint> deadline = removals_.next_deadline();
  if (looks_by_ == TimePoint::max()) return deadline;
  return deadline ? std::min(*deadline, looks_by_) : looks_by_;
}

}  // namespace lansync
