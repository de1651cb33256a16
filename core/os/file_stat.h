// From the system's `struct stat` to ours, and between its times and ours.
#pragma once

#include <sys/stat.h>

#include "core/fs/file_system.h"

namespace lansync {

FileStat to_file_stat(const struct stat& raw);
timespec to_timespec(WallTime time);

}  // namespace lansync
