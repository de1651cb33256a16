// Mode and mtime of a path: values of their own, each with the time at which it was set.
#pragma once

#include <span>
#include <vector>

#include "core/index/change.h"

namespace lansync {

// Those of the heads that have these dots.
std::vector<const Change*> named(std::span<const Change> heads, std::span<const Dot> dots);

// When mode and mtime were last set, and the content last edited, by any of these.
struct Registers {
  WallTime mode_at;
  WallTime mtime_at;
  WallTime edited_at;
};
Registers registers(std::span<const Change* const> shown);

// Now, or the moment after `last` if that is later. Times come from other devices: the last one may
// be the end of time.
WallTime after(WallTime now, WallTime last);

// A change that says nothing about content, nor yet about mode and mtime: whatever was set counts
// more than its registers.
Change metadata(const RelativePath& path);

}  // namespace lansync
