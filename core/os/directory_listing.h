// What is in a directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/fs/file_system.h"
#include "core/os/unique_fd.h"

namespace lansync {

// The same directory once more, such that it can be listed and synced: a descriptor that was opened
// with O_PATH can't. `name` is for messages, here and below.
Result<UniqueFd> reopen_to_read(int dir, std::string_view name);

// The entries of `dir`, which is open for reading, without `.`, `..` and `hidden`. One that
// vanishes while we look is left out.
Result<std::vector<DirEntry>> list_entries(UniqueFd dir, std::string_view hidden,
                                           std::string_view name);

// The same, names only: one system call for many.
Result<std::vector<std::string>> list_names(UniqueFd dir, std::string_view name);

// The names of the directories in it.
Result<std::vector<std::string>> list_directories(UniqueFd dir, std::string_view name);

}  // namespace lansync
