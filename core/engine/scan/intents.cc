#include "core/engine/scan/intents.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/engine/names.h"
#include "core/fs/file_time.h"
#include "core/fs/torn_file.h"

namespace lansync {
namespace {

// The boot in which all intents were begun; empty or absent: not known.
constexpr std::string_view kBootFact = "boot";

// Each time but the first needs somebody who is at the path just then.
constexpr int kInTheWayMax = 3;

// Whether its step takes the file from another path: the only ones of which the inode is known.
bool is_move(const Intent& intent) { return intent.becomes && intent.becomes->stat.inode != 0; }

// Whether its step finds it in the staging folder, and does not put it there.
bool is_staged_before(const Intent& intent) {
  return intent.becomes && intent.becomes->stat.kind == NodeKind::file &&
         intent.becomes->stat.size > 0 && !is_move(intent);
}

std::string stage_of(const Intent& intent) {
  return stage_name(intent.becomes->content, intent.path);
}

bool is_what_it_becomes(const Found& found, const Intent& intent) {
  if (!found.seen || !intent.becomes) return !found.seen && !intent.becomes;
  const Observation& seen = *found.seen;
  if (seen.stat.kind != intent.becomes->stat.kind) return false;
  return seen.stat.kind == NodeKind::dir || seen.content == intent.becomes->content;
}

// Whether what was displaced is what the step was to install: an exchange that was undone.
bool is_steps_own(const FileIdentity& displaced, const DiskRow& becomes) {
  return displaced.kind == becomes.stat.kind && displaced.size == becomes.stat.size &&
         may_be_kept_as(becomes.stat.mtime, displaced.mtime);
}

bool changes_metadata_only(const DiskRow& before, const DiskRow& after) {
  return before.stat.kind == after.stat.kind && before.content == after.content &&
         before.source == after.source;
}

// A step sets mode and time one after the other. What it did of that is its own; the rest is as it
// was, and neither is a person's doing. The row displays what it did, and so the step is due again.
DiskRow row_half_way(const DiskRow& before, const DiskRow& after, const FileStat& seen) {
  DiskRow row = before;
  if (seen.mode == after.stat.mode) row.stat.mode = seen.mode;
  if (may_be_kept_as(after.stat.mtime, seen.mtime)) row.stat.mtime = seen.mtime;
  return row;
}

// What the row of an intent's path is, given what was found there.
std::optional<DiskRow> row_now(const Found& found, const Intent& intent) {
  if (!intent.becomes || !found.seen || !is_what_it_becomes(found, intent)) return intent.becomes;
  DiskRow after = *intent.becomes;
  const FileStat& seen = found.seen->stat;
  if (may_be_kept_as(after.stat.mtime, seen.mtime)) after.stat.mtime = seen.mtime;
  const bool complete = seen.mode == after.stat.mode &&
                        (seen.kind == NodeKind::dir || seen.mtime == after.stat.mtime);
  if (complete || !found.row || !changes_metadata_only(*found.row, after)) return after;
  return row_half_way(*found.row, after, seen);
}

}  // namespace

Result<void> Intents::load() {
  auto all = index_.intents();
  if (!all) return std::move(all).error();
  const auto boot = index_.fact(kBootFact);
  if (!boot) return boot.error();
  of_this_boot_ = !boot_.empty() && *boot && std::ranges::equal(**boot, as_bytes(boot_));
  for (const Intent& intent : *all) {
    doubtful_.insert_or_assign(intent.path, Doubt{intent, of_this_boot_});
  }
  if (of_this_boot_ || !*boot || (*boot)->empty()) return {};
  // What is begun from now on is of this boot, and what there is is not.
  return index_.put_fact(kBootFact, {});
}

// As soon as none is left of another boot.
Result<void> Intents::note_boot() {
  if (of_this_boot_ || boot_.empty() || !doubtful_.empty() || !under_way_.empty()) return {};
  of_this_boot_ = true;
  return index_.put_fact(kBootFact, as_bytes(boot_));
}

// Nothing was at its path, and what was to be there still is: the mode or time of a file that has
// been removed meanwhile was not to come, and what a removal has superseded is no concern any more.
Result<bool> Intents::was_to_come(const Intent& intent) {
  if (!intent.becomes || !intent.trash.empty()) return false;
  const auto row = index_.disk(intent.path);
  if (!row) return row.error();
  if (*row) return false;
  for (const Dot& dot : intent.becomes->shown) {
    const auto head = index_.head(dot);
    if (!head) return head.error();
    if (!*head) return false;
  }
  return true;
}

Result<void> Intents::learn_staged(const std::vector<std::string>& staged) {
  if (!of_this_boot_) return {};
  for (auto& [path, doubt] : doubtful_) {
    if (!is_staged_before(doubt.intent)) continue;
    if (std::ranges::find(staged, stage_of(doubt.intent)) != staged.end()) continue;
    const auto came = was_to_come(doubt.intent);
    if (!came) return came.error();
    doubt.installed = *came;
    // So did what it is in.
    for (RelativePath dir = path.parent(); *came && !dir.is_root(); dir = dir.parent()) {
      const auto above = doubtful_.find(dir);
      if (above == doubtful_.end()) continue;
      const auto made = was_to_come(above->second.intent);
      if (!made) return made.error();
      above->second.installed = *made;
    }
  }
  return {};
}

bool Intents::installed(const RelativePath& path) const {
  const auto doubt = doubtful_.find(path);
  return doubt != doubtful_.end() && doubt->second.installed;
}

std::vector<std::string> Intents::stages() const {
  std::vector<std::string> names;
  for (const auto& [path, doubt] : doubtful_) {
    if (is_staged_before(doubt.intent)) names.push_back(stage_of(doubt.intent));
  }
  return names;
}

bool Intents::rely_on(const std::string& stage) const {
  const auto installs = [&](const Intent& intent) {
    return intent.becomes && stage_of(intent) == stage;
  };
  return std::ranges::any_of(under_way_, [&](const auto& one) { return installs(one.second); }) ||
         std::ranges::any_of(doubtful_,
                             [&](const auto& one) { return installs(one.second.intent); });
}

Result<void> Intents::begin(Intent intent) {
  if (auto noted = note_boot(); !noted) return noted;
  if (auto put = index_.put_intent(intent); !put) return put;
  under_way_.insert_or_assign(intent.path, std::move(intent));
  return {};
}

Result<void> Intents::done(const RelativePath& path) {
  under_way_.erase(path);
  doubtful_.erase(path);
  return index_.remove_intent(path);
}

void Intents::doubt(const RelativePath& path) {
  auto intent = under_way_.extract(path);
  if (intent.empty()) return;
  doubtful_.insert_or_assign(path, Doubt{std::move(intent.mapped()), !boot_.empty(), true});
}

Result<void> Intents::doubt_displaced(Intent intent, const DiskRow& displaced) {
  const RelativePath path = intent.path;
  DiskRow row = displaced;
  row.racy = true;
  if (auto put = index_.put_disk(row); !put) return put;
  if (auto begun = begin(std::move(intent)); !begun) return begun;
  doubt(path);
  doubtful_.at(path).written_to = true;
  return {};
}

Result<std::optional<DiskRow>> Intents::written_to(const RelativePath& path) const {
  if (!doubtful_.at(path).written_to) return std::optional<DiskRow>();
  return index_.disk(path);
}

Result<std::optional<FileIdentity>> Intents::displaces(const RelativePath& path) const {
  const Doubt& doubt = doubtful_.at(path);
  const bool removal = !doubt.intent.becomes;
  const bool gives_back =
      removal || !doubt.begun_here || doubt.in_the_way || doubt.stays || doubt.written_to;
  if (doubt.intent.trash.empty() || !gives_back) return std::optional<FileIdentity>();
  const auto row = index_.disk(path);
  if (!row) return row.error();
  if (!*row) return std::optional<FileIdentity>();
  return std::optional(FileIdentity::of((*row)->stat));
}

std::optional<FileStat> Intents::installs(const RelativePath& path) const {
  const Doubt& doubt = doubtful_.at(path);
  if (doubt.in_the_way) return doubt.in_the_way;
  const std::optional<DiskRow>& becomes = doubt.intent.becomes;
  return becomes ? std::optional(becomes->stat) : std::nullopt;
}

ContentId Intents::content_of(const RelativePath& path) const {
  const std::optional<DiskRow>& becomes = doubtful_.at(path).intent.becomes;
  return becomes ? becomes->content : ContentId();
}

void Intents::learn(const RelativePath& path, const std::optional<FileIdentity>& displaced) {
  const auto doubt = doubtful_.find(path);
  if (doubt == doubtful_.end()) return;
  doubt->second.looked = true;
  doubt->second.displaced = displaced;
  doubt->second.in_the_way.reset();
  doubt->second.stays = false;
}

Result<bool> Intents::owes_a_person(const Found& found) {
  const auto known = doubtful_.find(found.path);
  if (known == doubtful_.end()) return false;
  Doubt& doubt = known->second;
  const Intent& intent = doubt.intent;
  const bool may_be = doubt.displaced && intent.becomes && doubt.times_in_the_way < kInTheWayMax;
  if (!may_be || is_steps_own(*doubt.displaced, *intent.becomes)) return false;
  const auto row = index_.disk(found.path);
  if (!row) return row.error();
  if (!*row) return false;
  const FileIdentity before = FileIdentity::of((*row)->stat);
  if (before == *doubt.displaced) return false;
  if (!doubt.ran_on && may_be_left_of(before, *doubt.displaced)) return false;
  const bool in_the_way = is_what_it_becomes(found, intent);
  // What was given back once has left in the trash what was in its way.
  const bool tried = doubt.times_in_the_way > 0 || doubt.put_beside;
  if (!in_the_way && tried) return false;
  if (in_the_way) {
    ++doubt.times_in_the_way;
    doubt.in_the_way = found.seen->stat;
  } else {
    doubt.stays = doubt.put_beside = true;
  }
  return true;
}

std::vector<RelativePath> Intents::in_doubt_within(const RelativePath& dir) const {
  std::vector<RelativePath> paths;
  for (const auto& [path, doubt] : doubtful_) {
    if (path.parent() == dir) paths.push_back(path);
  }
  return paths;
}

std::vector<RelativePath> Intents::in_doubt_beneath(const RelativePath& dir) const {
  std::vector<RelativePath> paths;
  for (const auto& [path, doubt] : doubtful_) {
    if (dir.contains(path)) paths.push_back(path);
  }
  return paths;
}

// What was displaced tells it for sure: whatever is at the path by now came after the step, or, if
// nothing was displaced, in its stead.
Result<bool> Intents::was_performed(const Found& found, const Doubt& doubt) const {
  if (doubt.installed) return true;
  if (is_move(doubt.intent) && found.seen && doubt.ran_on &&
      found.seen->stat.inode == doubt.intent.becomes->stat.inode) {
    return true;
  }
  if (!doubt.looked) return is_what_it_becomes(found, doubt.intent);
  const auto row = index_.disk(found.path);
  if (!row) return row.error();
  if (!doubt.displaced && doubt.intent.becomes) return false;
  if (!doubt.displaced) return went_on(found, *row);
  if (*row && FileIdentity::of((*row)->stat) == *doubt.displaced) return true;
  return is_what_it_becomes(found, doubt.intent);
}

// A file that was moved has left the trash for its new path.
Result<bool> Intents::went_on(const Found& found, const std::optional<DiskRow>& row) const {
  if (found.seen || !row || row->stat.inode == 0) return false;
  const auto is_it = [&](const DiskRow& other) {
    return other.path != row->path && other.stat.inode == row->stat.inode;
  };
  const bool in_doubt = std::ranges::any_of(doubtful_, [&](const auto& other) {
    const Intent& intent = other.second.intent;
    return is_move(intent) && is_it(*intent.becomes);
  });
  if (in_doubt) return true;
  const auto rows = index_.disk_with_content(row->content, kEqualFilesLookedAt);
  if (!rows) return rows.error();
  return std::ranges::any_of(*rows, is_it);
}

Result<void> Intents::record_trash(const Intent& intent, WallTime now) {
  const auto row = index_.disk(intent.path);
  if (!row) return row.error();
  if (intent.trash.empty() || !*row) return {};
  trashed_.push_back((*row)->content);
  return index_.put_trash({intent.trash, intent.path, (*row)->content, (*row)->stat.size, now});
}

// What the step did has been undone: in the trash is what it was to install, or nothing.
Result<void> Intents::record_given_back(const Doubt& doubt, WallTime now) {
  const Intent& intent = doubt.intent;
  if (!doubt.looked || intent.trash.empty()) return {};
  if (!doubt.displaced) return index_.remove_trash(intent.trash);
  const bool own = intent.becomes &&
                   (doubt.times_in_the_way > 0 || is_steps_own(*doubt.displaced, *intent.becomes));
  if (!own) return {};
  const DiskRow& row = *intent.becomes;
  trashed_.push_back(row.content);
  return index_.put_trash({intent.trash, intent.path, row.content, row.stat.size, now});
}

std::optional<ContentId> Intents::poll_trashed() {
  if (trashed_.empty()) return std::nullopt;
  const ContentId content = trashed_.front();
  trashed_.pop_front();
  return content;
}

Result<std::optional<RelativePath>> Intents::settle(Found& found, WallTime now) {
  const auto doubt = doubtful_.extract(found.path);
  if (doubt.empty()) return std::optional<RelativePath>();
  if (auto removed = index_.remove_intent(found.path); !removed) return removed.error();
  const Intent& intent = doubt.mapped().intent;
  const auto performed = was_performed(found, doubt.mapped());
  if (!performed) return performed.error();
  if (!*performed) {
    if (auto recorded = record_given_back(doubt.mapped(), now); !recorded) return recorded.error();
    return std::optional<RelativePath>();
  }
  const bool in_trash = !doubt.mapped().looked || doubt.mapped().displaced;
  const auto recorded = in_trash ? record_trash(intent, now) : Result<void>();
  if (!recorded) return recorded.error();
  found.row = row_now(found, intent);
  const auto written = found.row ? index_.put_disk(*found.row) : index_.remove_disk(found.path);
  if (!written) return written.error();
  return std::optional(intent.becomes ? intent.becomes->source : found.path);
}

}  // namespace lansync
