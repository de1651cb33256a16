// A step is in doubt in a directory that was never made, or has gone since.
#include <catch2/catch.hpp>

#include "core/engine/scan/intents.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

TEST_CASE("A step in a directory that is nowhere is in doubt no more", "[engine][killed]") {
  Cluster cluster(2, 1);
  MemoryIndex& index = cluster.node(0).index;
  for (const std::string_view path : {"d", "d/e", "d/e/f"}) {
    DiskRow row;
    row.path = row.source = RelativePath::parse(path).value();
    row.stat.kind = NodeKind::dir;
    REQUIRE(Intents(index).begin({row.path, row, {}}));
  }
  REQUIRE(index.commit());
  SECTION("where nothing is") {}
  SECTION("where a file is") { REQUIRE(cluster.node(0).fs.user_write("d", "a person's")); }
  SECTION("where another directory is") { REQUIRE(cluster.node(0).fs.user_mkdir("d")); }
  cluster.restart(0);
  cluster.connect_all();
  require_agreement(cluster);
  CHECK(index.intents()->empty());
}

TEST_CASE("A step in a directory that could not be looked at is in doubt until that goes",
          "[engine]") {
  using namespace std::chrono_literals;
  const auto denied = std::make_error_code(std::errc::permission_denied);
  Cluster cluster(2, 1);
  cluster.connect_all();
  REQUIRE(cluster.node(0).fs.user_mkdir("d"));
  cluster.changed(0);
  require_agreement(cluster);
  MemoryFileSystem& fs = cluster.node(1).fs;
  fs.fail_call(DiskOperation::install_new, 1, denied);
  fs.fail_call(DiskOperation::list, 1, denied);
  REQUIRE(cluster.node(0).fs.user_write("d/f", "content"));
  cluster.changed(0);
  cluster.run_for(5s);
  REQUIRE_FALSE(cluster.node(1).index.intents()->empty());
  REQUIRE(cluster.node(0).fs.user_remove("d/f"));
  REQUIRE(cluster.node(0).fs.user_remove("d"));
  cluster.changed(0);
  require_agreement(cluster);
  CHECK(cluster.node(1).index.intents()->empty());
  CHECK(fs.stage_snapshot().empty());
}

}  // namespace
}  // namespace lansync::test
