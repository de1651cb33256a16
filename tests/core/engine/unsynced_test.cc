// What programs had written and not synced when the power failed, and others had heard of.
#include "core/engine/scan/unsynced.h"

#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// Node 0's disk has a journal, and its programs do not sync.
struct Machines : Cluster {
  Machines() : Cluster(2, 1) {
    node(0).fs.set_durability(Durability::journaled);
    connect_all();
    node(0).fs.user_write("old", "what was there before");
    changed(0);
    require_agreement(*this);
    node(0).fs.set_users_durable(false);
  }
  // Of what is not durable, nothing is left.
  void lose_power() {
    node(0).fs.lose_power([](std::size_t) -> std::size_t { return 1; });
    node(0).boot += ", and another";
    restart(0);
  }
  void tell() {
    changed(0);
    require_agreement(*this);
  }
};

TEST_CASE("A file that the disk did not have yet is fetched, not removed", "[engine][unsynced]") {
  Machines machines;
  machines.node(0).fs.user_write("new", "an hour's work");
  machines.tell();
  const CausalClock before = machines.node(0).engine->clock();
  machines.lose_power();
  REQUIRE_FALSE(machines.tree(0).contains("new"));
  machines.connect_all();
  require_agreement(machines);
  CHECK(content_of(machines.tree(0), "new") == "an hour's work");
  CHECK(machines.node(0).engine->clock() == before);
}

TEST_CASE("So is one that is as it was before", "[engine][unsynced]") {
  Machines machines;
  SECTION("another in its place") { machines.node(0).fs.user_replace("old", "an hour's work"); }
  SECTION("written into") { machines.node(0).fs.user_write("old", "an hour's work"); }
  machines.tell();
  const CausalClock before = machines.node(0).engine->clock();
  machines.lose_power();
  REQUIRE(content_of(machines.tree(0), "old") == "what was there before");
  machines.connect_all();
  require_agreement(machines);
  CHECK(content_of(machines.tree(0), "old") == "an hour's work");
  CHECK(machines.node(0).engine->clock() == before);
  CHECK(machines.node(0).engine->status().issues.empty());
}

TEST_CASE("What somebody makes of it before it is looked at is kept beside it",
          "[engine][unsynced]") {
  Machines machines;
  machines.node(0).fs.user_write("old", "an hour's work");
  machines.tell();
  machines.lose_power();
  machines.run_for(0s);
  machines.node(0).fs.set_time(machines.now().wall);
  machines.node(0).fs.user_append("old", ", and a line");
  machines.connect_all();
  machines.tell();
  std::string all;
  for (const auto& [path, node] : machines.tree(1)) all += node.content + "\n";
  CHECK(all.find("an hour's work") != all.npos);
  CHECK(all.find("what was there before, and a line") != all.npos);
}

TEST_CASE("After a shutdown in order an edit is an edit", "[engine][unsynced]") {
  Machines machines;
  machines.node(0).fs.user_write("old", "an hour's work");
  machines.tell();
  machines.node(0).engine->handle_stop();
  machines.node(0).fs.write_back();
  machines.lose_power();
  machines.node(0).fs.set_time(machines.now().wall);
  machines.node(0).fs.user_append("old", ", and a line");
  machines.connect_all();
  machines.tell();
  CHECK(content_of(machines.tree(1), "old") == "an hour's work, and a line");
  CHECK(machines.tree(1).size() == 1);
}

TEST_CASE("What the disk had had time to write is removed by whoever removes it",
          "[engine][unsynced]") {
  Machines machines;
  machines.node(0).fs.user_write("new", "an hour's work");
  machines.tell();
  machines.node(0).fs.write_back();
  machines.run_for(3 * Unsynced::kSyncedAfter);
  machines.node(0).fs.user_remove("new");
  machines.node(0).fs.write_back();
  machines.lose_power();
  machines.connect_all();
  require_agreement(machines);
  CHECK_FALSE(machines.tree(1).contains("new"));
}

TEST_CASE("So is what is removed once the folder has been looked at", "[engine][unsynced]") {
  Machines machines;
  machines.node(0).fs.user_write("new", "an hour's work");
  machines.tell();
  machines.lose_power();
  machines.connect_all();
  require_agreement(machines);
  machines.node(0).fs.user_remove("new");
  machines.tell();
  CHECK_FALSE(machines.tree(1).contains("new"));
}

TEST_CASE("The index says since when the disk may lack something", "[engine][unsynced]") {
  MemoryIndex index;
  const TimePoint start{1h};
  const auto at = [&](Duration after) { return Now{start + after, WallTime{(1h + after) / 1ns}}; };
  DiskRow row;
  row.stat.ctime = at(10s).wall;
  const auto lost_in_another_boot = [&] {
    Unsynced after(index, "second");
    REQUIRE(after.load(at(1h)));
    return after.may_be_lost(row);
  };
  Unsynced unsynced(index, "first");
  REQUIRE(unsynced.load(at(0s)));
  CHECK_FALSE(lost_in_another_boot());
  REQUIRE(unsynced.handle_recorded(at(10s)));
  CHECK(lost_in_another_boot());
  CHECK_FALSE(unsynced.may_be_lost(row));

  SECTION("until it has had time") {
    REQUIRE(unsynced.next_deadline());
    REQUIRE(unsynced.handle_timeout(*unsynced.next_deadline()));
    CHECK(lost_in_another_boot());
    REQUIRE(unsynced.handle_timeout(*unsynced.next_deadline()));
    CHECK_FALSE(lost_in_another_boot());
    CHECK_FALSE(unsynced.next_deadline());
  }
  SECTION("though the clock is set back") {
    row.stat.ctime = WallTime{at(10s).wall.ns - 1'000'000'000'000};
    CHECK_FALSE(lost_in_another_boot());
    REQUIRE(unsynced.handle_recorded({at(20s).steady, row.stat.ctime}));
    CHECK(lost_in_another_boot());
  }
  SECTION("though the process is another") {
    Unsynced again(index, "first");
    REQUIRE(again.load(at(30s)));
    CHECK(again.next_deadline() == at(30s).steady + Unsynced::kSyncedAfter);
    CHECK_FALSE(again.may_be_lost(row));
    CHECK(lost_in_another_boot());
  }
  SECTION("until everything has been looked at") {
    Unsynced after(index, "second");
    REQUIRE(after.load(at(1h)));
    REQUIRE(after.handle_recorded(at(1h)));
    CHECK(after.may_be_lost(row));
    CHECK(lost_in_another_boot());
    REQUIRE(after.looked_through());
    CHECK_FALSE(after.may_be_lost(row));
    CHECK_FALSE(lost_in_another_boot());
  }
  SECTION("also of what was recorded while it was looked at for long") {
    Unsynced after(index, "second");
    REQUIRE(after.load(at(1h)));
    REQUIRE(after.handle_recorded(at(1h + 80s)));
    REQUIRE(after.next_deadline());
    REQUIRE(after.handle_timeout(*after.next_deadline()));
    REQUIRE(after.looked_through());
    row.stat.ctime = at(1h + 80s).wall;
    Unsynced third(index, "third");
    REQUIRE(third.load(at(2h)));
    CHECK(third.may_be_lost(row));
  }
  SECTION("and nothing where boots cannot be told apart") {
    Unsynced unknown(index, "");
    REQUIRE(unknown.load(at(1h)));
    CHECK_FALSE(unknown.may_be_lost(row));
  }
}

}  // namespace
}  // namespace lansync::test
