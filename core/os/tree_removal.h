// Deleting what is in the trash.
#pragma once

#include <string>

#include "core/base/result.h"

namespace lansync {

// How deep a directory in the trash may go: each level holds a descriptor open.
inline constexpr int kRemovalDepthMax = 256;

// Removes the entry `name` of the directory `dir`, and what is beneath it. Never follows a link. An
// error leaves the rest. Errc::limit_exceeded if it is too deep.
Result<void> remove_tree(int dir, const std::string& name);

}  // namespace lansync
