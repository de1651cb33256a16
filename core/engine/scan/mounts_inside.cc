#include "core/engine/scan/mounts_inside.h"

#include <algorithm>
#include <utility>

namespace lansync {
namespace {

Result<std::optional<std::uint64_t>> inode_of(Index& index, const std::vector<Found>& found,
                                              const RelativePath& dir) {
  const auto fresh = std::ranges::find(found, dir, &Found::path);
  if (fresh != found.end() && fresh->seen) return std::optional(fresh->seen->stat.inode);
  const auto row = index.disk(dir);
  if (!row) return row.error();
  return *row ? std::optional((*row)->stat.inode) : std::nullopt;
}

bool is_of_file(const Found& one) { return one.row && one.row->stat.kind != NodeKind::dir; }

}  // namespace

void MountsInside::forget_in(const RelativePath& dir) {
  std::erase_if(places_, [&](const RelativePath& place) { return place.parent() == dir; });
}

void MountsInside::forget_beneath(const RelativePath& dir) {
  std::erase_if(places_, [&](const RelativePath& place) { return dir.contains(place); });
}

Result<void> MountsInside::spare_hidden(Index& index, const std::vector<Found>& found,
                                        std::map<RelativePath, Found>& gone) const {
  if (places_.empty() || gone.empty()) return {};
  std::multimap<std::uint64_t, RelativePath> gone_dirs;
  for (const auto& [path, one] : gone) {
    if (one.row && !is_of_file(one)) gone_dirs.emplace(one.row->stat.inode, path);
  }
  for (const RelativePath& place : places_) {
    const auto inode = inode_of(index, found, place.parent());
    if (!inode) return inode.error();
    if (!*inode) continue;
    const auto [first, last] = gone_dirs.equal_range(**inode);
    for (auto dir = first; dir != last; ++dir) {
      const auto before = dir->second.child(place.name());
      if (!before) continue;
      const auto hidden = [&](const RelativePath& path) {
        return path == *before || before->contains(path);
      };
      const bool hides_files = std::ranges::any_of(
          gone, [&](const auto& entry) { return hidden(entry.first) && is_of_file(entry.second); });
      if (!hides_files) continue;
      std::erase_if(gone, [&](const auto& entry) {
        return hidden(entry.first) || entry.first.contains(*before);
      });
    }
  }
  return {};
}

}  // namespace lansync
