// What a call of lansync's did to a disk.
#pragma once

#include <cstdint>
#include <string>

#include "core/fs/file_system.h"

namespace lansync::test {

// Where something is. Outside: what links lead to, and what stands in a share's place while its
// disk is not mounted.
enum class Area : std::uint8_t { nowhere, folder, stage, trash, outside };

// One file, link or directory that a call made, moved, removed or changed. A rename that displaces
// nothing is one effect, an exchange two.
struct DiskEffect {
  // Its name, its bytes, or no more than its mode and time.
  enum class Kind : std::uint8_t { name, bytes, metadata };

  Kind kind = Kind::name;
  Area from = Area::nowhere;
  Area to = Area::nowhere;  // The same where it kept its name.
  std::string path;         // Within `from`, or within `to` if it is new.
  FileStat stat;
  std::uint64_t content = 0;  // Of a file whose name changed, as a hash.
  std::uint64_t written = 0;  // Bytes.
};

}  // namespace lansync::test
