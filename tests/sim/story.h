// What happens in one run of the simulator, all of it, in a form to read, to cut and to keep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace lansync::sim {

// What somebody or something does at one moment.
enum class Deed : std::uint8_t {
  // --- A person at a device. `path` and `to` are where; `number` is what the comment says.
  write,       // All of it, into the same file; or makes one. Number: bytes.
  replace,     // As editors save: a new file takes the name. Number: bytes.
  append,      // Number: bytes.
  patch,       // Overwrites a part in place. Number: bytes.
  truncate,    // Number: what is left, in bytes.
  office,      // The three renames by which an office program saves. Number: bytes.
  remove,      // With everything beneath.
  rename,      // Over a file, too.
  swap_in,     // rm path; mv to path.
  copy,        // cp
  copy_times,  // cp -p
  chmod,       // Number: the mode.
  touch,       // Number: seconds since the start, may be long ago.
  mkdir,
  symlink,
  pipe,       // Which nobody syncs.
  checkout,   // Many files at once, with one mtime. Number: how many.
  open_file,  // A program opens the file for writing, and
  close_file,
  // --- The machine
  kill,        // The program dies, and starts again.
  power_loss,  // The machine does.
  stop,        // The program is off until
  start,
  clock_jump,     // Number: seconds, may be negative.
  backup,         // The folder and the index, as they are now, are put aside;
  restore,        // both come back as they were;
  restore_files,  // only the files come back, in place;
  restore_index,  // only the index does.
  lose_index,     // An empty index.
  rewind,         // As restore, and nothing tells: the image of a disk.
  unmount,        // The folder's disk is gone, an empty folder is in its place;
  mount,          // it is back.
  disk_full,      // Number: bytes that still fit.
  disk_free,
  fail_call,  // Number: which call from now fails; `to` names the error.
  sync_lie,   // Number: which sync from now fails, and loses what it had to write.
  // --- The network. `peer` is the other device
  connect,
  cut,        // The cable is out, until it is connected.
  drop,       // The connection breaks, and is dialled anew.
  half_open,  // The same, but only this end notices soon.
  freeze,     // Nothing gets from this device to the other for a while.
  redial,     // A second connection takes the place of the first.
  // --- Everybody
  pass,    // Time passes. Number: milliseconds.
  asleep,  // A long time passes, in which nothing runs. Number: days.
  settle,  // All that is broken is mended; everything must come to rest and be right.
};

// A place in a folder: by name, or, where something is to be there whatever it is called, the n-th
// entry that is visible at that moment.
struct Where {
  std::string path;
  std::optional<std::uint32_t> pick;

  friend bool operator==(const Where&, const Where&) = default;
};

struct Step {
  Deed deed = Deed::pass;
  std::uint32_t device = 0;
  std::uint32_t peer = 0;
  Where path;
  Where to;
  std::int64_t number = 0;
  std::uint32_t wait_us = 0;  // After the step before it.
  // Not at once, but before the n-th call of the device's file system from then on.
  std::uint32_t before_call = 0;

  friend bool operator==(const Step&, const Step&) = default;
};

enum class Watcher : std::uint8_t { good, late, lossy, overflowing, blind };

// Whether it tells of all that is done, sooner or later.
constexpr bool misses_nothing(Watcher watcher) {
  return watcher == Watcher::good || watcher == Watcher::late;
}
// After how long it tells of something, at most.
constexpr std::uint32_t longest_delay_us(Watcher watcher) {
  return watcher == Watcher::late ? 5'000'000 : 30'000;
}

// What a device is like.
struct Traits {
  std::int64_t clock_skew_s = 0;
  std::int64_t granularity_ns = 1;  // Of file times.
  Watcher watcher = Watcher::good;
  // What its person's programs do is on the disk when the system writes it there, as on a file
  // system with a journal; otherwise at once.
  bool syncs_late = false;

  friend bool operator==(const Traits&, const Traits&) = default;
};

struct Network {
  std::uint32_t latency_us = 5000;     // At most.
  std::uint32_t bytes_per_second = 0;  // 0: as fast as can be.
  std::uint32_t job_us = 3000;         // How long a job on a disk takes, at most.
  // How long a device's results and data wait for more before it acts on them, at most.
  std::uint32_t gather_us = 0;
  std::optional<std::uint32_t> slow;  // This device's links have a hundredth of that.

  friend bool operator==(const Network&, const Network&) = default;
};

// Together with the program, it decides everything.
struct Story {
  std::uint64_t seed = 0;  // Of delays and of what a power loss leaves.
  std::vector<Traits> devices;
  Network network;
  std::vector<Step> steps;

  friend bool operator==(const Story&, const Story&) = default;
};

// Forgets what the step's deed makes no use of.
void drop_unused(Step& step);

// One line for each step: `A write f bytes=12 wait=30us`.
std::string to_text(const Step& step);
std::string to_text(const Story& story);
// The inverse. Errors: malformed, with the line.
Result<Story> parse_story(std::string_view text);

// "A", "B", …
std::string device_name(std::size_t device);

}  // namespace lansync::sim
