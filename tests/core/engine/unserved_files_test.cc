// Files that somebody announces and nobody serves take nothing from the others.
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// Node 2, connected to node 0 only, publishes so many files and answers no request for them.
void publish_unserved(Cluster& cluster, std::size_t files) {
  cluster.connect(0, 1);
  cluster.connect(0, 2);
  REQUIRE(cluster.settle());
  cluster.serve_nothing(2);
  MemoryFileSystem& fs = cluster.node(2).fs;
  for (std::size_t i = 0; i < files; ++i) {
    fs.user_write("unserved " + std::to_string(i), "content " + std::to_string(i));
  }
  cluster.changed(2);
}

TEST_CASE("However many files nobody serves, what others serve arrives soon", "[engine]") {
  const std::size_t files = GENERATE(as<std::size_t>(), 200, 1100, 9000);
  CAPTURE(files);
  Cluster cluster(3, 1);
  publish_unserved(cluster, files);
  cluster.run_for(5s);
  for (std::size_t i = 0; i < 2; ++i) {
    REQUIRE(cluster.node(i).engine->status().need.files == files);
    cluster.node(i).fs.user_write("honest " + std::to_string(i), "honest");
    cluster.changed(i);
  }
  cluster.run_for(5s);
  for (std::size_t i = 0; i < 2; ++i) {
    CAPTURE(i);
    CHECK(content_of(cluster.tree(i), "honest 0") == "honest");
    CHECK(content_of(cluster.tree(i), "honest 1") == "honest");
  }
}

TEST_CASE("What is pending behind files that nobody serves has its turn after a restart",
          "[engine]") {
  Cluster cluster(3, 1);
  publish_unserved(cluster, 5000);
  cluster.run_for(5s);
  cluster.serve_nothing(0);
  cluster.node(0).fs.user_write("zz", "honest");
  cluster.changed(0);
  cluster.run_for(5s);
  REQUIRE(cluster.node(1).engine->status().need.files == 5001);
  cluster.restart(1);
  cluster.serve_again(0);
  cluster.connect(0, 1);
  cluster.run_for(60s);
  CHECK(content_of(cluster.tree(1), "zz") == "honest");
}

TEST_CASE("Files that nobody served arrive when somebody does", "[engine]") {
  Cluster cluster(3, 1);
  publish_unserved(cluster, 5000);
  cluster.run_for(40s);
  cluster.serve_again(2);
  cluster.disconnect(0, 2);
  cluster.connect(0, 2);
  require_agreement(cluster);
}

TEST_CASE("A directory takes a file's place though nobody serves a third version of it",
          "[engine][unserved]") {
  Cluster cluster(3, 1);
  cluster.node(0).fs.user_write("a", "of A");
  cluster.node(1).fs.user_mkdir("a");
  cluster.node(1).fs.user_write("a/inside", "of B");
  cluster.node(2).fs.user_write("a", "of C");
  for (std::size_t i = 0; i < 3; ++i) cluster.changed(i);
  cluster.serve_nothing(2);
  cluster.connect_all();
  cluster.run_for(1min);
  for (std::size_t i = 0; i < 2; ++i) {
    const SeenTree tree = cluster.tree(i);
    REQUIRE(tree.contains("a/inside"));
    CHECK(tree.at("a/inside").content == "of B");
  }
  // Nothing is lost by that, nor is what is not served forgotten.
  cluster.serve_again(2);
  REQUIRE(cluster.settle());
  CHECK(cluster.same_trees());
  CHECK(cluster.tree(0).size() == 4);
}

}  // namespace
}  // namespace lansync::test
