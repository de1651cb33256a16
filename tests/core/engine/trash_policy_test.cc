#include "core/engine/apply/trash_policy.h"

#include <catch2/catch.hpp>

#include "core/chunk/hash.h"
#include "core/engine/names.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1'800'000'000'000'000'000};
constexpr std::uint64_t kPlenty = std::uint64_t{1} << 50;

WallTime days_ago(int days) {
  return WallTime{kNow.ns - std::chrono::nanoseconds(24h * days).count()};
}

DirEntry entry(int days, std::uint64_t bytes) {
  DirEntry one{trash_name(*RelativePath::parse("dir/file"), days_ago(days), bytes), {}};
  one.stat.size = bytes;
  return one;
}

TEST_CASE("A name in the trash says when it went there", "[engine][trash]") {
  const auto at = trashed_at(trash_name(*RelativePath::parse("a"), kNow, 7));
  REQUIRE(at);
  CHECK(at->ns == kNow.ns / 1'000'000'000 * 1'000'000'000);
}

TEST_CASE("A name that is not one of ours has no time", "[engine][trash]") {
  const auto* const name =
      GENERATE("", "report.docx", "20260314T150203Z", "20260314T150203Z-", "20261314T150203Z-1-a",
               "20260230T150203Z-1-a", "20260314T250203Z-1-a", "20260314T156003Z-1-a",
               "2026031xT150203Z-1-a", "20260314 150203Z-1-a", "20260314T150203+-1-a",
               "00000000T000000Z-1-a", "99990101T000000Z-1-a", "x0260314T150203Z-1-a",
               "2026x314T150203Z-1-a", "20260314Tx50203Z-1-a", "20260314T15x203Z-1-a",
               "20260314T1502x3Z-1-a", "20260314T1502+3Z-1-a", "20260314T150260Z-1-a",
               "20260314T150203Z 1-a");
  CHECK_FALSE(trashed_at(name));
}

TEST_CASE("What was trashed more than 30 days ago goes", "[engine][trash]") {
  const std::vector<DirEntry> trash{entry(31, 1), entry(29, 2), entry(400, 3)};
  const auto names = overdue_trash(trash, kPlenty, kNow);
  CHECK(names == std::vector{trash[2].name, trash[0].name});
}

TEST_CASE("What came to the trash later than its name was made stays as long", "[engine][trash]") {
  std::vector<DirEntry> trash{entry(31, 1)};
  trash[0].stat.ctime = WallTime{kNow.ns - 1h / 1ns};
  CHECK(overdue_trash(trash, kPlenty, kNow).empty());
}

TEST_CASE("What came to the trash as it was to be emptied, or later, is left alone",
          "[engine][trash]") {
  std::vector<DirEntry> trash{entry(31, 1)};
  const auto seconds = GENERATE(-1, 1);
  trash[0].stat.ctime = WallTime{kNow.ns + seconds * (1s / 1ns)};
  CHECK(overdue_trash(trash, kPlenty, kNow).empty());
  CHECK(overdue_trash(trash, 0, kNow).empty());
}

TEST_CASE("The oldest go until the rest is a tenth of the room", "[engine][trash]") {
  const std::vector<DirEntry> trash{entry(1, 40), entry(3, 41), entry(2, 42)};
  // Of 877 + 123 bytes, 100 may be trash.
  CHECK(overdue_trash(trash, 877, kNow) == std::vector{trash[1].name});
  CHECK(overdue_trash(trash, 2000, kNow).empty());
  CHECK(overdue_trash(trash, 0, kNow).size() == 3);
}

TEST_CASE("No more than 10 GiB are kept on any disk", "[engine][trash]") {
  const std::vector<DirEntry> trash{entry(1, kTrashBytesMax), entry(2, 1)};
  CHECK(overdue_trash(trash, kPlenty, kNow) == std::vector{trash[1].name});
}

TEST_CASE("What somebody else put into the trash is left there", "[engine][trash]") {
  DirEntry strange{"holiday.jpg", {}};
  strange.stat.size = 1000;
  CHECK(overdue_trash(std::vector{strange}, 0, kNow).empty());
}

TEST_CASE("A deleted file leaves the trash after 30 days, and its row with it", "[engine][trash]") {
  Cluster cluster(1, 1);
  auto& node = cluster.node(0);
  node.fs.user_write("f", "first");
  cluster.changed(0);
  cluster.run_for(1s);
  auto trashed = node.fs.trash_snapshot();
  REQUIRE(trashed.empty());
  REQUIRE(node.fs.open_stage("x"));
  const std::string name = trash_name(*RelativePath::parse("f"), cluster.now().wall, 1);
  REQUIRE(node.fs.move_stage_to_trash("x", name));
  REQUIRE(node.index.put_trash({name, *RelativePath::parse("f"), {}, 0, cluster.now().wall}));
  cluster.run_for(24h * 29);
  CHECK(node.fs.trash_snapshot().size() == 1);
  cluster.run_for(24h * 2);
  CHECK(node.fs.trash_snapshot().empty());
  CHECK(node.index.trash_totals()->files == 0);
}

TEST_CASE("What is to come to a place stays in the trash until there is room", "[engine][trash]") {
  Cluster cluster(2, 1);
  cluster.connect(0, 1);
  cluster.run_for(1s);
  const std::string content(10'000, 'a');
  auto& node = cluster.node(1);
  const std::string name = trash_name(*RelativePath::parse("g"), cluster.now().wall, 1);
  REQUIRE((*node.fs.open_stage("x"))->write_at(0, as_bytes(content)));
  REQUIRE(node.fs.move_stage_to_trash("x", name));
  TrashRow row{name, *RelativePath::parse("g"), {}, content.size(), cluster.now().wall};
  row.content.bytes = chunk_hash(as_bytes(content)).bytes;
  REQUIRE(node.index.put_trash(row));
  node.fs.set_capacity(15'000);
  cluster.serve_nothing(0);
  cluster.node(0).fs.user_write("f", content);
  cluster.changed(0);
  // Of what may be trash on such a disk it is ten times too much.
  cluster.run_for(3h);
  REQUIRE(node.fs.snapshot().empty());
  REQUIRE(node.fs.trash_snapshot().size() == 1);
  node.fs.set_capacity(std::nullopt);
  cluster.run_for(1min);
  CHECK(content_of(node.fs.snapshot(), "f") == content);
}

}  // namespace
}  // namespace lansync::test
