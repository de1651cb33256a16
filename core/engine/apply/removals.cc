#include "core/engine/apply/removals.h"

#include <algorithm>

#include "core/sync/deletion_brake.h"

namespace lansync {

void Removals::add(const RelativePath& path, TimePoint now) {
  if (paths_.empty()) since_ = now;
  paths_.insert(path);
}

void Removals::start_over() {
  cleared_ = false;
  released_ = false;
  held_ = 0;
}

Result<bool> Removals::may_go(bool creating, TimePoint now) {
  if (paths_.empty()) return false;
  if (!cleared_ && !released_) {
    const bool waited = since_ + kDelay <= now;
    if (creating && (!waited || checked_ + kCheckInterval > now)) return false;
    const auto many = too_many();
    if (!many) return many.error();
    checked_ = now;
    held_ = *many && !creating ? paths_.size() : 0;
    if (*many) return false;
    cleared_ = true;
  }
  held_ = 0;
  return true;
}

// Counts the files that would go and whose content is at no other place that stays.
Result<bool> Removals::too_many() {
  if (paths_.size() <= DeletionBrake::kFilesMin) return false;
  std::uint64_t count = 0;
  for (const RelativePath& path : paths_) {
    const auto row = index_.disk(path);
    if (!row) return row.error();
    if (!*row || (*row)->stat.kind != NodeKind::file) continue;
    const auto others =
        index_.disk_with_content((*row)->content, DeletionBrake::kEqualFilesLookedAt);
    if (!others) return others.error();
    const bool elsewhere = std::ranges::any_of(
        *others, [this](const DiskRow& other) { return !paths_.contains(other.source); });
    if (!elsewhere) ++count;
  }
  const auto totals = index_.disk_totals();
  if (!totals) return totals.error();
  return DeletionBrake::too_many(count, totals->files);
}

std::optional<TimePoint> Removals::next_deadline() const {
  if (paths_.empty() || cleared_ || released_ || held_ > 0) return std::nullopt;
  return std::max(since_ + kDelay, checked_ + kCheckInterval);
}

}  // namespace lansync
