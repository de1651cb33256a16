#include "core/engine/scan/intents.h"

#include <catch2/catch.hpp>

#include "core/engine/names.h"
#include "core/index/memory_index.h"

namespace lansync {
namespace {

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

DiskRow file_row(const std::string& path, int content) {
  DiskRow row;
  row.path = row.source = path_of(path);
  row.stat.kind = NodeKind::file;
  row.stat.size = 10;
  row.stat.mode = 0644;
  row.content.bytes.front() = static_cast<std::byte>(content);
  return row;
}

Found found_file(const DiskRow& seen, const std::optional<DiskRow>& row) {
  Found found{seen.path, Observation{}, {}, row};
  found.seen->stat = seen.stat;
  found.seen->content = seen.content;
  return found;
}

// A step that makes version 2 of what was version 1, in doubt after a crash.
struct Replaced {
  Replaced() {
    REQUIRE(index.put_disk(before));
    Intents lost(index);
    REQUIRE(lost.begin({before.path, after, "in the trash"}));
    REQUIRE(index.commit());
    REQUIRE(intents.load());
  }

  MemoryIndex index;
  DiskRow before = file_row("dir/f", 1);
  DiskRow after = file_row("dir/f", 2);
  Intents intents{index};
};

constexpr WallTime kNow{1000};
constexpr WallTime kSetTime{1'700'000'001'234'567'891};

TEST_CASE("What a lost step made is the step's", "[engine][intents]") {
  Replaced replaced;
  Intents& intents = replaced.intents;
  REQUIRE(intents.in_doubt(path_of("dir/f")));
  CHECK(intents.in_doubt_within(path_of("dir")) == std::vector{path_of("dir/f")});
  CHECK(intents.in_doubt_within(RelativePath()).empty());

  Found found = found_file(replaced.after, replaced.before);
  found.seen->stat.mode = 0600;  // A person's doing, after the step.
  CHECK(*intents.settle(found, kNow) == path_of("dir/f"));
  CHECK(found.row == replaced.after);
  CHECK(*replaced.index.disk(path_of("dir/f")) == replaced.after);
  CHECK_FALSE(intents.in_doubt(path_of("dir/f")));
  CHECK(replaced.index.intents()->empty());
  // And what it displaced can be found again.
  const auto trash = *replaced.index.trash_with_content(replaced.before.content, 2);
  REQUIRE(trash.size() == 1);
  CHECK(trash[0].name == "in the trash");
  CHECK(intents.poll_trashed() == replaced.before.content);
  CHECK_FALSE(intents.poll_trashed());
}

TEST_CASE("What a person put in the place of a lost step is theirs", "[engine][intents]") {
  Replaced replaced;
  Found found = found_file(file_row("dir/f", 3), replaced.before);
  CHECK_FALSE(replaced.intents.settle(found, kNow)->has_value());
  CHECK(found.row == replaced.before);
  CHECK(*replaced.index.disk(path_of("dir/f")) == replaced.before);
  CHECK(replaced.index.intents()->empty());
  CHECK(replaced.index.trash_totals()->files == 0);
}

TEST_CASE("What a lost step displaced tells that it was performed", "[engine][intents]") {
  Replaced replaced;
  Intents& intents = replaced.intents;
  const RelativePath path = path_of("dir/f");
  CHECK(intents.trash_of(path) == "in the trash");
  const FileIdentity displaced = FileIdentity::of(replaced.before.stat);

  SECTION("though a person has written since") {
    intents.learn(path, displaced);
    Found found = found_file(file_row("dir/f", 3), replaced.before);
    CHECK(*intents.settle(found, kNow) == path);
    // It is a change of what the step made.
    CHECK(found.row == replaced.after);
    CHECK(replaced.index.trash_totals()->files == 1);
  }
  SECTION("though a person has removed it since") {
    intents.learn(path, displaced);
    Found found{path, std::nullopt, {}, replaced.before};
    CHECK(*intents.settle(found, kNow) == path);
    CHECK(found.row == replaced.after);
  }
  SECTION("and that it was not, though a person has put the same there") {
    intents.learn(path, std::nullopt);
    Found found = found_file(replaced.after, replaced.before);
    CHECK_FALSE(intents.settle(found, kNow)->has_value());
    CHECK(found.row == replaced.before);
    CHECK(replaced.index.trash_totals()->files == 0);
  }
  SECTION("unless it is something else") {
    FileIdentity other = displaced;
    other.inode = 77;
    intents.learn(path, other);
    Found found = found_file(replaced.after, replaced.before);
    CHECK(*intents.settle(found, kNow) == path);
    CHECK(found.row == replaced.after);
  }
  CHECK_FALSE(intents.in_doubt(path));
}

// A step that makes version 2 of what was version 1, and has displaced something else than that.
struct Displaced {
  explicit Displaced(const std::string& boot = "this boot") : intents(index, boot) {
    REQUIRE(index.put_disk(before));
    Intents lost(index, "this boot");
    REQUIRE(lost.load());
    REQUIRE(lost.begin({before.path, after, "in the trash"}));
    REQUIRE(index.commit());
    REQUIRE(intents.load());
    persons.stat.size = 5;
    intents.learn(before.path, FileIdentity::of(persons.stat));
  }

