// A person at a device.
#pragma once

#include "tests/sim/story.h"
#include "tests/support/memory_file_system.h"

namespace lansync::sim {

// Does what people's steps say. Every version that is written has bytes of its own: the count of
// versions so far, and filling that depends on it.
class Person {
 public:
  // False if it could not be done: there is no such file, the disk is full.
  bool act(const Step& step, test::MemoryFileSystem& fs);

  // What the step is about, among what is visible now; empty if there is nothing.
  [[nodiscard]] static std::string path_of(const Step& step, test::MemoryFileSystem& fs);

 private:
  bool write(const Step& step, test::MemoryFileSystem& fs, const std::string& path);
  bool rearrange(const Step& step, test::MemoryFileSystem& fs, const std::string& path);
  bool check_out(const Step& step, test::MemoryFileSystem& fs, const std::string& path);
  std::string fresh_version(std::int64_t bytes);

  std::uint64_t versions_ = 0;
};

// Whether the step is a person's.
bool is_persons(Deed deed);

}  // namespace lansync::sim
