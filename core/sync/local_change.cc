#include "core/sync/local_change.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/fs/file_time.h"
#include "core/fs/torn_file.h"
#include "core/sync/projection.h"
#include "core/sync/registers.h"
#include "core/sync/version_end.h"

namespace lansync {
namespace {

ChangeKind kind_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::file: return ChangeKind::file;
    case NodeKind::dir: return ChangeKind::dir;
    case NodeKind::link: return ChangeKind::link;
    case NodeKind::other: break;
  }
  LANSYNC_ASSERT(kind != NodeKind::other);  // Sockets and devices are never observed.
  return ChangeKind::file;
}

void add_dots(std::vector<Dot>& dots, std::span<const Dot> more) {
  dots.insert(dots.end(), more.begin(), more.end());
  std::ranges::sort(dots);
  dots.erase(std::ranges::unique(dots).begin(), dots.end());
}

void remove_dots(std::vector<Dot>& dots, std::span<const Dot> gone) {
  std::erase_if(dots, [&](const Dot& dot) { return std::ranges::find(gone, dot) != gone.end(); });
}

Change version(const RelativePath& path, const Observation& seen) {
  Change change;
  change.path = path;
  change.kind = kind_of(seen.stat.kind);
  if (change.kind == ChangeKind::file) change.size = seen.stat.size;
  if (change.kind != ChangeKind::dir) change.content = seen.content;
  change.chunk_class = seen.chunk_class;
  change.one_chunk = seen.one_chunk;
  change.link_target = seen.link_target;
  change.mode = seen.stat.mode;
  if (change.kind != ChangeKind::dir) change.mtime = seen.stat.mtime;
  return change;
}

bool has_content(const DiskRow& row) { return row.stat.kind != NodeKind::dir; }

bool same_version(const DiskRow& row, const Observation& seen) {
  return row.stat.kind == seen.stat.kind && (!has_content(row) || row.content == seen.content);
}

// A link's own mode means nothing and its time is not worth a change; a directory's time is not its
// own doing.
bool same_metadata(const FileStat& left, const FileStat& right) {
  switch (left.kind) {
    case NodeKind::file: return left.mode == right.mode && left.mtime == right.mtime;
    case NodeKind::dir: return left.mode == right.mode;
    case NodeKind::link:
    case NodeKind::other: break;
  }
  return true;
}

bool is_shown(const ShownNode& node, const Observation& seen) {
  if (node.kind != kind_of(seen.stat.kind)) return false;
  switch (node.kind) {
    case ChangeKind::file:
      return node.content == seen.content && node.mode == seen.stat.mode &&
             may_be_kept_as(node.mtime, seen.stat.mtime);
    case ChangeKind::dir: return node.mode == seen.stat.mode;
    default: return node.content == seen.content;
  }
}

// No change: what is seen is what the heads ask for already, though nobody wrote that down. The
// same folder on two devices that meet; a version that was installed before the power went; or a
// conflict copy that a person moved to where it had just become the winner.
std::optional<LocalChange> as_heads_ask(std::span<const Change> heads, const Observation& seen) {
  const Projection projection = project(heads, false);
  if (!projection.main || !is_shown(*projection.main, seen)) return std::nullopt;
  return LocalChange{{}, std::nullopt, projection.main->shown};
}

LocalChange created(const KnownPath& known, const Observation& seen, WallTime now) {
  if (!known.first_look) {
    if (auto none = as_heads_ask(known.heads, seen)) return *std::move(none);
  }
  Change change = version(known.path, seen);
  // Nothing was displayed here. If every head is a delete, that is what nothing looks like.
  const bool absent = std::ranges::none_of(known.heads, &Change::live);
  if (absent) {
    for (const Change& head : known.heads) change.supersedes.push_back(head.dot);
    std::ranges::sort(change.supersedes);
  }
  WallTime last;
  for (const Change& head : known.heads) last = std::max(last, head.edited_at);
  change.edited_at = absent && !known.heads.empty() ? after(now, last) : now;
  change.mode_at = change.mtime_at = change.edited_at;
  return {{std::move(change)}, 0, {}};
}

// Another file than the one that is to go, though its bytes are the same: a person wants it there.
// (Where a newer version is to come, they have said nothing against that.) A row of what a killed
// process installed does not say which file that is.
bool is_put_there(const KnownPath& known, const Observation& seen) {
  const std::uint64_t inode = known.row->stat.inode;
  const bool is_another = has_content(*known.row) && inode != 0 && inode != seen.stat.inode;
  return is_another && !known.heads.empty() && std::ranges::none_of(known.heads, &Change::live);
}

