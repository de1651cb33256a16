// Stories that nobody thought of.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tests/sim/story.h"

namespace lansync::sim {

// What the stories of a run are about: how long they are, and which deeds occur how often. Each
// story leaves out some of them on purpose (swarm testing: Groce et al., ISSTA 2012).
enum class Profile : std::uint8_t {
  brief,     // 2 or 3 devices, 6 to 12 deeds: many a second
  mixed,     // 2 to 5 devices, up to 60 deeds, of everything
  conflict,  // everybody changes the same two paths
  crash,     // programs and machines die, at any call
  apart,     // devices are off and apart for long
  disk,      // full and failing disks
  churn,     // renames, swaps and directories
  watcher,   // watchers that miss things, clocks and times that are coarse or wrong
  restore,   // backups, lost indexes, disks that are not mounted
  bulk,      // large files over slow and breaking connections
  swaps,     // what was there has just become something else
  rewind,    // whole disks that are put back, and nobody says so
  unsynced,  // machines die, and with them what their programs have not synced
};

inline constexpr std::size_t kProfiles = 13;
std::string_view to_string(Profile profile);
std::optional<Profile> find_profile(std::string_view name);

Story make_story(std::uint64_t seed, Profile profile);

}  // namespace lansync::sim