  MemoryIndex index;
  DiskRow before = file_row("dir/f", 1);
  DiskRow after = file_row("dir/f", 2);
  DiskRow persons = file_row("dir/f", 3);
  Intents intents;
};

TEST_CASE("What a step has put in a person's place is in the way", "[engine][intents]") {
  Displaced displaced;
  Intents& intents = displaced.intents;
  const RelativePath path = displaced.before.path;
  const Found found = found_file(displaced.after, displaced.before);
  CHECK(*intents.owes_a_person(found));
  CHECK(intents.installs(path) == displaced.after.stat);
  CHECK(intents.in_doubt(path));

  SECTION("until the person's has been given back") {
    DiskRow touched = displaced.after;
    touched.stat.mtime = kSetTime;
    intents.learn(path, FileIdentity::of(touched.stat));
    Found back = found_file(displaced.persons, displaced.before);
    CHECK_FALSE(*intents.owes_a_person(back));
    CHECK_FALSE(intents.settle(back, kNow)->has_value());
    CHECK(back.row == displaced.before);
    // What was in the way can be found again.
    const auto trash = *displaced.index.trash_with_content(displaced.after.content, 2);
    REQUIRE(trash.size() == 1);
    CHECK(trash[0].name == "in the trash");
  }
  SECTION("or that has been tried often enough") {
    CHECK(*intents.owes_a_person(found));
    CHECK(*intents.owes_a_person(found));
    CHECK_FALSE(*intents.owes_a_person(found));
  }
}

TEST_CASE("What a step has put elsewhere is in nobody's way", "[engine][intents]") {
  Displaced displaced;
  const RelativePath path = displaced.before.path;
  Found found = found_file(displaced.after, displaced.before);
  SECTION("in the place of what it was to displace") {
    displaced.intents.learn(path, FileIdentity::of(displaced.before.stat));
  }
  SECTION("nowhere, as that was undone") {
    displaced.persons.stat.size = displaced.after.stat.size;
    displaced.intents.learn(path, FileIdentity::of(displaced.persons.stat));
  }
  SECTION("where nobody has looked") { displaced.intents.learn(path, std::nullopt); }
  CHECK_FALSE(*displaced.intents.owes_a_person(found));
}

TEST_CASE("A person's version comes out of the trash, and what came to its path later stays",
          "[engine][intents]") {
  Displaced displaced;
  const RelativePath path = displaced.before.path;
  const bool removed = GENERATE(false, true);
  const Found found = removed ? Found{path, std::nullopt, {}, displaced.before}
                              : found_file(file_row("dir/f", 4), displaced.before);
  CHECK(*displaced.intents.owes_a_person(found));
  CHECK(displaced.intents.stays(path));
  SECTION("until it is out") {
    displaced.intents.learn(path, std::nullopt);
    CHECK_FALSE(displaced.intents.stays(path));
    CHECK_FALSE(*displaced.intents.owes_a_person(found));
  }
  SECTION("or that has been tried") { CHECK_FALSE(*displaced.intents.owes_a_person(found)); }
}

TEST_CASE("What a power failure left in the trash is no person's", "[engine][intents]") {
  Displaced displaced("the next");
  const Found found = found_file(displaced.after, displaced.before);
  CHECK_FALSE(*displaced.intents.owes_a_person(found));
}

TEST_CASE("A time as a coarse disk keeps it is that of a lost step", "[engine][intents]") {
  MemoryIndex index;
  DiskRow after = file_row("f", 1);
  after.stat.mtime = kSetTime;
  REQUIRE(Intents(index).begin({after.path, after, {}}));
  Intents intents(index);
  REQUIRE(intents.load());
  // Where nothing was before.
  Found found = found_file(after, std::nullopt);
  found.seen->stat.mtime = WallTime{1'700'000'001'230'000'000};
  CHECK(*intents.settle(found, kNow) == after.path);
  CHECK(found.row->stat == found.seen->stat);
}

TEST_CASE("What a lost step did not get to is nobody's doing", "[engine][intents]") {
  MemoryIndex index;
  const DiskRow before = file_row("f", 1);
  DiskRow after = before;
  after.stat.mode = 0600;
  after.stat.mtime = kSetTime;
  after.shown = {Dot{{}, 1}};
  REQUIRE(index.put_disk(before));
  REQUIRE(Intents(index).begin({before.path, after, {}}));
  Intents intents(index);
  REQUIRE(intents.load());
  Found found = found_file(before, before);

  SECTION("half of it was done") {
    found.seen->stat.mode = 0600;
    CHECK(*intents.settle(found, kNow) == before.path);
    CHECK(found.row->stat == found.seen->stat);
    CHECK(found.row->shown == before.shown);
  }
  SECTION("a person was there too") {
    found.seen->stat.mode = 0640;
    found.seen->stat.mtime = kSetTime;
    CHECK(*intents.settle(found, kNow) == before.path);
    CHECK(found.row->stat.mode == before.stat.mode);
    CHECK(found.row->stat.mtime == kSetTime);
  }
  SECTION("all of it was done") {
    found.seen->stat = after.stat;
    CHECK(*intents.settle(found, kNow) == before.path);
    CHECK(found.row == after);
  }
  CHECK(*index.disk(before.path) == *found.row);
}

TEST_CASE("A file that a lost step removed is not missed", "[engine][intents]") {
  MemoryIndex index;
  const DiskRow row = file_row("f", 1);
  REQUIRE(index.put_disk(row));
  Intents intents(index);
  REQUIRE(intents.begin({row.path, std::nullopt, "name"}));
  Found gone{row.path, std::nullopt, {}, row};

  SECTION("nobody doubts a step that is under way") {
    CHECK_FALSE(intents.in_doubt(row.path));
    CHECK_FALSE(intents.settle(gone, kNow)->has_value());
    CHECK(index.intents()->size() == 1);
  }
  SECTION("in doubt, its going is the step's") {
    intents.doubt(row.path);
    CHECK(*intents.settle(gone, kNow) == row.path);
    CHECK_FALSE(index.disk(row.path)->has_value());
    CHECK_FALSE(gone.row);
  }
  SECTION("a step that is done is nobody's business") {
    REQUIRE(intents.done(row.path));
    intents.doubt(row.path);
    CHECK_FALSE(intents.in_doubt(row.path));
    CHECK(index.intents()->empty());
  }
}

// A step that brings a file to a free place, in doubt after a crash.
struct Brought {
  explicit Brought(const DiskRow& row) : after(row) {
    Intents lost(index, "this boot");
    REQUIRE(lost.load());
    REQUIRE(lost.begin({after.path, after, {}}));
    REQUIRE(index.commit());
  }