LocalChange edited(const KnownPath& known, const Observation& seen, WallTime now) {
  const DiskRow& row = *known.row;
  const auto shown = named(known.heads, row.shown);
  const bool superseded =
      std::ranges::none_of(shown, [](const Change* head) { return head->live(); });
  // A file that was to come beside what stands there, to its time: an index that was put back does
  // not know that it came. Taken for an edit, it would end the other.
  const bool was_to_come = row.stat.kind == NodeKind::file && seen.stat.kind == NodeKind::file;
  if (superseded || was_to_come) {
    if (auto none = as_heads_ask(known.heads, seen)) return *std::move(none);
  }
  const Registers last = registers(shown);
  // Later than the conflict copies beside it too: it is made at the path, so that is where it
  // stays.
  std::vector<Dot> visible = row.shown;
  for (const DiskRow& copy : known.copies) add_dots(visible, copy.shown);
  Change change = version(known.path, seen);
  change.edited_at = after(now, registers(named(known.heads, visible)).edited_at);
  change.mtime_at = after(now, last.mtime_at);
  const bool kept_mode = seen.stat.mode == row.stat.mode && seen.stat.kind == row.stat.kind;
  change.mode_at = kept_mode ? last.mode_at : after(now, last.mode_at);
  if (has_content(row)) change.base = row.content;
  change.supersedes = row.shown;
  return {{std::move(change)}, 0, {}};
}

// States both registers as the disk has them, each with the time at which it was set.
LocalChange touched(const KnownPath& known, const Observation& seen, WallTime now) {
  const DiskRow& row = *known.row;
  Change change = metadata(known.path);
  change.mode = seen.stat.mode;
  if (seen.stat.kind == NodeKind::file) change.mtime = seen.stat.mtime;
  for (const Change* head : named(known.heads, row.shown)) {
    if (head->kind == ChangeKind::metadata) change.supersedes.push_back(head->dot);
    if (head->kind == ChangeKind::deleted) continue;
    change.mode_at = std::max(change.mode_at, head->mode_at);
    change.mtime_at = std::max(change.mtime_at, head->mtime_at);
  }
  if (seen.stat.mode != row.stat.mode) change.mode_at = after(now, change.mode_at);
  if (change.mtime != row.stat.mtime && seen.stat.kind == NodeKind::file) {
    change.mtime_at = after(now, change.mtime_at);
  }
  return {{std::move(change)}, 0, {}};
}

// The version that a conflict copy shows, as a file of its own under the copy's name. Requires that
// `shown` are the heads that it shows, and that there is one.
Change detached(const DiskRow& copy, std::span<const Change* const> shown) {
  Observation as_it_is;
  as_it_is.stat = copy.stat;
  as_it_is.content = copy.content;
  as_it_is.chunk_class = copy.chunk_class;
  as_it_is.one_chunk = shown.front()->one_chunk;
  as_it_is.link_target = shown.front()->link_target;
  Change change = version(copy.path, as_it_is);
  change.edited_at = change.mode_at = change.mtime_at = registers(shown).edited_at;
  return change;
}

// Whether the heads ask for nothing at the path: its going is what they say already.
bool gone_already(const KnownPath& known) {
  return known.copies.empty() && !known.heads.empty() &&
         std::ranges::none_of(known.heads, &Change::live) &&
         std::ranges::any_of(known.heads,
                             [](const Change& head) { return head.kind == ChangeKind::deleted; });
}

// Whether the copy is the version's place from now on. It is made before what wins takes the
// version's place at the path, and who removes that in between leaves it where it belongs.
bool has_taken_over(const DiskRow& copy, std::span<const Change* const> shown, const DiskRow& row,
                    const Projection& wanted) {
  const auto has_all = [&](const std::vector<Dot>& dots) {
    return std::ranges::all_of(shown, [&](const Change* head) {
      return std::ranges::find(dots, head->dot) != dots.end();
    });
  };
  return copy.content == row.content && has_all(row.shown) &&
         std::ranges::any_of(wanted.copies,
                             [&](const ShownNode& node) { return has_all(node.shown); });
}

LocalChange removed(const KnownPath& known, WallTime now) {
  if (gone_already(known)) return {};
  const DiskRow& row = *known.row;
  LocalChange result;
  Change change;
  change.path = known.path;
  change.kind = ChangeKind::deleted;
  if (has_content(row)) change.base = row.content;
  change.supersedes = row.shown;
  const Projection wanted = project(known.heads, known.live_beneath);
  bool taken_over = false;
  for (const DiskRow& copy : known.copies) {
    const auto shown = named(known.heads, copy.shown);
    // What it shows has been superseded elsewhere: it is about to go anyway.
    if (shown.empty()) continue;
    if (has_taken_over(copy, shown, row, wanted)) {
      remove_dots(change.supersedes, copy.shown);
      taken_over = true;
      continue;
    }
    result.changes.push_back(detached(copy, shown));
    add_dots(change.supersedes, copy.shown);
  }
  const auto ended = named(known.heads, change.supersedes);
  const bool ends_any = std::ranges::any_of(ended, &Change::live);
  if (taken_over && !ends_any) return result;
  change.edited_at = after(now, registers(ended).edited_at);
  // A directory that was only there for what it held: its going says nothing.
  if (change.supersedes.empty()) return result;
  result.changes.push_back(std::move(change));
  return result;
}

