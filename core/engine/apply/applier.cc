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
  // A directory may be there now that was waited for, or a name free, whoever did it.
  wake(Waits::tree);
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
  end_complaints(path, *steps);
  parked_.erase(path);
  if (steps->empty()) {
    window_.erase(path);
    return index_.remove_pending(path);
  }
  if (auto put = index_.put_pending(row); !put) return put;
  if (const auto known = window_.find(path); known != window_.end()) {
    Pending& pending = known->second;
    const bool overtaken = std::ranges::any_of(*steps, [&](const Step& step) {
      return step.path == pending.overtaken && step.kind != StepKind::adopt;
    });
    const bool no_longer = !pending.overtaken.is_root() && !overtaken;
    if (no_longer) pending.overtaken = RelativePath();
    if (no_longer || pending.waits.has(Waits::reading)) pending.retry_at = {};
    pending.waits.clear();
  } else if (window_.size() < kWindowPaths || make_place()) {
    window_.emplace(path, Pending{});
  } else {
    all_loaded_ = false;
    passed_over_ = true;
  }
  return {};
}

// In a full window what changed comes before what waits for its turn to be fetched.
bool Applier::make_place() {
  if (!has_waiting_) return false;
  const auto waiting = std::ranges::find_if(
      window_, [](const auto& entry) { return entry.second.waits.has(Waits::turn); });
  has_waiting_ = waiting != window_.end();
  if (!has_waiting_) return false;
  window_.erase(waiting);
  passed_over_ = true;
  all_loaded_ = false;
  return true;
}

// The others that are pending may be served by somebody else.
void Applier::give_way(TimePoint now) {
  if (all_loaded_) return;
  const auto gone = std::erase_if(window_, [now](const auto& entry) {
    const Pending& pending = entry.second;
    return pending.waits.has(Waits::turn) && pending.turn_since + kTurnPatience <= now;
  });
  passed_over_ = passed_over_ || gone > 0;
}

// As many as there is room for: fetches make some by ending, and by having nobody left to ask.
void Applier::call_next() {
  std::erase_if(full_, [this](const DeviceId& author) {
    std::size_t room = fetcher_.room_for(author);
    for (auto pending = window_.begin(); pending != window_.end() && room > 0; ++pending) {
      if (!pending->second.waits.has(Waits::turn) || pending->second.turn_of != author) continue;
      pending->second.waits.clear();
      --room;
    }
    return room > 0;
  });
}

// Something may be done about it, wherever it is.
void Applier::expect(const RelativePath& path) {
  if (parked_.erase(path) > 0) window_.try_emplace(path);
  if (const auto pending = window_.find(path); pending != window_.end()) {
    pending->second.waits.clear();
  }
}

// Loads pending paths from the index, pass after pass, until one has met nothing that is not here.
Result<void> Applier::refill() {
  if (all_loaded_ || window_.size() >= kWindowPaths / 2) return {};
  auto rows = index_.pending(window_end_, kWindowPaths);
  if (!rows) return std::move(rows).error();
  for (const PendingRow& row : *rows) {
    if (window_.size() >= kWindowPaths) return {};
    window_end_ = row.path;
    const bool known = removals_.contains(row.path) || parked_.contains(row.path);
    if (!known) window_.try_emplace(row.path, Pending{});
  }
  if (rows->size() == kWindowPaths) return {};
  window_end_ = RelativePath();
  all_loaded_ = !std::exchange(passed_over_, false);
  return {};
}