  // Whether a start in this boot takes what it finds for installed.
  bool installed(const std::string& boot, const std::vector<std::string>& staged = {}) {
    Intents intents(index, boot);
    REQUIRE(intents.load());
    REQUIRE(intents.learn_staged(staged));
    return intents.installed(after.path);
  }

  MemoryIndex index;
  DiskRow after;
};

TEST_CASE("What was staged in this boot and is no longer has been installed", "[engine][intents]") {
  Brought brought(file_row("dir/f", 1));
  const std::string stage = stage_name(brought.after.content, brought.after.path);
  CHECK(brought.installed("this boot"));
  CHECK(brought.installed("this boot", {"another"}));
  CHECK_FALSE(brought.installed("this boot", {"another", stage}));
  CHECK_FALSE(brought.installed(""));
  // Not any more: other steps may have been begun meanwhile.
  CHECK_FALSE(brought.installed("this boot"));
}

TEST_CASE("Steps rely on their staged files until they are done", "[engine][intents]") {
  MemoryIndex index;
  Intents intents(index);
  const DiskRow row = file_row("dir/f", 1);
  const std::string stage = stage_name(row.content, row.path);
  CHECK_FALSE(intents.rely_on(stage));
  REQUIRE(intents.begin({row.path, row, {}}));
  REQUIRE(intents.begin({path_of("gone"), std::nullopt, "in the trash"}));
  CHECK(intents.rely_on(stage));
  CHECK_FALSE(intents.rely_on(stage_name(row.content, path_of("dir/g"))));
  CHECK_FALSE(intents.rely_on({}));
  intents.doubt(row.path);
  CHECK(intents.rely_on(stage));
  REQUIRE(intents.done(row.path));
  CHECK_FALSE(intents.rely_on(stage));
}

TEST_CASE("What was staged in another boot may be lost", "[engine][intents]") {
  Brought brought(file_row("dir/f", 1));
  CHECK_FALSE(brought.installed("the next"));
  {
    // Nor is it of this one because something else is.
    Intents intents(brought.index, "the next");
    REQUIRE(intents.load());
    REQUIRE(intents.begin({path_of("dir/g"), file_row("dir/g", 2), {}}));
  }
  CHECK_FALSE(brought.installed("the next"));
  Intents intents(brought.index, "the next");
  REQUIRE(intents.load());
  REQUIRE(intents.learn_staged({}));
  CHECK_FALSE(intents.installed(path_of("dir/g")));
  // Until nothing is in doubt.
  REQUIRE(intents.done(path_of("dir/f")));
  REQUIRE(intents.done(path_of("dir/g")));
  REQUIRE(intents.begin({path_of("dir/f"), brought.after, {}}));
  CHECK(brought.installed("the next"));
}

TEST_CASE("What is not staged before its step tells nothing by not being staged",
          "[engine][intents]") {
  DiskRow row = file_row("f", 1);
  SECTION("a link") { row.stat.kind = NodeKind::link; }
  SECTION("a directory") { row.stat.kind = NodeKind::dir; }
  SECTION("a file without bytes") { row.stat.size = 0; }
  // Its mode was to be set, and it has been removed.
  SECTION("a file that nobody wants there any more") { row.shown = {Dot{{}, 1}}; }
  Brought brought(row);
  CHECK_FALSE(brought.installed("this boot"));
}

TEST_CASE("What displaces something, or is there already, is not told by the staging folder",
          "[engine][intents]") {
  MemoryIndex index;
  const DiskRow row = file_row("f", 1);
  Intents lost(index, "this boot");
  REQUIRE(lost.load());
  SECTION("a file that was there") {
    REQUIRE(index.put_disk(row));
    REQUIRE(lost.begin({row.path, row, {}}));
  }
  SECTION("a file that goes to the trash") { REQUIRE(lost.begin({row.path, row, "in the trash"})); }
  SECTION("a file that goes") { REQUIRE(lost.begin({row.path, std::nullopt, {}})); }
  Intents intents(index, "this boot");
  REQUIRE(intents.load());
  REQUIRE(intents.learn_staged({}));
  CHECK_FALSE(intents.installed(row.path));
}

TEST_CASE("What was installed is the step's, whatever is there by now", "[engine][intents]") {
  Brought brought(file_row("dir/f", 1));
  DiskRow dir;
  dir.path = dir.source = path_of("dir");
  dir.stat.kind = NodeKind::dir;
  REQUIRE(brought.index.put_intent({dir.path, dir, {}}));
  Intents intents(brought.index, "this boot");
  REQUIRE(intents.load());
  REQUIRE(intents.learn_staged({}));
  CHECK(intents.stages() == std::vector{stage_name(brought.after.content, brought.after.path)});

  SECTION("a person's") {
    Found found = found_file(file_row("dir/f", 2), std::nullopt);
    CHECK(*intents.settle(found, kNow) == brought.after.path);
    CHECK(found.row == brought.after);
  }
  SECTION("nothing") {
    Found found{brought.after.path, std::nullopt, {}, std::nullopt};
    CHECK(*intents.settle(found, kNow) == brought.after.path);
    CHECK(found.row == brought.after);
  }
  SECTION("nor what it was in") {
    Found found{dir.path, std::nullopt, {}, std::nullopt};
    CHECK(*intents.settle(found, kNow) == dir.path);
    CHECK(found.row == dir);
  }
}

}  // namespace
}  // namespace lansync
