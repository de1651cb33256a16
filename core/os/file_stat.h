// From the system's `struct stat` to ours, and between its times and ours.
#pragma once

#include <string>

#include <sys/stat.h>

#include "core/base/result.h"
#include "core/fs/file_system.h"

namespace lansync {

FileStat to_file_stat(const struct stat& raw);
timespec to_timespec(WallTime time);

// Of what is at a name in a directory that is held open; a link is not followed.
Result<FileStat> stat_at(int dir, const std::string& name);

}  // namespace lansync
