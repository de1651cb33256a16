// What must hold of two devices after one of them has crashed and come back.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "tests/crash/crash_world.h"

namespace lansync::test {

using Contents = std::set<std::string>;

Contents contents_of(const SeenTree& tree);

struct Expected {
  std::optional<SeenTree> tree;  // If only the other device's users did anything: what they made.
  std::optional<Contents> visible;  // If it is known: these are visible,
  Contents perhaps;                 // these may be, and nothing else.
  Contents on_disk;                 // These are on the subject's disk, visible or in the trash.
  bool issues = false;              // Whether an issue may still be shown.
  // Each changes exactly what its users did.
  std::uint64_t subject_changes_max = 0;
  std::uint64_t other_changes_max = 0;
};

// Nothing torn is visible after the power failed, and nothing is lost. Empty, or what is wrong.
std::string judge_crash(const MemoryFileSystem& fs, const Contents& known, const Contents& on_disk);
// The same of both devices, settled.
std::string judge_recovery(CrashWorld& world, const Expected& expected);

}  // namespace lansync::test
