// Files that their programs had not synced when the power failed.
#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

const std::string kText = "what a person has written";

// Node 0 has told of a file. Then the power fails, and the first bytes of the file are left.
void tear(Cluster& cluster, std::uint64_t bytes) {
  cluster.node(0).fs.user_write("f", kText);
  cluster.changed(0);
  cluster.run_for(1min);
  REQUIRE(cluster.node(0).fs.tear("f", bytes));
  cluster.restart(0);
}

TEST_CASE("What a power failure has cut off is fetched again", "[engine][torn]") {
  const std::uint64_t left = GENERATE(std::uint64_t{0}, std::uint64_t{5});
  Cluster cluster(2, 1);
  cluster.connect_all();
  tear(cluster, left);
  cluster.run_for(1min);
  CHECK(cluster.node(0).fs.snapshot().at("f").content == kText.substr(0, left));
  const auto issues = cluster.node(0).engine->status().issues;
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].code == "torn");
  const CausalClock before = cluster.node(0).engine->clock();

  cluster.connect_all();
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(0), "f") == kText);
  CHECK(cluster.node(0).engine->clock() == before);
  CHECK(cluster.node(0).engine->status().issues.empty());
  const SeenTree trash = cluster.node(0).fs.trash_snapshot();
  REQUIRE(trash.size() == 1);
  CHECK(trash.begin()->second.content == kText.substr(0, left));
}

TEST_CASE("What is left of a file that nobody else has stays where it is", "[engine][torn]") {
  Cluster cluster(2, 1);
  tear(cluster, 5);
  cluster.connect_all();
  require_agreement(cluster);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}})
    CHECK(content_of(cluster.tree(i), "f") == kText.substr(0, 5));
  cluster.node(1).fs.user_write("f", "and edited");
  cluster.changed(1);
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(0), "f") == "and edited");
  CHECK(cluster.tree(0).size() == 1);
}

TEST_CASE("An edit of what is left is kept beside the whole", "[engine][torn]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  tear(cluster, 5);
  cluster.run_for(1min);
  cluster.node(0).fs.user_append("f", " and more");
  cluster.changed(0);
  cluster.run_for(1min);
  cluster.connect_all();
  require_agreement(cluster);
  std::string all;
  for (const auto& [path, node] : cluster.tree(1)) all += node.content + "\n";
  CHECK(all.find(kText) != std::string::npos);
  CHECK(all.find(kText.substr(0, 5) + " and more") != std::string::npos);
}

}  // namespace
}  // namespace lansync::test
