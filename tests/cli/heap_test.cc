// What the daemon's threads have freed goes back to the system. Not with a sanitizer, which has an
// allocator of its own.
#include "cli/daemon/heap.h"

#include <cstddef>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <unistd.h>

namespace lansync::cli {
namespace {

constexpr std::size_t kBlocks = 24;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size_pages = 0;
  std::size_t resident_pages = 0;
  statm >> size_pages >> resident_pages;
  REQUIRE(statm);
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void use_blocks() {
  std::vector<std::unique_ptr<std::byte[]>> blocks(kBlocks);
  for (auto& block : blocks) block = std::make_unique<std::byte[]>(kBlockBytes);
}

TEST_CASE("What any thread has freed is released, and not before", "[heap]") {
  keep_freed_memory();
  const std::size_t at_first = resident_bytes();
  std::thread worker(use_blocks);
  use_blocks();
  worker.join();
  const std::size_t kept = resident_bytes();
  CHECK(kept > at_first + kBlocks * kBlockBytes);
  release_freed_memory();
  CHECK(resident_bytes() < at_first + kBlocks * kBlockBytes / 4);
}

}  // namespace
}  // namespace lansync::cli
