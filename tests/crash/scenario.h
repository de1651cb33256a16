// What happens around a crash, in small steps.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/crash_world.h"

namespace lansync::test {

// One thing that a user does, on one of the devices.
struct Act {
  const char* name;
  std::size_t device;
  // False if it can't be done: the scenario makes no sense.
  bool (*perform)(MemoryFileSystem&);
};

// Before the devices meet. What the other device does, the subject has to perform; each kind of
// step is among them. One of them lets time pass instead, until the trash is emptied.
std::span<const Act> first_acts();
// After the crash, before the subject runs again.
std::span<const Act> later_acts();

// What both devices agree on at first: a file `a`, a directory `d` with a file `c`, an empty
// directory `e`, a link `l`, a file `x` whose first version is in the subject's trash.
const Moment& beginning();

using Acts = std::vector<const Act*>;
std::string to_string(const Acts& acts);
// The acts of this text; nothing if it has others.
std::optional<Acts> parse_acts(std::string_view text);
[[nodiscard]] bool has_acts_of(const Acts& acts, std::size_t device);
// Whether the trash is emptied of what was in it at the beginning.
[[nodiscard]] bool empties_trash(const Acts& acts);
// What users do before the devices meet, in some seconds, as many for any acts; a month more for
// the one in which it passes and for each after it. False if it can't be done.
bool perform(const Acts& acts, CrashWorld& world);
// All sequences of this many different acts.
std::vector<Acts> sequences(std::size_t length);

}  // namespace lansync::test
