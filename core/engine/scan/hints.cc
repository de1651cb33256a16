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

Hints::Dirs Hints::take_due(TimePoint now) {
  const auto due = deadline();
  return due && *due <= now ? take_all() : Dirs();
}

Hints::Dirs Hints::take_all() { return std::exchange(dirs_, {}); }

std::optional<TimePoint> Hints::deadline() const {
  if (dirs_.empty()) return std::nullopt;
  return std::min(last_ + Duration(limits::kQuietWindow), first_ + Duration(kQuietWindowMax));
}

}  // namespace lansync