Result<void> Applier::advance(Now now) {
  give_way(now.steady);
  if (auto filled = refill(); !filled) return filled;
  if (window_.empty() && parked_.empty() && removals_.paths().empty()) {
    removals_.start_over();
    lacking_bytes_ = 0;
    return {};
  }
  // Whoever else competed for the last room of a disk is done.
  const bool had_room = std::exchange(had_room_, may_fetch());
  if (had_room_ && !had_room) wake(Waits::room);
  call_next();
  std::vector<RelativePath> due;
  for (auto& [path, pending] : window_) {
    if (pending.retry_at > now.steady) continue;
    if (pending.retry_at != TimePoint{}) {
      pending.waits.clear();
      // A look that failed has left the doubts as they were.
      const RelativePath dir = path.parent();
      if (!intents_.in_doubt_within(dir).empty()) scan_.request(dir, false);
    }
    if (pending.waits.nothing()) due.push_back(path);
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
    pending.waits.add(Waits::tree);
    return {};
  }
  const auto steps = steps_for(path);
  if (!steps) return steps.error();
  if (steps->empty()) return replan_one(path);
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
    has_waiting_ = true;
  }
  if (pending.waits.only(Waits::bytes) && pending.retry_at == TimePoint{}) {
    parked_.insert(path);
    window_.erase(found);
  }
  return adopted && steps->size() == 1 ? replan_one(path) : Result<void>();
}

void Applier::ready(const RelativePath& source) { expect(source); }

void Applier::handle_scan_progress() { wake(Waits::scan); }

void Applier::release() { removals_.release(); }

void Applier::wake(Waits waits) {
  for (auto& [path, pending] : window_) {
    if (pending.waits.has(waits)) pending.waits.clear();
  }
}

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

Result<std::optional<ApplyJob>> Applier::poll_job() {
  if (job_under_way_ || batch_.empty()) return std::optional<ApplyJob>();
  if (auto begun = begin_intents(); !begun) return begun.error();
  std::set<RelativePath> dirs;
  std::set<RelativePath> moving;
  for (const ApplyStep& step : batch_) {
    dirs.insert(step.path.parent());
    dirs.insert(step.path);
    if (!step.trash.empty()) moving.insert(step.path);
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
  scan_.thaw();
  fetcher_.handle_moves_ended();
  const std::vector<InJob> steps = std::exchange(job_steps_, {});
  batch_paths_.clear();
  for (const InJob& waiting : batch_steps_) {
    batch_paths_.insert(waiting.step.path);
    batch_paths_.insert(waiting.step.source);
  }
  for (const Waits waits : {Waits::tree, Waits::room}) wake(waits);
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
  for (const Newcomers::Displaced& displaced : std::exchange(written_to_, {})) {
    if (auto doubted = doubt_displaced(displaced); !doubted) return doubted.error();
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
    record_rescue(done, now.steady);
    return {};
  }
  issues_.clear(step.path.text());
  lacking_bytes_ = 0;
  fetcher_.consumed(step.path, step.node.content);
  several_names_.erase(step.path);
  if (auto done_with = intents_.done(step.path); !done_with) return done_with;
  const bool written = written_meanwhile(done, result, now.steady);
  if (is_removal(step)) return index_.remove_disk(step.path);
  DiskRow row = row_after(step);
  row.stat = result.stat;
  const bool may_differ = written || may_hide_next_write(row.stat.mtime, row.stat.ctime, now.wall);
  row.racy = result.racy || (row.stat.kind == NodeKind::file && may_differ);
  return index_.put_disk(row);
}

// An error may come after the deed.
void Applier::in_doubt(const Step& step) {
  intents_.doubt(step.path);
  scan_.request(step.path.parent(), false);
}

std::optional<TimePoint> Applier::next_deadline() const {
  std::optional<TimePoint> deadline = removals_.next_deadline();
  const auto due = [&](TimePoint at) {
    if (!deadline || at < *deadline) deadline = at;
  };
  for (const auto& [path, pending] : window_) {
    if (pending.retry_at != TimePoint{}) due(pending.retry_at);
    const bool gives_way = !all_loaded_ && pending.waits.has(Waits::turn);
    if (gives_way) due(pending.turn_since + kTurnPatience);
  }
  return deadline;
}

}  // namespace lansync