std::vector<Dot> shown_by_copy_alone(const KnownPath& known) {
  std::vector<Dot> alone = known.row->shown;
  if (known.source_row) remove_dots(alone, known.source_row->shown);
  return alone;
}

// The versions that the copy showed end at the source; nothing if they have already.
std::optional<Change> end_of_copy(const KnownPath& known, WallTime now) {
  const DiskRow& row = *known.row;
  std::vector<Dot> ended = shown_by_copy_alone(known);
  std::optional<ContentId> content;
  if (has_content(row)) content = row.content;
  return version_end(row.source, known.source_heads, std::move(ended), content, now);
}

LocalChange copy_touched(const KnownPath& known, const std::optional<Observation>& seen,
                         WallTime now) {
  LocalChange result;
  // For as long as the source shows the same, the copy is a second name of it.
  const bool nothing_new = seen && same_version(*known.row, *seen);
  if (nothing_new && shown_by_copy_alone(known).empty()) return result;
  if (seen) {
    Change change = version(known.path, *seen);
    if (has_content(*known.row)) change.base = known.row->content;
    change.edited_at = change.mode_at = change.mtime_at = now;
    result = {{std::move(change)}, 0, {}};
  }
  if (auto end = end_of_copy(known, now)) result.changes.push_back(*std::move(end));
  return result;
}

// The disk may never have had what the row describes: somebody made what is there of nobody knows
// what.
LocalChange made_of_unknown(const KnownPath& known, const Observation& seen, WallTime now) {
  KnownPath anew = known;
  anew.row.reset();
  return created(anew, seen, now);
}

// No change may supersede more than a limit. What is beyond it is ended by deletes beside it.
LocalChange within_limits(LocalChange local) {
  const std::size_t count = local.changes.size();
  for (std::size_t i = 0; i < count; ++i) {
    while (local.changes[i].supersedes.size() > limits::kSupersedesMax) {
      Change rest;
      rest.path = local.changes[i].path;
      rest.kind = ChangeKind::deleted;
      rest.edited_at = local.changes[i].edited_at;
      auto& dots = local.changes[i].supersedes;
      const auto from =
          dots.end() - static_cast<std::ptrdiff_t>(
                           std::min(dots.size() - limits::kSupersedesMax, limits::kSupersedesMax));
      rest.supersedes.assign(from, dots.end());
      dots.erase(from, dots.end());
      local.changes.push_back(std::move(rest));
    }
  }
  return local;
}

LocalChange unlimited(const KnownPath& known, const std::optional<Observation>& seen,
                      WallTime now) {
  if (!known.row) return seen ? created(known, *seen, now) : LocalChange{};
  const DiskRow& row = *known.row;
  const bool is_copy = row.source != row.path;
  const bool put_there = seen && !is_copy && is_put_there(known, *seen);
  const bool same = seen && same_version(row, *seen) && same_metadata(row.stat, seen->stat);
  if (same && !put_there) return {};
  if (is_copy) return copy_touched(known, seen, now);
  if (!seen) return known.unsynced ? LocalChange{} : removed(known, now);
  if (left_by_power_failure(row, *seen, known.unsynced, now) != Leftover::none) {
    return {.torn = true};
  }
  if (known.unsynced && !same_version(row, *seen)) return made_of_unknown(known, *seen, now);
  // A directory that was only implied by its content becomes one in its own right when it is
  // changed.
  const bool implied = row.stat.kind == NodeKind::dir && row.shown.empty();
  if (!same_version(row, *seen) || implied || put_there) return edited(known, *seen, now);
  return touched(known, *seen, now);
}

}  // namespace

Leftover left_by_power_failure(const DiskRow& row, const Observation& seen, bool unsynced,
                               WallTime now) {
  if (row.racy) return Leftover::none;
  if (is_torn(row.stat, seen.stat)) return Leftover::cut_off;
  const bool lost = unsynced && !same_version(row, seen) && came_before(row.stat, seen.stat, now);
  return lost ? Leftover::from_before : Leftover::none;
}

LocalChange explain(const KnownPath& known, const std::optional<Observation>& seen, WallTime now) {
  return within_limits(unlimited(known, seen, now));
}

}  // namespace lansync
