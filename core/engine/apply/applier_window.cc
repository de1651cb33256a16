// Which pending paths are looked at, and when: the window onto what the index has.
#include <algorithm>

#include "core/engine/apply/applier.h"

namespace lansync {
namespace {

// Where a file is to stand that has no copies: what that asks for follows from its own heads and
// row.
bool is_one_file(const std::vector<Step>& steps, const RelativePath& path) {
  return steps.size() == 1 && steps.front().kind == StepKind::install && steps.front().path == path;
}

}  // namespace

Result<Applier::Plan> Applier::plan_for(const RelativePath& path) {
  Plan made;
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
  if (*row && (*row)->source == path) {
    state.row = **std::move(row);
  } else if (*row) {
    made.copy_of = (*row)->source;
  }
  auto copies = index_.disk_copies_of(path);
  if (!copies) return std::move(copies).error();
  state.copies = *std::move(copies);
  // Nothing was ever said about it and nothing is there: not a directory any more.
  if (state.heads.empty() && !state.live_beneath && state.copies.empty()) {
    const bool implied_dir =
        state.row && state.row->stat.kind == NodeKind::dir && state.row->shown.empty();
    if (implied_dir) {
      made.steps.push_back({.kind = StepKind::remove_dir,
                            .path = path,
                            .source = path,
                            .node = {},
                            .row = state.row});
    }
    return made;
  }
  auto steps = plan(state, names_);
  if (!steps) return std::move(steps).error();
  made.steps = *std::move(steps);
  return made;
}

// As planned last, if nothing can have changed it.
Result<std::vector<Step>> Applier::steps_of(const RelativePath& path, Pending& pending) {
  if (pending.planned) return std::vector<Step>{*pending.planned};
  auto made = plan_for(path);
  if (!made) return std::move(made).error();
  if (is_one_file(made->steps, path)) pending.planned = made->steps.front();
  return std::move(made->steps);
}

Result<void> Applier::replan(const std::set<RelativePath>& touched) {
  known_dirs_.clear();
  std::set<RelativePath> paths;
  for (const RelativePath& path : touched) {
    for (RelativePath at = path; !at.is_root() && paths.insert(at).second; at = at.parent()) {
    }
  }
  std::set<RelativePath> sources;
  for (const RelativePath& path : paths) {
    auto copy_of = replan_one(path);
    if (!copy_of) return std::move(copy_of).error();
    // A conflict copy of another path stands where this one belongs: that one has to move.
    const bool other = *copy_of && !paths.contains(**copy_of);
    if (other && touched.contains(path)) sources.insert(**std::move(copy_of));
  }
  for (const RelativePath& source : sources) {
    if (auto done = replan_one(source); !done) return std::move(done).error();
  }
  // A directory may be there now that was waited for, or a name free, whoever did it.
  wake(Waits::tree);
  return {};
}

Result<std::optional<RelativePath>> Applier::replan_one(const RelativePath& path) {
  const auto made = plan_for(path);
  if (!made) return made.error();
  const std::vector<Step>& steps = made->steps;
  PendingRow row{path, 0};
  std::set<RelativePath> installs;
  for (const Step& step : steps) {
    something_goes_ = something_goes_ || is_removal(step);
    if (step.kind != StepKind::install) continue;
    row.bytes += step.node.size;
    installs.insert(step.path);
  }
  only_steps_.erase(path);
  if (steps.empty()) {
    const auto done = nothing_to_do(path);
    return done ? made->copy_of : Result<std::optional<RelativePath>>(done.error());
  }
  fetcher_.keep_only(path, installs);
  removals_.erase(path);
  end_complaints(path, steps);
  parked_.erase(path);
  if (auto put = index_.put_pending(row); !put) return put.error();
  const auto known = window_.find(path);
  if (known == window_.end() && window_.size() >= kWindowPaths && !make_place()) {
    all_loaded_ = false;
    passed_over_ = true;
    due_by({});
    return made->copy_of;
  }
  Pending& pending = window_[path];
  due_.insert(path);
  const bool overtaken = std::ranges::any_of(steps, [&](const Step& step) {
    return step.path == pending.overtaken && step.kind != StepKind::adopt;
  });
  const bool no_longer = !pending.overtaken.is_root() && !overtaken;
  if (no_longer) pending.overtaken = RelativePath();
  if (no_longer || pending.waits.has(Waits::reading)) pending.retry_at = {};
  pending.waits.clear();
  pending.planned.reset();
  if (is_one_file(steps, path)) pending.planned = steps.front();
  return made->copy_of;
}

Result<void> Applier::nothing_to_do(const RelativePath& path) {
  fetcher_.keep_only(path, {});
  removals_.erase(path);
  end_complaints(path, {});
  parked_.erase(path);
  window_.erase(path);
  due_.erase(path);
  return index_.remove_pending(path);
}

Result<void> Applier::forget_done(const RelativePath& path) {
  const auto done = replan_one(path);
  return done ? Result<void>() : done.error();
}

void Applier::plan_anew(const RelativePath& path, Pending& pending) {
  pending.waits.clear();
  pending.planned.reset();
  due_.insert(path);
}

// All of it, as somebody's time has come: the others are looked at when something happens to them.
void Applier::look_through_window(TimePoint now) {
  looks_by_ = TimePoint::max();
  for (auto& [path, pending] : window_) {
    if (!all_loaded_ && pending.waits.has(Waits::turn)) due_by(pending.turn_since + kTurnPatience);
    if (pending.retry_at > now) {
      due_by(pending.retry_at);
      continue;
    }
    if (pending.retry_at != TimePoint{}) {
      plan_anew(path, pending);
      // A look that failed has left the doubts as they were.
      const RelativePath dir = path.parent();
      if (!intents_.in_doubt_within(dir).empty()) scan_.request(dir, false);
    }
    if (pending.waits.nothing()) due_.insert(path);
  }
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
  due_by({});  // The others that wait for their turn are to give way, too.
  return true;
}

// The others that are pending may be served by somebody else.
void Applier::give_way(TimePoint now) {
  if (all_loaded_ || now < looks_by_) return;
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
      due_.insert(pending->first);
      --room;
    }
    return room > 0;
  });
}

// Something may be done about it, wherever it is.
void Applier::expect(const RelativePath& path) {
  if (auto parked = parked_.extract(path)) {
    window_.try_emplace(path, Pending{.planned = std::move(parked.mapped())});
  }
  if (const auto pending = window_.find(path); pending != window_.end()) {
    pending->second.waits.clear();
    due_.insert(path);
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
    if (!known && window_.try_emplace(row.path, Pending{}).second) due_.insert(row.path);
  }
  if (rows->size() == kWindowPaths) return {};
  window_end_ = RelativePath();
  all_loaded_ = !std::exchange(passed_over_, false);
  return {};
}

void Applier::due_by(TimePoint at) { looks_by_ = std::min(looks_by_, at); }

void Applier::wake(Waits waits) {
  for (auto& [path, pending] : window_) {
    if (pending.waits.has(waits)) plan_anew(path, pending);
  }
}

}  // namespace lansync
