#include "core/sync/registers.h"

#include <algorithm>
#include <limits>

namespace lansync {
namespace {

constexpr WallTime kNeverSet{std::numeric_limits<std::int64_t>::min() + 1};

}  // namespace

std::vector<const Change*> named(std::span<const Change> heads, std::span<const Dot> dots) {
  std::vector<const Change*> found;
  for (const Change& head : heads) {
    if (std::ranges::find(dots, head.dot) != dots.end()) found.push_back(&head);
  }
  return found;
}

Registers registers(std::span<const Change* const> shown) {
  Registers last;
  for (const Change* head : shown) {
    last.mode_at = std::max(last.mode_at, head->mode_at);
    last.mtime_at = std::max(last.mtime_at, head->mtime_at);
    last.edited_at = std::max(last.edited_at, head->edited_at);
  }
  return last;
}

WallTime after(WallTime now, WallTime last) {
  if (last.ns < std::numeric_limits<std::int64_t>::max()) ++last.ns;
  return std::max(now, last);
}

Change metadata(const RelativePath& path) {
  Change change;
  change.path = path;
  change.kind = ChangeKind::metadata;
  change.mode_at = change.mtime_at = kNeverSet;
  return change;
}

}  // namespace lansync
