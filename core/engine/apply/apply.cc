#include "core/engine/apply/apply.h"

#include <algorithm>
#include <memory>
#include <set>

#include "core/fs/file_time.h"
#include "core/fs/installer.h"

namespace lansync {
namespace {

constexpr std::string_view kClaimed = "claimed-";

// What is to come with a batch, made durable: the staged files, opened and given their metadata;
// and those that stand elsewhere, as whoever wrote them may not have seen to it.
class DurableStage {
 public:
  DurableStage(FileSystem& fs, std::span<const ApplyStep> steps) : results_(steps.size()) {
    std::vector<StageFile*> files;
    std::vector<std::size_t> places;
    std::vector<std::unique_ptr<StageFile>> open;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].kind != ApplyStep::Kind::install_file) continue;
      auto file = prepare(fs, steps[i]);
      if (!file) {
        results_[i] = std::move(file).error();
        continue;
      }
      files.push_back(file->get());
      places.push_back(i);
      open.push_back(*std::move(file));
    }
    auto synced = sync_stage(fs, files);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (synced[i]) continue;
      results_[places[i]] = std::move(synced[i]).error();
      throw_away(fs, steps[places[i]], *files[i]);
    }
    sync_moved(fs, steps);
  }

  [[nodiscard]] const Result<void>& result(std::size_t step) const { return results_[step]; }

 private:
  static Result<std::unique_ptr<StageFile>> prepare(FileSystem& fs, const ApplyStep& step) {
    auto file = fs.open_stage(step.stage);
    if (!file) return file;
    const auto stat = (*file)->stat();
    if (!stat) return stat.error();
    if (stat->size != step.size) return Error{Errc::corrupt, "staged file"};
    auto set = (*file)->set_mode_and_mtime(step.mode, step.mtime);
    if (!set) return std::move(set).error();
    return file;
  }

  // With one wait for the whole disk, or for each.
  void sync_moved(FileSystem& fs, std::span<const ApplyStep> steps) {
    const auto is_move = [](const ApplyStep& step) { return step.kind == ApplyStep::Kind::move; };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(steps, is_move));
    const auto all = count >= kSyncTogetherMin ? fs.sync_all() : Result<void>();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!is_move(steps[i])) continue;
      auto synced = count >= kSyncTogetherMin ? all : fs.sync_metadata(steps[i].from);
      if (!synced) results_[i] = std::move(synced).error();
    }
  }

  // The system holds its pages for clean now, and would say so if they were synced again. What is
  // gone from the staging folder counts as installed (intents.h): its name stays, and if nothing
  // else helps, for another file.
  static void throw_away(FileSystem& fs, const ApplyStep& step, StageFile& file) {
    if (step.size > 0 && file.truncate(0)) return;
    const auto removed = fs.remove_stage(step.stage);
    if (removed && step.size > 0) (void)fs.open_stage(step.stage);
  }

  std::vector<Result<void>> results_;
};

Result<ApplyStepDone> installed(Result<InstallOutcome> outcome) {
  if (!outcome) return std::move(outcome).error();
  const bool rescued = outcome->end == InstallEnd::rescued;
  ApplyStepDone done;
  done.stat = outcome->stat;
  done.trashed = rescued || outcome->end == InstallEnd::replaced;
  done.rescued = rescued;
  return done;
}

Result<ApplyStepDone> install_step(FileSystem& fs, const ApplyStep& step, OwnNames& names) {
  const std::string claimed = std::string(kClaimed) + step.trash;
  if (step.kind == ApplyStep::Kind::install_link) {
    if (auto removed = fs.remove_stage(step.stage); !removed) return std::move(removed).error();
    if (auto made = fs.make_stage_link(step.stage, step.link_target); !made) {
      return std::move(made).error();
    }
  }
  if (!step.expected)
    return installed(install(fs, step.stage, step.path, std::nullopt, step.trash, &names));
  auto renamed = fs.rename_stage(step.stage, claimed);
  if (!renamed && renamed.error().code == std::errc::file_exists) {
    // Left by an attempt that could not be cleared up, and perhaps a person's.
    auto kept = fs.move_stage_to_trash(claimed, step.trash + "-found");
    renamed = kept ? fs.rename_stage(step.stage, claimed) : std::move(kept);
  }
  if (!renamed) return std::move(renamed).error();
  const auto staged = fs.stat_stage(claimed);
  if (!staged) return staged.error();
  auto outcome = install(fs, claimed, step.path, step.expected, step.trash, &names, step.ctime);
  if (outcome) return installed(std::move(outcome));
  // Under the claimed name is our file again, or, if that could not be undone, the person's.
  const Error error = std::move(outcome).error();
  const auto rescued = rescue_stage(fs, claimed, FileIdentity::of(*staged), step.trash);
  if (rescued && *rescued) return installed(InstallOutcome{InstallEnd::rescued, {}});
  if (rescued) {
    if (auto back = fs.rename_stage(claimed, step.stage); !back) return std::move(back).error();
  }
  return error;
}

