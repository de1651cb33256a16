#include <catch2/catch.hpp>

#include "core/engine/verify/audit.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

RelativePath path(const std::string& text) { return *RelativePath::parse(text); }

void hide(Index& index, const RelativePath& where) {
  REQUIRE(index.remove_head(index.heads(where)->front().dot));
  REQUIRE(index.commit());
}

std::vector<std::string> differing(ShareEngine& engine) {
  std::vector<std::string> paths;
  for (const PathIssue& issue : engine.status().issues) {
    if (issue.code == "differs") paths.push_back(issue.path + ": " + issue.message);
  }
  return paths;
}

TEST_CASE("A difference that nobody can see is found within a day, and shown", "[audit]") {
  Cluster cluster(3, 1);
  for (int i = 0; i < 40; ++i) {
    cluster.node(0).fs.user_write("f" + std::to_string(i), std::to_string(i));
  }
  cluster.changed(0);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  cluster.run_for(2h);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(cluster.node(i).engine->audits().size() == 2);
    CHECK(differing(*cluster.node(i).engine).empty());
  }
  hide(cluster.node(1).index, path("f23"));
  CHECK(cluster.node(0).engine->status().members[0].in_sync);
  cluster.run_for(25h);
  const std::vector<std::string> seen_by_others = {
      "f23: it is not the same on B, although both devices have seen the same changes"};
  CHECK(differing(*cluster.node(0).engine) == seen_by_others);
  CHECK(differing(*cluster.node(2).engine) == seen_by_others);
  CHECK(differing(*cluster.node(1).engine).size() == 2);
  CHECK(cluster.complaints().empty());
  CHECK(cluster.node(0).engine->in_sync());

  SECTION("and gone from the list once it is settled") {
    cluster.node(0).fs.user_write("f23", "edited");
    cluster.changed(0);
    REQUIRE(cluster.settle());
    cluster.run_for(25h);
    for (std::size_t i = 0; i < 3; ++i) CHECK(differing(*cluster.node(i).engine).empty());
  }
}

TEST_CASE("A person who asks is answered at once", "[audit]") {
  Cluster cluster(2, 2);
  cluster.node(0).fs.user_write("one", "1");
  cluster.node(0).fs.user_write("two", "2");
  cluster.changed(0);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  hide(cluster.node(0).index, path("two"));
  const DeviceId other = cluster.node(1).keys.id();
  cluster.node(0).engine->ask_audits({other}, cluster.now());
  cluster.changed(0);  // And what was asked is sent.
  cluster.run_for(1s);
  const AuditResult& result = cluster.node(0).engine->audits().at(other);
  CHECK(result.kind == AuditResult::Kind::different);
  CHECK(result.paths == std::vector{path("two")});
}

}  // namespace
}  // namespace lansync::test
