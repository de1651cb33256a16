// Versions that were announced, and lost before everybody had them.
#include "core/engine/transfer/lost_versions.h"

#include <catch2/catch.hpp>

#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// Node 0 has written a file, and its index and the file are gone. Node 1 knows of the version, node
// 2 has it if it was there.
struct Lost {
  explicit Lost(bool third_was_there) {
    cluster.node(1).fs.unmount();
    cluster.node(0).fs.user_write("f", "bytes");
    cluster.changed(0);
    cluster.run_for(1min);
    cluster.connect(0, 1);
    if (third_was_there) cluster.connect(0, 2);
    cluster.run_for(1min);
    if (third_was_there) cluster.disconnect(0, 2);
    REQUIRE(cluster.node(1).engine->clock() == cluster.node(0).engine->clock());
    REQUIRE(cluster.tree(2).contains("f") == third_was_there);
    cluster.node(0).fs.user_remove("f");
    cluster.lose_index(0);
    cluster.node(1).fs.mount();
    cluster.restart(1);
    cluster.connect(0, 1);
  }

  Cluster cluster{3, 1};
};

TEST_CASE("A version that nobody has any more is not waited for", "[engine][lost_versions]") {
  Lost lost(false);
  Cluster& cluster = lost.cluster;
  cluster.run_for(1h);
  // The third may have it, for all that the others know.
  CHECK(cluster.node(0).engine->status().need.files == 1);
  CHECK(cluster.node(1).engine->status().need.files == 1);
  cluster.connect_all();
  CHECK(cluster.settle());
  CHECK(cluster.same_trees());
  CHECK(cluster.tree(0).empty());
}

TEST_CASE("A version that a member has which is away is waited for", "[engine][lost_versions]") {
  Lost lost(true);
  Cluster& cluster = lost.cluster;
  cluster.run_for(1h);
  CHECK(cluster.node(0).engine->status().need.files == 1);
  cluster.connect_all();
  CHECK(cluster.settle());
  CHECK(cluster.same_trees());
  CHECK(cluster.tree(0).contains("f"));
}

TEST_CASE("For who is no member any more the first of the others tells the end",
          "[engine][lost_versions]") {
  Cluster cluster(3, 1);
  for (const std::size_t i : {0U, 2U}) cluster.node(i).fs.unmount();
  cluster.node(1).fs.user_write("f", "bytes");
  cluster.changed(1);
  cluster.connect_all();
  cluster.run_for(1min);
  cluster.disconnect(0, 1);
  cluster.disconnect(1, 2);
  cluster.remove_member(0, 1);
  for (const std::size_t i : {0U, 2U}) {
    cluster.node(i).fs.mount();
    cluster.restart(i);
  }
  cluster.connect(0, 2);
  cluster.run_for(1min);
  CHECK(cluster.node(0).engine->in_sync());
  CHECK(cluster.node(2).engine->in_sync());
  CHECK(cluster.node(0).engine->clock() == cluster.node(2).engine->clock());
}

}  // namespace
}  // namespace lansync::test
