// Whose doing a change is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/index/memory_index.h"
#include "tests/sim/ghost.h"

namespace lansync::sim {

// A device publishes what its person did and nothing else: at each path at most as many versions
// and deletions as there were deeds. So a file that the engine moved, a disk that lost a name in a
// power failure, a folder that is not mounted or a new mtime make no version and no deletion.
//
// It is told the same deeds as the Ghost, and looks at each device's own log.
class Attribution {
 public:
  explicit Attribution(std::size_t devices) : devices_(devices) {}

  void acted(std::size_t device, const SeenTree& before, const SeenTree& after);
  // Something has a new mtime. If it is a conflict copy, that makes it a file of its own.
  void touched(std::size_t device, const SeenTree& tree);
  // Another file is at each path whose inode is another one, whatever is in it.
  using Inodes = std::map<std::string, std::uint64_t>;
  void replaced(std::size_t device, const Inodes& before, const Inodes& after);
  // Its index was put back or lost: what it finds on its disk it may rightly take for new.
  void excuse(std::size_t device) { devices_[device].excused = true; }
  // Looks at what the device has published since the last call. S6 is a deletion that nobody did,
  // S4 a version.
  std::optional<Violation> check(std::size_t device, const Author& author, MemoryIndex& index);

 private:
  struct Known {
    std::map<std::string, std::uint64_t> deeds;
    std::map<std::string, std::uint64_t> published;
    std::map<Author, std::uint64_t> seen;  // Of its logs.
    bool excused = false;
  };

  static std::uint64_t deeds_at(const Known& known, const std::string& path);

  std::vector<Known> devices_;
};

}  // namespace lansync::sim
