// docs/sync.md, row 16: a disk that cannot tell apart two names that differ in case.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

bool has_issue_with(Cluster& cluster, std::size_t i, std::string_view path) {
  const ShareStatus status = cluster.node(i).engine->status();
  return std::ranges::any_of(status.issues,
                             [&](const PathIssue& issue) { return issue.path == path; });
}

// One device whose disk tells names apart, one whose disk does not.
struct TwoDisks {
  Cluster cluster{2, 1};
  MemoryFileSystem& fine = cluster.node(0).fs;
  MemoryFileSystem& coarse = cluster.node(1).fs;

  TwoDisks() {
    coarse.set_folds_case(true);
    cluster.connect_all();
    cluster.run_for(1s);
  }
  void look(std::size_t i) {
    cluster.changed(i);
    cluster.run_for(60s);
  }
  // The file that is to be seen under either name.
  std::string shown(const std::string& one, const std::string& other) {
    const SeenTree tree = coarse.snapshot();
    const auto found = tree.contains(one) ? tree.find(one) : tree.find(other);
    return found == tree.end() ? "" : found->second.content;
  }
};

TEST_CASE("row 16: a disk in memory that folds case keeps the name that was there first",
          "[engine][case]") {
  MemoryFileSystem fs;
  fs.set_folds_case(true);
  REQUIRE(fs.user_write("Name", "one"));
  REQUIRE(fs.user_write("nAME", "two"));
  CHECK(fs.snapshot() == SeenTree{{"Name", {NodeKind::file, "two", 0644, {}}}});
  CHECK(fs.stat(*RelativePath::parse("NAME")));
}

TEST_CASE("row 16: of two files whose names differ in case one is shown, and nothing is lost",
          "[engine][case]") {
  TwoDisks disks;
  REQUIRE(disks.fine.user_write("name", "lower"));
  REQUIRE(disks.fine.user_write("NAME", "upper"));
  disks.look(0);
  CHECK(disks.fine.snapshot().size() == 2);
  CHECK(disks.coarse.snapshot().size() == 1);
  const bool lower = disks.coarse.snapshot().contains("name");
  CHECK(disks.shown("name", "NAME") == (lower ? "lower" : "upper"));

  SECTION("the second is shown when the first has gone") {
    REQUIRE(disks.fine.user_remove(lower ? "name" : "NAME"));
    disks.look(0);
    CHECK(disks.shown("name", "NAME") == (lower ? "upper" : "lower"));
    CHECK(disks.cluster.same_trees());
  }
  SECTION("an edit of the shown one is an edit of that") {
    REQUIRE(disks.coarse.user_write("name", "edited"));
    disks.look(1);
    const SeenTree tree = disks.fine.snapshot();
    REQUIRE(tree.size() == 2);
    CHECK(tree.at(lower ? "name" : "NAME").content == "edited");
    CHECK(tree.at(lower ? "NAME" : "name").content == (lower ? "upper" : "lower"));
  }
  SECTION("an edit of the other one changes nothing that is shown") {
    REQUIRE(disks.fine.user_write(lower ? "NAME" : "name", "edited"));
    disks.look(0);
    CHECK(disks.shown("name", "NAME") == (lower ? "lower" : "upper"));
    CHECK(disks.fine.snapshot().at(lower ? "NAME" : "name").content == "edited");
  }
  SECTION("neither a restart nor a look changes anything") {
    const SeenTree fine = disks.fine.snapshot();
    const SeenTree coarse = disks.coarse.snapshot();
    disks.cluster.restart(1);
    disks.cluster.connect_all();
    disks.look(1);
    CHECK(disks.fine.snapshot() == fine);
    CHECK(disks.coarse.snapshot() == coarse);
  }
}

TEST_CASE("row 16: of two names that differ in case the second is a problem", "[engine][case]") {
  TwoDisks disks;
  REQUIRE(disks.fine.user_write("name", "lower"));
  REQUIRE(disks.fine.user_write("NAME", "upper"));
  disks.look(0);
  const bool lower = disks.coarse.snapshot().contains("name");
  CHECK(has_issue_with(disks.cluster, 1, lower ? "NAME" : "name"));
}

TEST_CASE("row 16: of two directories whose names differ in case neither takes in the other",
          "[engine][case]") {
  TwoDisks disks;
  REQUIRE(disks.fine.user_mkdir("dir"));
  REQUIRE(disks.fine.user_write("dir/a", "lower"));
  REQUIRE(disks.fine.user_mkdir("DIR"));
  REQUIRE(disks.fine.user_write("DIR/b", "upper"));
  const SeenTree before = disks.fine.snapshot();
  disks.look(0);
  disks.look(1);
  CHECK(disks.fine.snapshot() == before);
}

TEST_CASE("row 16: a name that changes its case goes along", "[engine][case]") {
  TwoDisks disks;
  REQUIRE(disks.fine.user_write("name", "text"));
  disks.look(0);
  REQUIRE(disks.coarse.snapshot().contains("name"));
  REQUIRE(disks.fine.user_rename("name", "NAME"));
  disks.look(0);
  CHECK(disks.cluster.same_trees());
  CHECK(disks.coarse.snapshot().contains("NAME"));
  CHECK(disks.cluster.node(1).engine->status().issues.empty());
}

}  // namespace
}  // namespace lansync::test
