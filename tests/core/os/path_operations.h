// Every operation of FileSystem that takes a path, so that a test can try each of them on it.
#pragma once

#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "core/fs/file_system.h"

namespace lansync::test {

struct PathOperation {
  std::string name;
  // Does it to a path, with whatever it needs beside; returns the operation's own error.
  std::function<std::error_code(FileSystem&, const RelativePath&)> run;
};

// All of them, those that look first, those that remove last. They leave nothing in the staging
// folder and the trash.
const std::vector<PathOperation>& path_operations();

}  // namespace lansync::test
