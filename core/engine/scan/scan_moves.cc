// What a look misses at one path and finds at another: a file that was moved.
#include <algorithm>
#include <utility>

#include "core/engine/scan/scan.h"

namespace lansync {

void Scan::miss(const DiskRow& row) {
  to_hash_.erase(row.path);
  found_.erase(row.path);
  moved_.erase(row.path);
  gone_.insert_or_assign(row.path, Found{row.path, std::nullopt, {}, row});
  if (row.stat.kind == NodeKind::file && row.stat.inode != 0) {
    gone_inodes_.insert_or_assign(row.stat.inode, row.path);
  }
}

// The row of a file that was missed, if this is it: a file keeps its inode where it goes.
const DiskRow* Scan::missed_elsewhere(const FileStat& stat) const {
  if (stat.kind != NodeKind::file) return nullptr;
  const auto path = gone_inodes_.find(stat.inode);
  if (path == gone_inodes_.end()) return nullptr;
  const auto gone = gone_.find(path->second);
  if (gone == gone_.end() || !gone->second.row) return nullptr;
  return gone->second.row->stat.inode == stat.inode ? &*gone->second.row : nullptr;
}

// Whether the index has the file at another path, where it will be missed.
bool Scan::may_be_moved(const Found& found) {
  const FileStat& stat = found.seen->stat;
  if (found.row || stat.kind != NodeKind::file || stat.inode == 0) return false;
  // An index that cannot be asked now fails wherever it is asked next.
  const auto rows = index_.disk_with_content(found.seen->content, kEqualFilesLookedAt);
  return rows && std::ranges::any_of(*rows, [&](const DiskRow& row) {
           return row.stat.kind == stat.kind && row.stat.inode == stat.inode;
         });
}

// What was moved is published with what was missed, so that nobody who hears of it copies it first.
void Scan::report(Found found) {
  const RelativePath path = found.path;
  const bool moved = moved_.size() < kMovedMax && may_be_moved(found);
  (moved ? moved_ : found_).insert_or_assign(path, std::move(found));
}

// When everything has been looked at. Not what a mount hides: that is not missing.
void Scan::take_missed(std::vector<Found>& batch) {
  // An index that cannot be asked now fails wherever it is asked next.
  const bool spared = bool(mounts_.spare_hidden(index_, batch, gone_));
  for (auto& [path, found] : moved_) {
    const DiskRow* const missed = spared ? missed_elsewhere(found.seen->stat) : nullptr;
    if (missed != nullptr) found.moved_from = missed->path;
    batch.push_back(std::move(found));
  }
  moved_.clear();
  if (!spared) return;
  for (auto& [path, found] : gone_) batch.push_back(std::move(found));
  gone_.clear();
  gone_inodes_.clear();
}

}  // namespace lansync