Result<ApplyStepDone> set_metadata(FileSystem& fs, const ApplyStep& step) {
  const auto before = fs.stat(step.path);
  if (!before) return before.error();
  const bool same_ctime = before->ctime == step.ctime || step.ctime == WallTime{};
  if (step.expected && (FileIdentity::of(*before) != *step.expected || !same_ctime)) {
    return Error{Errc::changed, "file at the path"};
  }
  if (before->kind != NodeKind::link && before->mode != step.mode) {
    if (auto set = fs.set_mode(step.path, step.mode); !set) return std::move(set).error();
  }
  FileStat wanted = *before;
  const bool new_mtime = before->kind == NodeKind::file && before->mtime != step.mtime;
  if (new_mtime) {
    if (auto set = fs.set_mtime(step.path, step.mtime); !set) return std::move(set).error();
    wanted.mtime = step.mtime;
  }
  // Also what an attempt has set that failed to make it durable.
  if (before->kind != NodeKind::link) {
    if (auto synced = fs.sync_metadata(step.path); !synced) return std::move(synced).error();
  }
  const auto after = fs.stat(step.path);
  if (!after) return after.error();
  if (new_mtime && may_be_kept_as(step.mtime, after->mtime)) wanted.mtime = after->mtime;
  // Some file systems keep no modes.
  const bool mode_as_set = after->mode == step.mode || after->mode == before->mode;
  if (FileIdentity::of(*after) != FileIdentity::of(wanted) || !mode_as_set) {
    return Error{Errc::changed, "file at the path"};
  }
  ApplyStepDone done;
  done.stat = *after;
  done.racy = new_mtime;
  return done;
}

Result<ApplyStepDone> perform(FileSystem& fs, const ApplyStep& step, OwnNames& names) {
  switch (step.kind) {
    case ApplyStep::Kind::make_dir: {
      const auto stat = make_dir(fs, step.path, step.mode, &names);
      if (!stat) return stat.error();
      ApplyStepDone done;
      done.stat = *stat;
      return done;
    }
    case ApplyStep::Kind::install_file:
    case ApplyStep::Kind::install_link: return install_step(fs, step, names);
    case ApplyStep::Kind::move:
      return installed(
          move_file(fs, step.from, step.path, *step.expected, step.trash, &names, step.ctime));
    case ApplyStep::Kind::set_metadata: return set_metadata(fs, step);
    case ApplyStep::Kind::remove:
      return installed(remove_to_trash(fs, step.path, *step.expected, step.trash, step.ctime));
    case ApplyStep::Kind::remove_dir: {
      const auto removed = remove_dir(fs, step.path, *step.expected);
      if (!removed) return removed.error();
      return ApplyStepDone{};
    }
  }
  return Error{Errc::unsupported, "step"};
}

}  // namespace

Applied apply_steps(FileSystem& fs, std::span<const ApplyStep> steps) {
  const DurableStage stage(fs, steps);
  OwnNames names(fs);
  Applied applied;
  std::set<RelativePath> dirs;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!stage.result(i)) {
      applied.steps.emplace_back(stage.result(i).error());
      continue;
    }
    applied.steps.push_back(perform(fs, steps[i], names));
    if (!applied.steps.back()) continue;
    const bool made = is_install(steps[i]) || steps[i].kind == ApplyStep::Kind::move ||
                      steps[i].kind == ApplyStep::Kind::make_dir;
    if (made) names.note(steps[i].path, applied.steps.back()->stat);
    dirs.insert(steps[i].path.parent());
    if (steps[i].kind == ApplyStep::Kind::move) dirs.insert(steps[i].from.parent());
    // A directory that is gone cannot be made durable; that it is gone is for its parent to keep.
    if (steps[i].kind == ApplyStep::Kind::remove_dir) dirs.erase(steps[i].path);
  }
  for (const SyncFailure& failure : sync_dirs(fs, dirs)) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool left_it =
          steps[i].kind == ApplyStep::Kind::move && steps[i].from.parent() == failure.dir;
      const bool in_it = steps[i].path.parent() == failure.dir || left_it;
      if (in_it && applied.steps[i]) applied.steps[i] = failure.error;
    }
  }
  return applied;
}

Result<void> recover_claimed_by(FileSystem& fs, std::string_view trash) {
  auto moved = fs.move_stage_to_trash(std::string(kClaimed) + std::string(trash), trash);
  // With something else under that name the next tidying finds another.
  const bool done = moved || moved.error().code == std::errc::no_such_file_or_directory ||
                    moved.error().code == std::errc::file_exists;
  return done ? Result<void>() : moved;
}

bool is_claimed(std::string_view stage_name) { return stage_name.starts_with(kClaimed); }

Result<std::vector<std::string>> recover_claimed(FileSystem& fs, std::string_view trash_prefix) {
  auto names = fs.list_stage();
  if (!names) return names;
  for (const std::string& name : *names) {
    if (!is_claimed(name)) continue;
    auto moved = fs.move_stage_to_trash(name, name.substr(kClaimed.size()));
    if (!moved && moved.error().code == std::errc::file_exists) {
      moved = fs.move_stage_to_trash(name, std::string(trash_prefix) + name);
    }
    if (!moved) return std::move(moved).error();
  }
  std::erase_if(*names, [](const std::string& name) { return is_claimed(name); });
  return names;
}

}  // namespace lansync
