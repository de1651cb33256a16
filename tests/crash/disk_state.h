// What an engine could tell two disks apart by.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/support/memory_file_system.h"

namespace lansync::test {

// What a number is called in the text of a state: by itself, or, if it is new, by its place among
// the new ones. New numbers that are only ever compared for equality then make no difference.
class NumberNames {
 public:
  enum class New { as_they_are, by_appearance };

  explicit NumberNames(New treatment = New::as_they_are) : treatment_(treatment) {}

  // It is not new.
  void keep(std::uint64_t number) { names_.emplace(number, std::to_string(number)); }
  std::string name_of(std::uint64_t number);

 private:
  New treatment_;
  std::map<std::uint64_t, std::string> names_;
};

// Everything on a disk on which what happens next may depend, if all of it is durable. That is not
// the mtime of a directory, which is no part of its identity and of no row (FileIdentity).
std::string state_of(MemoryFileSystem& fs, NumberNames& inodes, NumberNames& times);
std::string state_of(MemoryFileSystem& fs);
// Nothing that is on this disk is new.
void keep_numbers(MemoryFileSystem& fs, NumberNames& inodes, NumberNames& times);

}  // namespace lansync::test
