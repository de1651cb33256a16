// A share in memory with one file in it and a new version of that in stage: where installations
// and removals are tried.
#pragma once

#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "core/fs/installer.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {

inline const std::string kOld = "the old file";
inline const std::string kNew = "the new file, complete";

// kOld at "dir/file", kNew staged as "s".
struct Scene {
  Scene();

  MemoryFileSystem fs;
  FileIdentity old_file;
  FileIdentity new_file;
};

// The two steps that take the file away: what was there goes to the trash as "t".
Result<InstallOutcome> install_step(Scene& scene);
Result<InstallOutcome> remove_step(Scene& scene);

RelativePath at(std::string_view path);
FileIdentity identity_at(FileSystem& fs, std::string_view path);
// "(nothing)" if there is nothing.
std::string content_of(const SeenTree& tree, const std::string& path);

// The error's code; none for a success.
template <class T>
std::error_code error_of(const Result<T>& result) {
  return result ? std::error_code() : result.error().code;
}

}  // namespace lansync::test
