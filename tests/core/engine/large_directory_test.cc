// A directory of which a look is work, and in which something is done all the time.
#include <string>

#include <catch2/catch.hpp>

#include "core/engine/scan/hints.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// One device, whose person writes a file every 100 ms for 2 s.
std::uint64_t looks_while_writing(std::size_t files) {
  Cluster cluster(1, 1);
  MemoryFileSystem& fs = cluster.node(0).fs;
  REQUIRE(fs.user_mkdir("dir"));
  const std::string content = "the same in all of them";
  for (std::size_t i = 0; i < files; ++i) {
    REQUIRE(fs.user_write("dir/" + std::to_string(i), content));
  }
  REQUIRE(cluster.settle());
  const std::uint64_t before = fs.calls(DiskOperation::list);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(fs.user_write("dir/new " + std::to_string(i), content));
    cluster.node(0).engine->handle_hint(*RelativePath::parse("dir"), false, cluster.now());
    cluster.run_for(100ms);
  }
  const std::uint64_t looks = fs.calls(DiskOperation::list) - before;
  REQUIRE(cluster.settle());
  CHECK(cluster.node(0).engine->status().disk.files == files + 20);
  return looks;
}

TEST_CASE("The larger a directory, the longer it rests between looks", "[engine][scan]") {
  CHECK(looks_while_writing(50) == 20);
  CHECK(looks_while_writing(3 * Hints::kRestEntriesMin) <= 4);
}

}  // namespace
}  // namespace lansync::test
