#include "core/engine/scan/hints.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"

namespace lansync {

void Hints::add(const RelativePath& dir, bool recursive, TimePoint now) {
  if (dirs_.empty()) first_ = now;
  last_ = now;
  dirs_[dir] |= recursive;
}

void Hints::looked(const RelativePath& dir, std::size_t entries, TimePoint now) {
  if (entries < kRestEntriesMin) return;
  if (resting_.size() == kRestingMax) {
    std::erase_if(resting_, [now](const auto& rest) { return rest.second <= now; });
  }
  if (resting_.size() == kRestingMax && !resting_.contains(dir)) return;
  resting_[dir] = now + kRestPerEntry * static_cast<Duration::rep>(entries);
}

Hints::Dirs Hints::take_due(TimePoint now) {
  Dirs due;
  if (const auto end = end_of_window(); end && *end <= now) {
    for (const auto& [dir, recursive] : std::exchange(dirs_, {})) {
      const auto rest = resting_.find(dir);
      const bool rests = rest != resting_.end() && rest->second > now;
      if (rests && !recursive) {
        waiting_[dir] = rest->second;
      } else {
        due[dir] = recursive;
        waiting_.erase(dir);
      }
    }
  }
  take_rested(due, now);
  return due;
}

void Hints::take_rested(Dirs& due, TimePoint now) {
  std::erase_if(waiting_, [&](const auto& wait) {
    if (wait.second <= now) due.try_emplace(wait.first, false);
    return wait.second <= now;
  });
}

Hints::Dirs Hints::take_all() {
  Dirs all = std::exchange(dirs_, {});
  take_rested(all, TimePoint::max());
  return all;
}

std::optional<TimePoint> Hints::end_of_window() const {
  if (dirs_.empty()) return std::nullopt;
  return std::min(last_ + Duration(limits::kQuietWindow), first_ + Duration(kQuietWindowMax));
}

std::optional<TimePoint> Hints::deadline() const {
  auto deadline = end_of_window();
  for (const auto& [dir, until] : waiting_) {
    if (!deadline || until < *deadline) deadline = until;
  }
  return deadline;
}

}  // namespace lansync
