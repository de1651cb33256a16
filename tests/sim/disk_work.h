// What a device's disk has to do.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/base/time.h"
#include "core/engine/job.h"
#include "tests/sim/ghost.h"
#include "tests/support/disk_effect.h"
#include "tests/support/memory_file_system.h"

namespace lansync::sim {

// R3: a file that is fetched or copied is written once; a file that nobody has written to for some
// seconds is read once, and a moment later it is known; and what a batch of changes has done
// becomes durable in one go: one sync for each file that it installs, one for each directory.
//
// One device's. It is told all that the device does to its disk. What a fault or a crash costs does
// not count: that is for who asks.
class DiskWork {
 public:
  void note(const test::DiskEffect& effect);
  // A person was at the files.
  void acted() { known_.clear(); }
  // Around each job. `now`: the device's clock.
  void begin_job(const test::MemoryFileSystem& fs) { syncs_before_ = syncs_of(fs); }
  std::optional<Violation> end_job(const Job& job, const JobResult& result,
                                   const test::MemoryFileSystem& fs, WallTime now);
  // At rest, when everything that was begun has been of use or was given up. Begins to count anew.
  std::optional<Violation> rested();

 private:
  struct Syncs {
    std::uint64_t files = 0;
    std::uint64_t dirs = 0;
    std::uint64_t control = 0;
    std::uint64_t metadata = 0;
    std::uint64_t all = 0;
  };

  static Syncs syncs_of(const test::MemoryFileSystem& fs);
  // How many a job may need.
  static Syncs syncs_for(const Job& job);
  std::optional<Violation> check_reading(const HashJob& job, WallTime now);

  Syncs syncs_before_;
  std::uint64_t written_ = 0;
  std::uint64_t needed_ = 0;
  std::map<std::uint64_t, std::string> staged_;  // By inode: files that have not been of use yet.
  std::set<std::string> given_up_;
  struct Known {
    FileIdentity identity;
    WallTime ctime;
    WallTime since;
  };
  std::map<std::string, Known> known_;  // By path: what was read, and is nobody's new work.
};

}  // namespace lansync::sim
