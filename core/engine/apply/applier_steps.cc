// What becomes of a plan's step: which bytes it waits for, what it waits for else, and how it is
// performed.
#include <algorithm>

#include "core/engine/apply/applier.h"
#include "core/engine/names.h"
#include "core/fs/file_time.h"

namespace lansync {
namespace {

std::optional<FileIdentity> identity(const std::optional<DiskRow>& row) {
  if (!row) return std::nullopt;
  return FileIdentity::of(row->stat);
}

// A directory's changes with its entries, and is not looked at.
WallTime ctime_of(const std::optional<DiskRow>& row) {
  return row && row->stat.kind == NodeKind::file ? row->stat.ctime : WallTime{};
}

// What stands at the path may be another file than the one that was read, and look the same.
bool displaces_unread(const Step& step) {
  const bool displaces = step.kind == StepKind::install || step.kind == StepKind::remove;
  return displaces && step.row && step.row->racy;
}

}  // namespace

Result<void> Applier::adopt(const Step& step) {
  DiskRow row = *step.row;
  row.shown = step.node.shown;
  row.source = step.source;
  return index_.put_disk(row);
}

Result<bool> Applier::parent_ready(const RelativePath& path) {
  const RelativePath parent = path.parent();
  if (parent.is_root() || making_.contains(parent) || known_dirs_.contains(parent)) return true;
  const auto row = index_.disk(parent);
  if (!row) return row.error();
  const bool ready = *row && (*row)->stat.kind == NodeKind::dir;
  if (ready) known_dirs_.insert(parent);
  return ready;
}

// A file whose time does not tell whether it was written to is read once more, when it does.
Applier::Waits Applier::read_first(const Step& step, Now now) {
  const FileStat& stat = step.row->stat;
  const Duration grain = std::max<Duration>(kTick, grain_of(stat.mtime));
  TimePoint& at = window_[step.source].retry_at;
  if (at != TimePoint{}) return Waits::reading;
  const bool too_early = may_change_unseen(stat.mtime, stat.ctime, now.wall, now.wall);
  if (!too_early) scan_.request(step.path.parent(), false);
  at = now.steady + (too_early ? grain : kBusyDelay);
  due_by(at);
  return Waits::reading;
}

// Takes the step into the batch, and says what the path waits for then, or instead.
Result<Applier::Waits> Applier::take(const Step& step, Now now) {
  if (batch_paths_.contains(step.path)) return Waits::tree;
  if (batch_.size() >= kStepsMax) return Waits::room;
  if (intents_.in_doubt(step.path)) {
    TimePoint& at = window_[step.source].retry_at;
    if (at == TimePoint{}) at = now.steady + kBusyDelay;
    due_by(at);
    return Waits::scan;
  }
  // What is being looked at must not change beneath the look.
  if (scan_.touches(step.path)) return Waits::scan;
  if (displaces_unread(step)) return read_first(step, now);
  if (is_removal(step)) return take_removal(step, now);
  auto moved = find_moved(step);
  if (!moved) return std::move(moved).error();
  const auto turn = *moved ? std::nullopt : waits_for_turn(step);
  if (turn) return *turn;
  const auto ready = parent_ready(step.path);
  if (!ready) return ready.error();
  if (!*ready) return Waits::tree;
  if (!step.row) {
    const auto occupied = index_.disk(step.path);
    if (!occupied) return occupied.error();
    if (*occupied) return Waits::tree;
  }
  if (*moved) return take_move(step, **std::move(moved), now);
  const bool copy = step.kind == StepKind::set_metadata && several_names_.contains(step.path);
  if (step.kind == StepKind::install || copy) return take_install(step, now);

  ApplyStep apply;
  apply.path = step.path;
  apply.mode = step.node.mode;
  apply.mtime = step.node.mtime;
  apply.expected = identity(step.row);
  apply.ctime = ctime_of(step.row);
  if (step.kind == StepKind::make_dir) {
    apply.kind = ApplyStep::Kind::make_dir;
    making_.insert(step.path);
  } else {
    apply.kind = ApplyStep::Kind::set_metadata;
  }
  add(step, std::move(apply), now);
  return Waits::tree;
}

// On a full disk one at a time: of two that compete for the last room neither gets it.
bool Applier::may_fetch() const { return lacking_bytes_ == 0 || !fetcher_.busy(); }

// What keeps a file from being asked for, if anything.
std::optional<Applier::Waits> Applier::waits_for_turn(const Step& step) {
  const bool copy = step.kind == StepKind::set_metadata && several_names_.contains(step.path);
  const bool of_bytes = (step.kind == StepKind::install || copy) &&
                        step.node.kind != ChangeKind::link && step.node.size > 0;
  if (!of_bytes || fetcher_.fetching(step.path, step.node.content)) return std::nullopt;
  if (!may_fetch()) {
    had_room_ = false;
    return Waits::room;
  }
  const DeviceId& author = step.node.version.author.device;
  if (!found_full_.contains(author)) {
    if (fetcher_.room_for(author) > 0) return std::nullopt;
    found_full_.insert(author);
    full_.insert(author);
  }
  window_[step.source].turn_of = author;
  return Waits::turn;
}

Result<Applier::Waits> Applier::take_install(const Step& step, Now now) {
  ApplyStep apply;
  apply.kind = ApplyStep::Kind::install_file;
  apply.path = step.path;
  apply.expected = identity(step.row);
  apply.ctime = ctime_of(step.row);
  apply.mode = step.node.mode;
  apply.mtime = step.node.mtime;
  apply.stage = stage_name(step.node.content, step.path);
  apply.size = step.node.size;
  if (step.node.kind == ChangeKind::link) {
    apply.kind = ApplyStep::Kind::install_link;
    apply.link_target = step.node.link_target;
  } else if (step.node.size > 0 && !fetcher_.staged(step.path, step.node.content)) {
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
  newcomers_.expect(step.path);
  add(step, std::move(apply), now);
  return Waits::tree;
}

// Whether somebody has written to a file at the path of a step while it was performed: to what
// came, or to what was displaced.
bool Applier::written_meanwhile(const InJob& done, const ApplyStepDone& result, TimePoint now) {
  const Step& step = done.step;
  if (step.kind != StepKind::install && step.kind != StepKind::remove) return false;
  std::optional<Newcomers::Displaced> displaced;
  if (result.trashed && step.row && step.row->stat.kind == NodeKind::file) {
    displaced = {*step.row, done.trash, std::nullopt, now};
    if (!is_removal(step)) displaced->installed = result.stat;
  }
  const bool written = newcomers_.arrived(step.path, displaced);
  if (written && displaced) written_to_.push_back(*std::move(displaced));
  return written;
}

// Whether what a step has displaced is looked at once more: unless somebody has been there since,
// or something is to be done there.
Result<bool> Applier::doubt_displaced(const Newcomers::Displaced& displaced) {
  const RelativePath& path = displaced.row.path;
  if (intents_.in_doubt(path) || batch_paths_.contains(path)) return false;
  auto ready = parent_ready(path);
  if (!ready || !*ready) return ready;
  const auto row = index_.disk(path);
  if (!row) return row.error();
  if ((*row ? std::optional((*row)->stat) : std::nullopt) != displaced.installed) return false;
  Intent intent{path, *row, displaced.trash};
  if (auto doubted = intents_.doubt_displaced(std::move(intent), displaced.row); !doubted) {
    return doubted.error();
  }
  scan_.look_anew(path.parent());
  return true;
}

Result<bool> Applier::handle_written(const RelativePath& dir, const std::set<std::string>& names,
                                     TimePoint now) {
  bool any = false;
  for (const std::string& name : names) {
    const auto path = dir.child(name);
    const auto newcomer = path ? newcomers_.written(*path) : std::nullopt;
    if (!newcomer) continue;
    if (newcomer->displaced && now < newcomer->displaced->since + kHeardWithin) {
      auto doubted = doubt_displaced(*newcomer->displaced);
      if (!doubted) return doubted;
      any = any || *doubted;
      if (*doubted) continue;
    }
    auto row = index_.disk(newcomer->moved_to.is_root() ? *path : newcomer->moved_to);
    if (!row) return std::move(row).error();
    if (!*row || (*row)->stat.kind != NodeKind::file) continue;
    if ((*row)->path != *path) scan_.request((*row)->path.parent(), false);
    (*row)->racy = true;
    if (auto put = index_.put_disk(**row); !put) return put.error();
    if (const auto pending = window_.find((*row)->source); pending != window_.end()) {
      pending->second.planned.reset();
    }
    if (const auto parked = parked_.find((*row)->source); parked != parked_.end()) {
      parked->second.reset();
    }
    any = true;
  }
  return any;
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
  if (step.kind == StepKind::remove) newcomers_.expect(step.path);
  apply.kind =
      step.kind == StepKind::remove ? ApplyStep::Kind::remove : ApplyStep::Kind::remove_dir;
  apply.path = step.path;
  apply.expected = identity(step.row);
  apply.ctime = ctime_of(step.row);
  add(step, std::move(apply), now);
  return Waits::tree;
}

void Applier::add(const Step& step, ApplyStep apply, Now now) {
  if (step.row) apply.trash = trash_name(step.path, now.wall, ++trash_serial_);
  batch_paths_.insert(step.path);
  batch_paths_.insert(step.source);
  const auto pending = window_.find(step.source);
  if (pending != window_.end() && pending->second.planned) only_steps_.insert(step.path);
  batch_steps_.push_back({step, apply.trash});
  batch_.push_back(std::move(apply));
}

// All steps of a job at once: what is written is made durable before the job is performed, and that
// takes milliseconds.
Result<void> Applier::begin_intents() {
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    const Step& step = batch_steps_[i].step;
    Intent intent{step.path, std::nullopt, {}};
    if (!is_removal(step)) intent.becomes = row_after(step);
    if (const auto& going = batch_steps_[i].going) {
      intent.becomes->stat.inode = going->row->stat.inode;
      Intent leaves{going->path, std::nullopt, batch_[i].trash};
      if (auto begun = intents_.begin(std::move(leaves)); !begun) return begun;
    }
    const bool displaces = is_install(batch_[i]) || batch_[i].kind == ApplyStep::Kind::remove;
    if (displaces) intent.trash = batch_[i].trash;
    if (auto begun = intents_.begin(std::move(intent)); !begun) return begun;
  }
  return {};
}

}  // namespace lansync
