#include "core/sync/local_change.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/base/assert.h"

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

std::vector<const Change*> named(std::span<const Change> heads, std::span<const Dot> dots) {
  std::vector<const Change*> found;
  for (const Change& head : heads) {
    if (std::ranges::find(dots, head.dot) != dots.end()) found.push_back(&head);
  }
  return found;
}

// The mode and mtime that the displayed heads give, and when they were set.
struct Registers {
  WallTime mode_at;
  WallTime mtime_at;
  WallTime edited_at;
};

Registers registers(std::span<const Change* const> shown) {
  Registers last;
  for (const Change* head : shown) {
    last.mode_at = std::max(last.mode_at, head->mode_at);
    last.mtime_at = std::max(last.mtime_at, head->mtime_at);
    last.edited_at = std::max(last.edited_at, head->edited_at);
  }
  return last;
}

WallTime after(WallTime now, WallTime last) { return std::max(now, WallTime{last.ns + 1}); }

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

// A change that says nothing about content: it ends `supersedes` and states mode and mtime as they
// are.
Change metadata(const RelativePath& path, std::span<const Change* const> shown) {
  Change change;
  change.path = path;
  change.kind = ChangeKind::metadata;
  change.mode_at = WallTime{std::numeric_limits<std::int64_t>::min() + 1};
  change.mtime_at = change.mode_at;
  for (const Change* head : shown) {
    if (head->kind == ChangeKind::deleted) continue;
    if (head->mode_at > change.mode_at)
      std::tie(change.mode, change.mode_at) = std::tie(head->mode, head->mode_at);
    if (head->mtime_at > change.mtime_at) {
      std::tie(change.mtime, change.mtime_at) = std::tie(head->mtime, head->mtime_at);
    }
  }
  return change;
}

LocalChange created(const KnownPath& known, const Observation& seen, WallTime now) {
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
  return {{std::move(change)}, 0};
}

LocalChange edited(const KnownPath& known, const Observation& seen, WallTime now) {
  const DiskRow& row = *known.row;
  const auto shown = named(known.heads, row.shown);
  const Registers last = registers(shown);
  Change change = version(known.path, seen);
  change.edited_at = after(now, last.edited_at);
  change.mtime_at = after(now, last.mtime_at);
  const bool kept_mode = seen.stat.mode == row.stat.mode && seen.stat.kind == row.stat.kind;
  change.mode_at = kept_mode && !shown.empty() ? last.mode_at : after(now, last.mode_at);
  if (has_content(row)) change.base = row.content;
  change.supersedes = row.shown;
  return {{std::move(change)}, 0};
}

LocalChange touched(const KnownPath& known, const Observation& seen, WallTime now) {
  const DiskRow& row = *known.row;
  const auto shown = named(known.heads, row.shown);
  Change change = metadata(known.path, shown);
  if (seen.stat.mode != row.stat.mode) {
    change.mode = seen.stat.mode;
    change.mode_at = after(now, change.mode_at);
  }
  if (seen.stat.kind == NodeKind::file && seen.stat.mtime != row.stat.mtime) {
    change.mtime = seen.stat.mtime;
    change.mtime_at = after(now, change.mtime_at);
  }
  for (const Change* head : shown) {
    if (head->kind == ChangeKind::metadata) change.supersedes.push_back(head->dot);
  }
  return {{std::move(change)}, 0};
}

// The version that a conflict copy shows, as a file of its own under the copy's name.
Change detached(const DiskRow& copy, std::span<const Change> source_heads) {
  const auto shown = named(source_heads, copy.shown);
  Observation as_it_is;
  as_it_is.stat = copy.stat;
  as_it_is.content = copy.content;
  as_it_is.chunk_class = copy.chunk_class;
  for (const Change* head : shown) {
    as_it_is.one_chunk = head->one_chunk;
    as_it_is.link_target = head->link_target;
  }
  Change change = version(copy.path, as_it_is);
  change.edited_at = change.mode_at = change.mtime_at = registers(shown).edited_at;
  return change;
}

LocalChange removed(const KnownPath& known, WallTime now) {
  const DiskRow& row = *known.row;
  LocalChange result;
  Change change;
  change.path = known.path;
  change.kind = ChangeKind::deleted;
  change.edited_at = after(now, registers(named(known.heads, row.shown)).edited_at);
  if (has_content(row)) change.base = row.content;
  change.supersedes = row.shown;
  for (const DiskRow& copy : known.copies) {
    result.changes.push_back(detached(copy, known.heads));
    add_dots(change.supersedes, copy.shown);
  }
  // A directory that was only there for what it held: its going says nothing.
  if (change.supersedes.empty()) return result;
  result.changes.push_back(std::move(change));
  return result;
}

// The versions that the copy showed end at the source.
Change end_of_copy(const KnownPath& known) {
  const DiskRow& row = *known.row;
  std::vector<const Change*> others;
  for (const Change& head : known.source_heads) {
    if (std::ranges::find(row.shown, head.dot) == row.shown.end()) others.push_back(&head);
  }
  Change change = metadata(row.source, others);
  change.supersedes = row.shown;
  return change;
}

LocalChange copy_touched(const KnownPath& known, const std::optional<Observation>& seen,
                         WallTime now) {
  if (!seen) return {{end_of_copy(known)}, std::nullopt};
  Change change = version(known.path, *seen);
  if (has_content(*known.row)) change.base = known.row->content;
  change.edited_at = change.mode_at = change.mtime_at = now;
  return {{std::move(change), end_of_copy(known)}, 0};
}

}  // namespace

LocalChange explain(const KnownPath& known, const std::optional<Observation>& seen, WallTime now) {
  if (!known.row) return seen ? created(known, *seen, now) : LocalChange{};
  const DiskRow& row = *known.row;
  const bool same = seen && same_version(row, *seen) && same_metadata(row.stat, seen->stat);
  if (same) return {};
  if (row.source != row.path) return copy_touched(known, seen, now);
  if (!seen) return removed(known, now);
  // A directory that was only implied by its content becomes one in its own right when it is
  // changed.
  const auto shown = named(known.heads, row.shown);
  const bool implied = std::ranges::none_of(shown, [](const Change* head) { return head->live(); });
  if (!same_version(row, *seen) || implied) return edited(known, *seen, now);
  return touched(known, *seen, now);
}

}  // namespace lansync
