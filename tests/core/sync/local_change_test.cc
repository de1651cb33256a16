// What explain() makes of a difference, where the stories of decision_table_test do not reach.
#include "core/sync/local_change.h"

#include <limits>

#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "tests/support/toy_device.h"

namespace lansync::test {
namespace {

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

Dot dot_of(std::uint64_t counter) {
  Dot dot;
  dot.author.device.bytes.front() = std::byte{7};
  dot.counter = counter;
  return dot;
}

Change file_head(const std::string& path, std::uint64_t counter, const std::string& content,
                 std::int64_t at) {
  Change change;
  change.dot = dot_of(counter);
  change.path = path_of(path);
  change.content = toy_content(content);
  change.size = content.size();
  change.mode = 0644;
  change.mtime = change.edited_at = change.mode_at = change.mtime_at = WallTime{at};
  return change;
}

DiskRow row_of(const std::string& path, const Change& head) {
  DiskRow row;
  row.path = path_of(path);
  row.source = head.path;
  row.stat.kind = NodeKind::file;
  row.stat.size = head.size;
  row.stat.mode = head.mode;
  row.stat.mtime = head.mtime;
  row.content = head.content;
  row.shown = {head.dot};
  return row;
}

Observation seen_as(const DiskRow& row) {
  Observation seen;
  seen.stat = row.stat;
  seen.content = row.content;
  return seen;
}

TEST_CASE("A file that a power failure has cut off was not edited", "[sync][local_change]") {
  const Change head = file_head("f", 1, "a longer text", 10);
  DiskRow row = row_of("f", head);
  row.stat.ctime = WallTime{11};
  Observation seen = seen_as(row);
  seen.stat.size = 3;
  seen.content = toy_content("a l");
  const auto told = [&] {
    return explain({path_of("f"), row, {head}, {}, {}, {}}, seen, WallTime{20});
  };
  CHECK(told().torn);
  CHECK(told().changes.empty());
  SECTION("unless the times say that somebody was there") {
    SECTION("a write") { seen.stat.mtime = seen.stat.ctime = WallTime{12}; }
    SECTION("a truncation, and the time put back") { seen.stat.ctime = WallTime{12}; }
    SECTION("another file") { seen.stat.inode = 99; }
    SECTION("or do not say") { row.stat.ctime = seen.stat.ctime = WallTime{}; }
    SECTION("or could be those of a later write") { row.racy = true; }
    SECTION("or it has grown") { seen.stat.size = 100; }
    CHECK_FALSE(told().torn);
    CHECK(told().changes.size() == 1);
  }
}

TEST_CASE("A file that was not synced is as it was before, or somebody's", "[sync][local_change]") {
  const Change head = file_head("f", 1, "after", 10);
  KnownPath known{path_of("f"), row_of("f", head), {head}, {}, {}, {}};
  known.row->stat.ctime = WallTime{11};
  known.unsynced = true;
  Observation seen = seen_as(*known.row);
  seen.content = toy_content("other");
  seen.stat.mtime = seen.stat.ctime = WallTime{9};
  CHECK(explain(known, seen, WallTime{20}).torn);
  // The clock was set back: whatever is done now has such a time.
  const LocalChange local = explain(known, seen, WallTime{10});
  CHECK_FALSE(local.torn);
  REQUIRE(local.changes.size() == 1);
  CHECK(local.changes[0].supersedes.empty());
}

TEST_CASE("A new inode alone is no change", "[sync][local_change]") {
  const Change head = file_head("f", 1, "a", 10);
  const DiskRow row = row_of("f", head);
  Observation seen = seen_as(row);
  seen.stat.inode = 99;
  CHECK(explain({path_of("f"), row, {head}, {}, {}, {}}, seen, WallTime{20}).changes.empty());
}

TEST_CASE("What is as the heads want it was put there by nobody", "[sync][local_change]") {
  const Change old = file_head("f", 1, "a", 10);
  const Change head = file_head("f", 2, "b", 20);
  const DiskRow row = row_of("f", old);
  const Observation seen = seen_as(row_of("f", head));
  // Installed before the power went: the index still has the old row.
  CHECK(explain({path_of("f"), row, {head}, {}, {}, {}}, seen, WallTime{30}).changes.empty());
  CHECK(explain({path_of("f"), {}, {head}, {}, {}, {}}, seen, WallTime{30}).changes.empty());
  // Though the old version is still there, to stand beside it: the index was put back.
  const LocalChange beside =
      explain({path_of("f"), row, {old, head}, {}, {}, {}}, seen, WallTime{30});
  CHECK(beside.changes.empty());
  CHECK(beside.adopted == std::vector{head.dot});
  // But not if it has another time.
  Observation later = seen;
  ++later.stat.mtime.ns;
  const LocalChange local =
      explain({path_of("f"), row, {old, head}, {}, {}, {}}, later, WallTime{30});
  REQUIRE(local.changes.size() == 1);
  CHECK(local.changes[0].supersedes == std::vector{old.dot});
  // Nor if a person gave it a mode of its own.
  Observation other = seen;
  other.stat.mode = 0600;
  CHECK(explain({path_of("f"), {}, {head}, {}, {}, {}}, other, WallTime{30}).changes.size() == 1);
}

TEST_CASE("An edit is later than what it supersedes, to the end of time", "[sync][local_change]") {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  for (const auto& [before, after] : {std::pair<std::int64_t, std::int64_t>{10, 20},
                                      {20, 21},
                                      {5000, 5001},
                                      {kEnd - 1, kEnd},
                                      {kEnd, kEnd}}) {
    const Change head = file_head("f", 1, "a", before);
    const DiskRow row = row_of("f", head);
    Observation seen = seen_as(row);
    seen.content = toy_content("b");
    const LocalChange local = explain({path_of("f"), row, {head}, {}, {}, {}}, seen, WallTime{20});
    REQUIRE(local.changes.size() == 1);
    CHECK(local.changes[0].edited_at.ns == after);
    // The mode was not touched, so it is as old as it was.
    CHECK(local.changes[0].mode_at.ns == before);
    CHECK(local.changes[0].base == head.content);
  }
}

TEST_CASE("An edit is later than the conflict copies beside it", "[sync][local_change]") {
  Change dir = file_head("f", 1, "", 10);
  dir.kind = ChangeKind::dir;
  dir.content = {};
  const Change loser = file_head("f", 2, "a", 1000);
  DiskRow row = row_of("f", dir);
  row.stat.kind = NodeKind::dir;
  const DiskRow copy = row_of("f (conflict)", loser);
  const Observation seen = seen_as(row_of("f", file_head("f", 3, "b", 20)));
  const LocalChange local =
      explain({path_of("f"), row, {dir, loser}, {}, {}, {copy}}, seen, WallTime{20});
  REQUIRE(local.changes.size() == 1);
  CHECK(local.changes[0].edited_at > loser.edited_at);
  CHECK(local.changes[0].supersedes == std::vector{dir.dot});
}

TEST_CASE("An edit of a version that was superseded meanwhile leaves a new mode alone",
          "[sync][local_change]") {
  const Change old = file_head("f", 1, "a", 10);
  const DiskRow row = row_of("f", old);
  Observation seen = seen_as(row);
  seen.content = toy_content("c");
  const Change head = file_head("f", 2, "b", 20);
  Change mode = file_head("f", 3, "", 25);
  mode.kind = ChangeKind::metadata;
  const LocalChange local =
      explain({path_of("f"), row, {head, mode}, {}, {}, {}}, seen, WallTime{30});
  REQUIRE(local.changes.size() == 1);
  CHECK(local.changes[0].mode_at < mode.mode_at);
}

TEST_CASE("The same bytes in another file are an edit where the known file is to go",
          "[sync][local_change]") {
  const Change shown = file_head("f", 1, "moved here", 10);
  Change end = file_head("f", 2, "", 20);
  end.kind = ChangeKind::deleted;
  DiskRow row = row_of("f", shown);
  row.stat.inode = 7;
  Observation seen = seen_as(row);
  seen.stat.inode = 8;
  std::vector<Change> heads{end};
  const auto changes = [&] {
    return explain({path_of("f"), row, heads, {}, {}, {}}, seen, WallTime{30}).changes;
  };
  SECTION("so that it stays") {
    REQUIRE(changes().size() == 1);
    CHECK(changes()[0].live());
    CHECK(changes()[0].content == shown.content);
  }
  SECTION("but not if it is the known one") {
    seen.stat.inode = 7;
    CHECK(changes().empty());
  }
  SECTION("nor where that is to stay") {
    heads = {shown};
    CHECK(changes().empty());
  }
  SECTION("nor if nobody knows which one it was") {
    row.stat.inode = 0;
    CHECK(changes().empty());
  }
}

TEST_CASE("Removing a file does not bring back a copy of what is superseded",
          "[sync][local_change]") {
  const Change winner = file_head("f", 1, "a", 10);
  const Change gone = file_head("f", 2, "b", 5);
  const DiskRow copy = row_of("f (conflict)", gone);
  const LocalChange local = explain({path_of("f"), row_of("f", winner), {winner}, {}, {}, {copy}},
                                    std::nullopt, WallTime{30});
  REQUIRE(local.changes.size() == 1);
  CHECK(local.changes[0].kind == ChangeKind::deleted);
  CHECK(local.changes[0].supersedes == std::vector{winner.dot});
  // Nor does its own removal end it twice.
  CHECK(
      explain({copy.path, copy, {}, {winner}, {}, {}}, std::nullopt, WallTime{30}).changes.empty());
}

TEST_CASE("A delete is later than the copies that it ends", "[sync][local_change]") {
  const Change winner = file_head("f", 1, "a", 10);
  const Change loser = file_head("f", 2, "b", 500);
  const DiskRow copy = row_of("f (conflict)", loser);
  const LocalChange local =
      explain({path_of("f"), row_of("f", winner), {winner, loser}, {}, {}, {copy}}, std::nullopt,
              WallTime{30});
  REQUIRE(local.changes.size() == 2);
  CHECK(local.changes[0].path == copy.path);
  CHECK(local.changes[0].content == loser.content);
  CHECK(local.changes[1].supersedes == std::vector{winner.dot, loser.dot});
  CHECK(local.changes[1].edited_at > loser.edited_at);
}

TEST_CASE("A conflict copy may go while its source shows the same version",
          "[sync][local_change]") {
  const Change winner = file_head("f", 1, "winner", 20);
  const Change loser = file_head("f", 2, "loser", 10);
  const DiskRow copy = row_of("f (conflict)", loser);
  // The winner has not taken the loser's place yet. A person who moves the copy onto the file has
  // taken nothing back.
  KnownPath known{copy.path, copy, {}, {winner, loser}, row_of("f", loser), {}};
  CHECK(explain(known, std::nullopt, WallTime{30}).changes.empty());
  known.source_row = row_of("f", winner);
  REQUIRE(explain(known, std::nullopt, WallTime{30}).changes.size() == 1);
  CHECK(explain(known, std::nullopt, WallTime{30}).changes[0].supersedes == copy.shown);
}

TEST_CASE("A file that goes while a conflict copy has its version already leaves the copy one",
          "[sync][local_change]") {
  const Change winner = file_head("f", 1, "winner", 20);
  const Change loser = file_head("f", 2, "loser", 10);
  const DiskRow copy = row_of("f (conflict)", loser);
  // The winner has not taken the loser's place yet.
  KnownPath known{path_of("f"), row_of("f", loser), {winner, loser}, {}, {}, {copy}};
  CHECK(explain(known, std::nullopt, WallTime{30}).changes.empty());
  // Nor is there anything to say of what else was displayed with it.
  Change mode = file_head("f", 3, "", 25);
  mode.kind = ChangeKind::metadata;
  known.heads.push_back(mode);
  known.row->shown.push_back(mode.dot);
  CHECK(explain(known, std::nullopt, WallTime{30}).changes.empty());
  // Beside a directory that other paths imply the copy is to stay, too.
  known.heads = {loser};
  known.live_beneath = true;
  CHECK(explain(known, std::nullopt, WallTime{30}).changes.empty());
}

TEST_CASE("A file that goes ends its version where the heads want no conflict copy of it",
          "[sync][local_change]") {
  const Change loser = file_head("f", 2, "loser", 10);
  const DiskRow copy = row_of("f (conflict)", loser);
  // What had won is gone, and so the copy is about to go.
  const KnownPath known{path_of("f"), row_of("f", loser), {loser}, {}, {}, {copy}};
  const LocalChange local = explain(known, std::nullopt, WallTime{30});
  REQUIRE(local.changes.size() == 2);
  CHECK(local.changes[0].path == copy.path);
  CHECK(local.changes[1].kind == ChangeKind::deleted);
  CHECK(local.changes[1].supersedes == std::vector{loser.dot});
}

TEST_CASE("A file that goes takes along only what no conflict copy has", "[sync][local_change]") {
  const Change winner = file_head("f", 1, "winner", 30);
  const Change loser = file_head("f", 2, "loser", 20);
  const Change third = file_head("f", 3, "third", 10);
  const DiskRow copy = row_of("f (conflict)", loser);
  const DiskRow other = row_of("f (conflict 3)", third);
  const KnownPath known{path_of("f"), row_of("f", loser), {winner, loser, third}, {},
                        {},           {copy, other}};
  const LocalChange local = explain(known, std::nullopt, WallTime{30});
  REQUIRE(local.changes.size() == 2);
  CHECK(local.changes[0].path == other.path);
  CHECK(local.changes[1].supersedes == std::vector{third.dot});
}

TEST_CASE("A conflict copy that is touched while its source shows the same is none of its own",
          "[sync][local_change]") {
  const Change winner = file_head("f", 1, "winner", 20);
  const Change loser = file_head("f", 2, "loser", 10);
  const DiskRow copy = row_of("f (conflict)", loser);
  Observation seen = seen_as(copy);
  seen.stat.mtime = WallTime{77};
  KnownPath known{copy.path, copy, {}, {winner, loser}, row_of("f", loser), {}};
  CHECK(explain(known, seen, WallTime{30}).changes.empty());
  known.source_row = row_of("f", winner);
  REQUIRE(explain(known, seen, WallTime{30}).changes.size() == 2);
  CHECK(explain(known, seen, WallTime{30}).changes[0].path == copy.path);
  CHECK(explain(known, seen, WallTime{30}).changes[1].supersedes == copy.shown);
}

TEST_CASE("Removing a conflict copy says nothing about mode and time", "[sync][local_change]") {
  const Change winner = file_head("f", 1, "a", 100);
  const Change loser = file_head("f", 2, "b", 50);
  Change third = file_head("f", 3, "c", 40);
  third.mode = 0777;
  third.mode_at = WallTime{5000};
  const DiskRow copy = row_of("f (conflict)", loser);
  const LocalChange local =
      explain({copy.path, copy, {}, {winner, loser, third}, {}, {}}, std::nullopt, WallTime{30});
  REQUIRE(local.changes.size() == 1);
  CHECK(local.changes[0].kind == ChangeKind::metadata);
  CHECK(local.changes[0].mode_at < winner.mode_at);
  CHECK(local.changes[0].mtime_at < winner.mtime_at);
}

TEST_CASE("The last version of a path ends by a delete", "[sync][local_change]") {
  // Its copy stood beside a directory that other paths imply.
  const Change only = file_head("f", 1, "a", 10);
  const DiskRow copy = row_of("f (conflict)", only);
  const LocalChange local =
      explain({copy.path, copy, {}, {only}, {}, {}}, std::nullopt, WallTime{30});
  REQUIRE(local.changes.size() == 1);
  CHECK(local.changes[0].kind == ChangeKind::deleted);
  CHECK(local.changes[0].path == path_of("f"));
}

TEST_CASE("A touch restates the mode that is displayed, whichever of two equal times set it",
          "[sync][local_change]") {
  Change one = file_head("f", 1, "a", 10);
  Change two = file_head("f", 2, "a", 10);
  one.mode = 0600;
  two.mode = 0755;
  DiskRow row = row_of("f", two);
  row.shown = {one.dot, two.dot};
  Observation seen = seen_as(row);
  seen.stat.mtime = WallTime{77};
  const LocalChange local =
      explain({path_of("f"), row, {one, two}, {}, {}, {}}, seen, WallTime{30});
  REQUIRE(local.changes.size() == 1);
  CHECK(local.changes[0].mode == 0755);
  CHECK(local.changes[0].mtime == WallTime{77});
}

TEST_CASE("More heads than a change may supersede are ended by several changes",
          "[sync][local_change]") {
  std::vector<Change> heads;
  DiskRow row;
  for (std::uint64_t i = 1; i <= 2 * limits::kSupersedesMax + 50; ++i) {
    heads.push_back(file_head("f", i, "a", 10));
    if (i == 1) row = row_of("f", heads.front());
    if (i > 1) row.shown.push_back(heads.back().dot);
  }
  for (const bool gone : {false, true}) {
    Observation seen = seen_as(row);
    seen.content = toy_content("b");
    const LocalChange local = explain({path_of("f"), row, heads, {}, {}, {}},
                                      gone ? std::nullopt : std::optional(seen), WallTime{30});
    REQUIRE(local.changes.size() == 3);
    std::set<Dot> ended;
    for (const Change& change : local.changes) {
      CHECK(change.supersedes.size() <= limits::kSupersedesMax);
      CHECK(std::ranges::is_sorted(change.supersedes));
      ended.insert(change.supersedes.begin(), change.supersedes.end());
    }
    CHECK(ended.size() == heads.size());
    CHECK(local.displayed.has_value() != gone);
  }
}

}  // namespace
}  // namespace lansync::test
