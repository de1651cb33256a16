// What becomes of the files that a device takes from their places.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "core/index/memory_index.h"
#include "tests/sim/ghost.h"
#include "tests/support/disk_effect.h"

namespace lansync::sim {

// S3: whatever was to be seen in the folder, owed or not, is never written to in place and never
// destroyed; what is displaced goes to the trash, and stays there for as long as is promised. Only
// an empty directory may go for good: the one that the index says is there.
//
// One device's. It is told all that the device does to its disk, before anybody else acts.
class Displacement {
 public:
  // What a job puts into the folder and takes back at once, unchanged, nobody has seen.
  void begin_job() {
    installed_.clear();
    mistaken_.clear();
  }
  // The disk was full once: then the trash may be emptied early.
  void crowd() { crowded_ = true; }
  // Another disk is in the old one's place.
  void begin_anew() { *this = Displacement(); }

  std::optional<Violation> check(const test::DiskEffect& effect, MemoryIndex& index, WallTime now);

  struct Displaced {
    std::string path;
    std::uint64_t content = 0;  // As DiskEffect has it.
    WallTime since;
  };
  // By inode: what is in the staging folder at this moment, and where it was.
  [[nodiscard]] const std::map<std::uint64_t, Displaced>& displaced() const { return displaced_; }
  // By inode: what a removal of this job has in the trash at this moment though it is not what the
  // index knows: it is to be put back, if nothing has come to its path.
  [[nodiscard]] const std::map<std::uint64_t, Displaced>& mistaken() const { return mistaken_; }

 private:
  std::optional<Violation> check_end(const test::DiskEffect& effect, MemoryIndex& index,
                                     WallTime now) const;
  void follow(const test::DiskEffect& effect, WallTime now);

  std::map<std::uint64_t, std::uint64_t> installed_;  // By inode: the content. In this job.
  // By inode: what is in the staging folder, or in the trash since when, instead of at its place.
  std::map<std::uint64_t, Displaced> displaced_;
  std::map<std::uint64_t, Displaced> mistaken_;
  std::map<std::uint64_t, WallTime> trashed_;
  bool crowded_ = false;
};

}  // namespace lansync::sim
