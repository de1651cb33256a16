// What is here already under a name that is to go: it is renamed, and no byte of it is written.
#include "core/engine/apply/applier.h"
#include "core/engine/names.h"

namespace lansync {
namespace {

bool is_one_removal(const std::vector<Step>& steps, const RelativePath& path) {
  return steps.size() == 1 && steps.front().kind == StepKind::remove &&
         steps.front().path == path && steps.front().source == path;
}

// Whether the file is all that is to stand at the step's path, with mode and time.
bool is_what_comes(const DiskRow& row, const Step& step) {
  return row.stat.kind == NodeKind::file && row.stat.size == step.node.size &&
         row.stat.mode == step.node.mode && row.stat.mtime == step.node.mtime && !row.racy &&
         row.stat.inode != 0 && row.source == row.path;
}

}  // namespace

// The removal of a file that can take its place at the step's path.
Result<std::optional<Step>> Applier::find_moved(const Step& step) {
  const bool may_be_moved = something_goes_ && step.kind == StepKind::install && !step.row &&
                            step.node.kind == ChangeKind::file && step.node.size > 0 &&
                            step.path == step.source && !unmovable_.contains(step.path) &&
                            !fetcher_.fetching(step.path, step.node.content);
  if (!may_be_moved) return std::optional<Step>();
  const auto rows = index_.disk_with_content(step.node.content, kEqualFilesLookedAt);
  if (!rows) return rows.error();
  for (const DiskRow& row : *rows) {
    if (!is_what_comes(row, step) || batch_paths_.contains(row.path)) continue;
    if (intents_.in_doubt(row.path)) continue;
    auto made = plan_for(row.path);
    if (!made) return std::move(made).error();
    if (is_one_removal(made->steps, row.path)) return std::optional(std::move(made->steps.front()));
  }
  return std::optional<Step>();
}

Applier::Waits Applier::take_move(const Step& step, Step going, Now now) {
  // What is being looked at must not change beneath the look.
  if (scan_.touches(going.path)) return Waits::scan;
  ApplyStep apply;
  apply.kind = ApplyStep::Kind::move;
  apply.path = step.path;
  apply.from = going.path;
  apply.expected = FileIdentity::of(going.row->stat);
  apply.ctime = going.row->stat.ctime;
  newcomers_.expect(step.path);
  newcomers_.expect(going.path);
  batch_paths_.insert(going.path);
  add(step, std::move(apply), now);
  batch_.back().trash = trash_name(going.path, now.wall, ++trash_serial_);
  batch_steps_.back().trash = batch_.back().trash;
  batch_steps_.back().going = std::move(going);
  return Waits::tree;
}

// The file that was moved is not at its old path any more. Returns whether somebody has written to
// it there just before.
Result<bool> Applier::record_gone(const Step& going, const RelativePath& to) {
  issues_.clear(going.path.text());
  if (auto done = intents_.done(going.path); !done) return std::move(done).error();
  if (auto removed = index_.remove_disk(going.path); !removed) return std::move(removed).error();
  return newcomers_.moved(going.path, to);
}

}  // namespace lansync
