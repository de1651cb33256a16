// Where everything beneath a directory sorts.
#pragma once

#include <string>

#include "core/fs/relative_path.h"

namespace lansync {

// Greater than any path: no UTF-8 has this byte.
inline constexpr const char* kAfterEveryPath = "\xff";

// The texts of the paths strictly beneath a directory, at any depth, are those between the two.
// Neither is itself a path beneath it.
struct PathRange {
  std::string after;
  std::string before;
};

inline PathRange range_beneath(const RelativePath& dir) {
  if (dir.is_root()) return {"", kAfterEveryPath};
  return {dir.text() + "/", dir.text() + "/" + kAfterEveryPath};
}

}  // namespace lansync
