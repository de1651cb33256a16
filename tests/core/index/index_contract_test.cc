// What every index answers, asked of both.
#include <catch2/catch.hpp>

#include "tests/core/index/index_fixture.h"
#include "tests/core/index/index_stores.h"

namespace lansync {
namespace {

using Names = std::vector<std::string>;

TEMPLATE_TEST_CASE("An index is empty when it is new", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  CHECK(index.clock()->empty());
  CHECK(index.log_end(author_of(1)).value() == LogEnd{});
  CHECK(index.segments(0, 10)->empty());
  CHECK(index.first_segment_beyond({}).value() == std::nullopt);
  CHECK(index.segment(1).error().code == Errc::not_found);
  CHECK(index.heads(path_of("a"))->empty());
  CHECK(index.head({author_of(1), 1}).value() == std::nullopt);
  CHECK(index.remove_head({author_of(1), 1}).value() == std::nullopt);
  CHECK_FALSE(*index.has_live_beneath({}));
  CHECK(index.paths({}, 10)->empty());
  CHECK(index.disk(path_of("a")).value() == std::nullopt);
  CHECK(index.disk({}).value() == std::nullopt);
  CHECK(index.disk_children({})->empty());
  CHECK(index.disk_beneath({}, {}, 10)->empty());
  CHECK(index.disk_with_content(id_of<ContentId>(1), 10)->empty());
  CHECK(index.disk_copies_of(path_of("a"))->empty());
  CHECK(*index.disk_copies() == 0);
  CHECK(*index.disk_totals() == Totals{});
  CHECK(index.pending({}, 10)->empty());
  CHECK(*index.pending_totals() == Totals{});
  CHECK(index.chunk_list(id_of<ContentId>(1)).value() == std::nullopt);
  CHECK(index.find_chunk(id_of<ChunkHash>(1), 10)->empty());
  CHECK(index.trash_with_content(id_of<ContentId>(1), 10)->empty());
  CHECK(index.trash_before(WallTime{1}, 10)->empty());
  CHECK(*index.trash_totals() == Totals{});
  CHECK(index.member_ops()->empty());
  CHECK(index.fact("name").value() == std::nullopt);
  // To remove what is not there is no error.
  CHECK(index.remove_disk(path_of("a")));
  CHECK(index.remove_pending(path_of("a")));
  CHECK(index.remove_trash("a"));
  CHECK(index.commit());
  CHECK(index.commit());
}

TEMPLATE_TEST_CASE("Facts are kept by name, empty ones too", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  REQUIRE(index.put_fact("a", as_bytes("one")));
  REQUIRE(index.put_fact("b", {}));
  REQUIRE(index.put_fact("a", as_bytes("two")));
  const Bytes largest(kFactBytesMax, std::byte{1});
  REQUIRE(index.put_fact("largest", largest));
  CHECK(index.fact("a").value() == to_bytes("two"));
  CHECK(index.fact("b").value() == Bytes{});
  CHECK(index.fact("largest").value() == largest);
  CHECK(index.fact("A").value() == std::nullopt);
}

TEMPLATE_TEST_CASE("What is committed survives and what is not does not", "[index]", InMemory,
                   OnDisk) {
  TestType store;
  const auto fill = [&store](int round) {
    Index& index = store.index();
    const std::string name = "file" + std::to_string(round);
    REQUIRE(index.put_fact("round", as_bytes(std::to_string(round))));
    const auto added = add_changes(index, author_of(round), {file_change(name, round)});
    DiskRow row = disk_file(name, round, 10);
    row.shown = {added[0].dot};
    REQUIRE(index.put_disk(row));
    REQUIRE(index.put_pending({path_of(name), 5}));
    REQUIRE(index.put_trash(trash_file(name, round, 7, round)));
    REQUIRE(index.put_chunk_list(id_of<ContentId>(round), chunks_of({round, 9})));
    REQUIRE(index.append_member_op(id_of<MemberOpHash>(round), as_bytes(name)));
  };
  const auto holds_one_round = [&store] {
    Index& index = store.index();
    CHECK(index.fact("round").value() == to_bytes("1"));
    CHECK(index.clock()->entries().size() == 1);
    CHECK(index.log_end(author_of(1))->counter == 1);
    CHECK(index.log_end(author_of(2)).value() == LogEnd{});
    CHECK(index.segments(0, 10)->size() == 1);
    CHECK(index.segment(1)->entries.size() == 1);
    CHECK(texts(*index.paths({}, 10)) == Names{"file1"});
    CHECK(index.heads(path_of("file1"))->size() == 1);
    CHECK(texts(*index.disk_children({})) == Names{"file1"});
    CHECK(index.disk(path_of("file1"))->value().shown == std::vector{Dot{author_of(1), 1}});
    CHECK(*index.disk_totals() == Totals{1, 10});
    CHECK(texts(*index.pending({}, 10)) == Names{"file1"});
    CHECK(*index.pending_totals() == Totals{1, 5});
    CHECK(index.trash_before(WallTime{10}, 10)->size() == 1);
    CHECK(*index.trash_totals() == Totals{1, 7});
    CHECK(index.find_chunk(id_of<ChunkHash>(9), 10)->size() == 1);
    CHECK(index.member_ops()->size() == 1);
  };

  fill(1);
  REQUIRE(store.index().commit());
  holds_one_round();
  SECTION("over a restart") { store.restart(); }
  SECTION("over a rollback with nothing to take back") { store.index().rollback(); }
  SECTION("over a rollback") {
    fill(2);
    CHECK(store.index().disk_totals().value() == Totals{2, 20});
    store.index().rollback();
  }
  SECTION("over a rollback of removals and replacements") {
    Index& index = store.index();
    REQUIRE(index.remove_head({author_of(1), 1}).value() == path_of("file1"));
    REQUIRE(index.remove_disk(path_of("file1")));
    REQUIRE(index.put_pending({path_of("file1"), 50}));
    REQUIRE(index.remove_trash("file1"));
    REQUIRE(index.put_fact("round", {}));
    REQUIRE(index.put_trash(trash_file("file1", 3, 1, 1)));
    store.index().rollback();
  }
  SECTION("over a crash in mid-transaction") {
    fill(2);
    store.restart();
  }
  holds_one_round();
  // And goes on from there with the same numbers.
  fill(2);
  REQUIRE(store.index().commit());
  CHECK(store.index().segments(1, 10)->front().arrival == 2);
  CHECK(store.index().find_chunk(id_of<ChunkHash>(9), 10)->back().content == id_of<ContentId>(2));
}

TEMPLATE_TEST_CASE("Segments come back as they were, in the order they came", "[index]", InMemory,
                   OnDisk) {
  TestType store;
  Index& index = store.index();
  std::vector<Change> first = {file_change("a", 1), file_change("b", 2)};
  const SignedSegment one = next_segment(index, author_of(1), first);
  REQUIRE(index.append_segment(one.segment, one.header, one.hash));
  std::vector<Change> second = {file_change("c", 3, {first[1].dot})};
  SignedSegment two = next_segment(index, author_of(2), second);
  prune(two.segment.entries[0]);
  REQUIRE(index.append_segment(two.segment, two.header, two.hash));
  std::vector<Change> third = {delete_change("b", {first[1].dot})};
  const SignedSegment three = next_segment(index, author_of(1), third);
  REQUIRE(index.append_segment(three.segment, three.header, three.hash));

  CHECK(index.segment(1).value() == one.segment);
  CHECK(index.segment(2).value() == two.segment);
  CHECK(index.segment(3).value() == three.segment);
  CHECK(index.segment(4).error().code == Errc::not_found);
  CHECK(index.segment(0).error().code == Errc::not_found);

  const SegmentPlace places[] = {
      {1, author_of(1), 1, 2}, {2, author_of(2), 1, 1}, {3, author_of(1), 3, 1}};
  CHECK(*index.segments(0, 10) == std::vector(places, places + 3));
  CHECK(*index.segments(1, 1) == std::vector(places + 1, places + 2));
  CHECK(index.segments(3, 10)->empty());
  CHECK(index.segments(0, 0)->empty());
  CHECK(index.log_end(author_of(1)).value() == LogEnd{3, three.hash});
  CHECK(index.log_end(author_of(2)).value() == LogEnd{1, two.hash});

  CausalClock all;
  all.advance(author_of(1), 3);
  all.advance(author_of(2), 1);
  CHECK(index.clock().value() == all);
}

TEMPLATE_TEST_CASE("The first segment beyond a clock has something that it lacks", "[index]",
                   InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  add_changes(index, author_of(1), {file_change("a", 1), file_change("b", 1)});  // Arrival 1.
  add_changes(index, author_of(2), {file_change("c", 1)});                       // 2
  add_changes(index, author_of(1), {file_change("d", 1)});                       // 3
  add_changes(index, author_of(2), {file_change("e", 1), file_change("f", 1)});  // 4

  struct Row {
    std::uint64_t one;
    std::uint64_t two;
    std::optional<std::uint64_t> arrival;
  };
  const Row rows[] = {{0, 0, 1},
                      {1, 0, 1},
                      {1, 3, 1},
                      {2, 0, 2},
                      {2, 1, 3},
                      {2, 3, 3},
                      {3, 0, 2},
                      {3, 1, 4},
                      {3, 2, 4},
                      {3, 3, std::nullopt},
                      {9, 9, std::nullopt},
                      {9, 2, 4}};
  for (const Row& row : rows) {
    CausalClock clock;
    clock.advance(author_of(1), row.one);
    clock.advance(author_of(2), row.two);
    clock.advance(author_of(3), 5);
    CAPTURE(row.one, row.two);
    CHECK(index.first_segment_beyond(clock).value() == row.arrival);
  }
}

TEMPLATE_TEST_CASE("Heads are found by path and by dot until they are removed", "[index]", InMemory,
                   OnDisk) {
  TestType store;
  Index& index = store.index();
  const auto one = add_changes(index, author_of(1), {file_change("a", 1), delete_change("b")});
  const auto two = add_changes(index, author_of(2), {file_change("a", 2, {one[0].dot})});
  REQUIRE(two[0].dot.author < one[0].dot.author);
  CHECK(*index.heads(path_of("a")) == std::vector{two[0], one[0]});
  CHECK(*index.heads(path_of("b")) == std::vector{one[1]});
  CHECK(index.head(one[0].dot).value() == one[0]);
  CHECK(index.head({author_of(1), 3}).value() == std::nullopt);

  CHECK(index.remove_head(one[0].dot).value() == path_of("a"));
  CHECK(index.remove_head(one[0].dot).value() == std::nullopt);
  CHECK(index.remove_head(one[1].dot).value() == path_of("b"));
  CHECK(*index.heads(path_of("a")) == std::vector{two[0]});
  CHECK(index.heads(path_of("b"))->empty());
  CHECK(index.head(one[0].dot).value() == std::nullopt);
  CHECK(texts(*index.paths({}, 10)) == Names{"a"});

  // What is no head any more has lost its body and verifies all the same.
  const Segment pruned = index.segment(1).value();
  CHECK(pruned.entries[0].pruned());
  CHECK(pruned.entries[1].pruned());
  CHECK(open_segment(pruned));
  CHECK_FALSE(index.segment(2)->entries[0].pruned());
}

TEMPLATE_TEST_CASE("A change that never was a head is none", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  std::vector<Change> changes = {file_change("a", 1)};
  const SignedSegment made = next_segment(index, author_of(1), changes);
  REQUIRE(index.append_segment(made.segment, made.header, made.hash));
  CHECK(index.head(changes[0].dot).value() == std::nullopt);
  CHECK(index.remove_head(changes[0].dot).value() == std::nullopt);
  CHECK(index.heads(path_of("a"))->empty());
  CHECK_FALSE(index.segment(1)->entries[0].pruned());
}

TEMPLATE_TEST_CASE("What came pruned is made whole until something supersedes it", "[index]",
                   InMemory, OnDisk) {
  TestType store;
  std::vector<Change> changes = {file_change("a", 1), file_change("b", 2), file_change("c", 3)};
  const SignedSegment made = next_segment(store.index(), author_of(1), changes);
  Segment pruned = made.segment;
  prune(pruned.entries[0]);
  prune(pruned.entries[1]);
  REQUIRE(store.index().append_segment(pruned, made.header, made.hash));
  REQUIRE(store.index().add_head(changes[2]));
  CHECK(store.index().remove_head(changes[1].dot).value() == std::nullopt);
  REQUIRE(store.index().commit());
  store.restart();

  Index& index = store.index();
  const auto body = [&](std::size_t i) { return std::get<Bytes>(made.segment.entries[i].body); };
  CHECK(*index.complete(changes[0].dot, body(0)));
  CHECK(index.segment(1)->entries[0] == made.segment.entries[0]);
  CHECK(index.head(changes[0].dot).value() == std::nullopt);
  REQUIRE(index.add_head(changes[0]));
  CHECK(*index.heads(path_of("a")) == std::vector{changes[0]});
  // Once is all, and what was superseded or whole or nothing stays what it is.
  CHECK_FALSE(*index.complete(changes[0].dot, body(0)));
  CHECK_FALSE(*index.complete(changes[1].dot, body(1)));
  CHECK_FALSE(*index.complete(changes[2].dot, body(2)));
  CHECK_FALSE(*index.complete({author_of(1), 4}, body(2)));
  CHECK_FALSE(*index.complete({author_of(2), 1}, body(2)));
  CHECK(index.segment(1)->entries[1].pruned());

  SECTION("and what is superseded then is pruned for good") {
    CHECK(index.remove_head(changes[0].dot).value() == path_of("a"));
    CHECK_FALSE(*index.complete(changes[0].dot, body(0)));
    CHECK(index.segment(1)->entries[0].pruned());
  }
  SECTION("and with a rollback it can be made whole again") {
    index.rollback();
    CHECK(index.segment(1)->entries[0].pruned());
    CHECK(*index.complete(changes[0].dot, body(0)));
  }
}

TEMPLATE_TEST_CASE("Only live heads beneath a directory keep it", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  Change metadata = file_change("d/m", 0);
  metadata.kind = ChangeKind::metadata;
  metadata.size = 0;
  metadata.content = {};
  add_changes(index, author_of(1),
              {file_change("d-", 1), file_change("d0", 1), delete_change("d/x"), metadata,
               file_change("e/f/g", 1), file_change("d", 1)});
  CHECK_FALSE(*index.has_live_beneath(path_of("d")));
  CHECK(*index.has_live_beneath(path_of("e")));
  CHECK(*index.has_live_beneath(path_of("e/f")));
  CHECK_FALSE(*index.has_live_beneath(path_of("e/f/g")));
  CHECK_FALSE(*index.has_live_beneath(path_of("f")));
  CHECK(*index.has_live_beneath({}));
  CHECK(texts(*index.paths({}, 100)) == Names{"d", "d-", "d/m", "d/x", "d0", "e/f/g"});
  CHECK(texts(*index.paths(path_of("d/m"), 2)) == Names{"d/x", "d0"});
  CHECK(index.paths(path_of("z"), 2)->empty());
  CHECK(index.paths({}, 0)->empty());
}

TEMPLATE_TEST_CASE("A path with several heads is listed once", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  for (int author = 1; author <= 3; ++author) {
    add_changes(index, author_of(author), {file_change("a", author), delete_change("b")});
  }
  add_changes(index, author_of(4), {delete_change("a"), file_change("b", 1)});
  CHECK(texts(*index.paths({}, 10)) == Names{"a", "b"});
  CHECK(texts(*index.paths({}, 1)) == Names{"a"});
  CHECK(texts(*index.paths(path_of("a"), 10)) == Names{"b"});
}

TEMPLATE_TEST_CASE("Membership operations keep the order they came in, each once", "[index]",
                   InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  for (const int op : {9, 2, 5, 2}) {
    REQUIRE(index.append_member_op(id_of<MemberOpHash>(op), as_bytes(std::to_string(op))));
  }
  CHECK(*index.member_ops() == std::vector{to_bytes("9"), to_bytes("2"), to_bytes("5")});
}

TEMPLATE_TEST_CASE("An index that forgets all but the members is as if it were new", "[index]",
                   InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  REQUIRE(index.append_member_op(id_of<MemberOpHash>(1), as_bytes("op")));
  const auto fill = [&](int with) {
    add_changes(index, author_of(with), {file_change("a", with), delete_change("b")});
    REQUIRE(index.put_fact("name", as_bytes("value")));
    DiskRow row;
    row.path = row.source = path_of("a");
    row.stat = {.kind = NodeKind::file, .size = 7};
    REQUIRE(index.put_disk(row));
    REQUIRE(index.put_pending({path_of("b"), 9}));
    REQUIRE(index.put_intent({path_of("a"), row, "trash"}));
    REQUIRE(index.put_trash({"gone", path_of("c"), id_of<ContentId>(3), 5, {}}));
    REQUIRE(index.commit());
  };
  const auto is_empty = [&] {
    CHECK(index.clock()->empty());
    CHECK(index.segments(0, 10)->empty());
    CHECK(index.heads(path_of("a"))->empty());
    CHECK(index.disk(path_of("a")).value() == std::nullopt);
    CHECK(*index.disk_totals() == Totals{});
    CHECK(*index.pending_totals() == Totals{});
    CHECK(*index.trash_totals() == Totals{});
    CHECK(index.intents()->empty());
    CHECK(index.fact("name").value() == std::nullopt);
    CHECK(*index.member_ops() == std::vector<Bytes>{to_bytes("op")});
  };
  fill(1);
  REQUIRE(index.forget_all_but_members());
  is_empty();
  index.rollback();
  CHECK(index.clock()->counter_of(author_of(1)) == 2);
  CHECK(*index.disk_totals() == Totals{1, 7});
  CHECK(index.fact("name").value() == to_bytes("value"));
  REQUIRE(index.forget_all_but_members());
  REQUIRE(index.commit());
  index.rollback();
  is_empty();
  fill(2);
  CHECK(index.clock()->counter_of(author_of(2)) == 2);
  CHECK(index.segments(0, 10)->front().arrival == 1);
}

TEST_CASE("A copy of a memory index goes its own way", "[index]") {
  MemoryIndex original;
  REQUIRE(original.put_fact("a", as_bytes("1")));
  REQUIRE(original.commit());
  REQUIRE(original.put_fact("a", as_bytes("2")));
  MemoryIndex copy = original;
  original.rollback();
  CHECK(original.fact("a").value() == to_bytes("1"));
  CHECK(copy.fact("a").value() == to_bytes("2"));
  copy.crash();
  CHECK(copy.fact("a").value() == to_bytes("1"));
}

}  // namespace
}  // namespace lansync
