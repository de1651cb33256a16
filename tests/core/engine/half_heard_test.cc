// Changes that a member knows by their number only, and nothing that supersedes them.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "core/engine/verify/audit.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

bool shows_difference(ShareEngine& engine) {
  return std::ranges::any_of(engine.status().issues,
                             [](const PathIssue& issue) { return issue.code == "differs"; });
}

// A file that Anna knows of, of which Ben knows no more than that there was a change: whoever
// passed it on had heard what superseded it, and nobody ever heard of that.
class HalfHeard {
 public:
  enum class Whose { of_anna, of_one_who_went };

  explicit HalfHeard(Whose whose = Whose::of_anna) {
    if (whose == Whose::of_anna) {
      write(0);
      REQUIRE(cluster.settle());
    } else {
      cluster.serve_nothing(2);
      cluster.connect(0, 2);
      write(2);
      cluster.run_for(1min);
      cluster.disconnect(0, 2);
    }
    Cluster::Node& ben = cluster.node(1);
    Segment segment = *cluster.node(0).index.segment(1);
    for (SegmentEntry& entry : segment.entries) prune(entry);
    Replica replica(ben.index, *ben.membership, {ben.keys.id(), ben.incarnation},
                    [](std::string_view, ByteView) { return Bytes(); });
    std::set<RelativePath> touched;
    REQUIRE(replica.load());
    REQUIRE(replica.integrate(segment, touched));
    REQUIRE(touched.empty());
    REQUIRE(ben.index.commit());
    cluster.restart(1);
  }
  void check_all_have_it() {
    REQUIRE(cluster.settle());
    cluster.run_for(20min);
    CHECK(cluster.same_trees());
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      CHECK(cluster.tree(i).contains("f"));
      CHECK_FALSE(shows_difference(*cluster.node(i).engine));
    }
    CHECK(cluster.complaints().empty());
  }

  Cluster cluster{3, 1};

 private:
  void write(std::size_t author) {
    cluster.node(author).fs.user_write("f", "some text");
    cluster.changed(author);
  }
};

TEST_CASE("What a member knows by its number only it is shown as soon as that is seen", "[audit]") {
  HalfHeard world;
  world.cluster.connect(0, 1);
  REQUIRE(world.cluster.settle());
  CHECK(world.cluster.tree(1).contains("f"));
  world.cluster.connect(1, 2);
  world.check_all_have_it();
}

TEST_CASE("Of two that know a change by its number only, one is shown it by the other", "[audit]") {
  HalfHeard world;
  world.cluster.connect(1, 2);
  REQUIRE(world.cluster.settle());
  CHECK_FALSE(world.cluster.tree(2).contains("f"));
  SECTION("when it has been shown itself") { world.cluster.connect(0, 1); }
  SECTION("though all meet at once") { world.cluster.connect_all(); }
  world.check_all_have_it();
}

TEST_CASE("Who waits for bytes that nobody has shows what it knows all the same", "[audit]") {
  HalfHeard world(HalfHeard::Whose::of_one_who_went);
  REQUIRE(world.cluster.tree(0).empty());
  REQUIRE(world.cluster.node(0).engine->status().need.files == 1);
  world.cluster.connect(0, 1);
  world.cluster.run_for(1min);
  CHECK(world.cluster.node(1).engine->status().need.files == 1);
  world.cluster.serve_again(2);
  world.cluster.connect_all();
  world.check_all_have_it();
}

}  // namespace
}  // namespace lansync::test
