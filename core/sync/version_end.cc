#include "core/sync/version_end.h"

#include <algorithm>
#include <utility>

namespace lansync {

std::optional<Change> version_end(const RelativePath& path, std::span<const Change> heads,
                                  std::vector<Dot> versions, std::optional<ContentId> content,
                                  WallTime now) {
  const auto ended = named(heads, versions);
  if (ended.empty()) return std::nullopt;
  const auto age = [](const Change* head) { return std::pair(head->edited_at, head->dot); };
  const Change* last = *std::ranges::max_element(ended, {}, age);
  const bool later_stays = std::ranges::any_of(
      heads, [&](const Change& head) { return head.live() && age(&head) > age(last); });
  Change change = metadata(path);
  if (!later_stays) {
    change = Change();
    change.path = path;
    change.kind = ChangeKind::deleted;
    change.edited_at = after(now, last->edited_at);
    change.base = content;
  }
  change.supersedes = std::move(versions);
  return change;
}

Change end_as_left(const DiskRow& row, bool one_chunk, std::span<const Change> heads,
                   std::vector<Dot> versions, WallTime now) {
  Change change;
  change.path = row.path;
  change.kind = ChangeKind::file;
  change.content = row.content;
  change.size = row.stat.size;
  change.chunk_class = row.chunk_class;
  change.one_chunk = one_chunk;
  change.mode = row.stat.mode;
  change.mtime = row.stat.mtime;
  change.edited_at = after(now, registers(named(heads, versions)).edited_at);
  change.mode_at = change.mtime_at = change.edited_at;
  change.supersedes = std::move(versions);
  return change;
}

}  // namespace lansync
