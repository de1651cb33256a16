// The process was killed before it had made a directory and what was to come to it.
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

}  // namespace
}  // namespace lansync::test
