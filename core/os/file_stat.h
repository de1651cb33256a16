// From what the system says of a file to ours, and between its times and ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/stat.h>

#include "core/base/result.h"
#include "core/fs/file_system.h"

namespace lansync {

FileStat to_file_stat(const struct stat& raw);
timespec to_timespec(WallTime time);

// Which mount something is on. By the mount's own number, as a part of a disk can be mounted inside
// the same disk (a bind mount); before Linux 5.8, where that is 0, by the disk's number, which on
// some file systems only directories share.
struct Mount {
  std::uint64_t id = 0;
  std::uint64_t device = 0;
};

// What lstat says, and where it is.
struct MountedStat {
  FileStat stat;
  Mount mount;

  [[nodiscard]] bool is_within(const Mount& other) const;
};

// Looks at a name in an open directory, or with an empty name at the directory itself. Absent on an
// error, which is in errno. Triggers no automount.
std::optional<MountedStat> stat_at(int dir, const std::string& name);

}  // namespace lansync
