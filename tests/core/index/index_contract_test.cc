// What every index answers, asked of both.
#include <memory>

#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "core/os/sqlite_index.h"
#include "tests/core/index/index_fixture.h"
#include "tests/support/temporary_folder.h"

namespace lansync {
namespace {

using test::TemporaryFolder;
using Names = std::vector<std::string>;

class InMemory {
 public:
  Index& index() { return index_; }
  // The process dies and starts again.
  void restart() { index_.crash(); }

 private:
  MemoryIndex index_;
};

class OnDisk {
 public:
  OnDisk() { restart(); }
  Index& index() { return *index_; }
  void restart() {
    index_.reset();
    auto opened = SqliteIndex::open((folder_.path() / "index.db").string());
    REQUIRE(opened);
    index_ = *std::move(opened);
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<SqliteIndex> index_;
};

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

TEMPLATE_TEST_CASE("Disk rows come back whole", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  DiskRow row = disk_file("dir/copy", 1, ~std::uint64_t{0} >> 1);
  row.stat.kind = NodeKind::link;
  row.stat.mtime.ns = -5;
  row.stat.inode = ~std::uint64_t{0};
  row.stat.links = ~std::uint32_t{0};
  row.chunk_class = ChunkClass::mib4;
  row.racy = true;
  row.source = path_of("dir/original");
  row.shown = {{author_of(3), 9}, {author_of(1), ~std::uint64_t{0}}, {author_of(3), 2}};
  REQUIRE(index.put_disk(row));
  REQUIRE(index.put_disk(disk_dir("dir")));
  REQUIRE(index.put_disk(disk_dir("")));
  REQUIRE(index.commit());
  store.restart();
  CHECK(store.index().disk(row.path).value() == row);
  CHECK(store.index().disk(path_of("dir")).value() == disk_dir("dir"));
  CHECK(store.index().disk({}).value() == disk_dir(""));
  CHECK(texts(*store.index().disk_children({})) == Names{"dir"});
  // An author of whom only dots are known has no place in the clock.
  CHECK(store.index().clock()->empty());
}

TEMPLATE_TEST_CASE("Directories list their children by name and their trees by path", "[index]",
                   InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  for (const char* dir : {"a", "a/b", "a/b-", "a/b/c", "d"}) REQUIRE(index.put_disk(disk_dir(dir)));
  for (const char* file : {"a-", "a.", "a0", "a/b.", "a/b/c/x", "a/b/c-x", "a/b0", "a/z", "\x01",
                           "no/row/for/parent", "\xc3\xa9"}) {
    REQUIRE(index.put_disk(disk_file(file, 1, 1)));
  }
  CHECK(texts(*index.disk_children({})) == Names{"\x01", "a", "a-", "a.", "a0", "d", "\xc3\xa9"});
  CHECK(texts(*index.disk_children(path_of("a"))) == Names{"a/b", "a/b-", "a/b.", "a/b0", "a/z"});
  CHECK(texts(*index.disk_children(path_of("a/b"))) == Names{"a/b/c", "a/b/c-x"});
  CHECK(index.disk_children(path_of("d"))->empty());
  CHECK(index.disk_children(path_of("a/z"))->empty());
  CHECK(index.disk_children(path_of("no"))->empty());

  const Names beneath_a = {"a/b", "a/b-", "a/b.", "a/b/c", "a/b/c-x", "a/b/c/x", "a/b0", "a/z"};
  CHECK(texts(*index.disk_beneath(path_of("a"), {}, 100)) == beneath_a);
  Names paged;
  RelativePath after;
  for (;;) {
    const auto page = texts(*index.disk_beneath(path_of("a"), after, 3));
    if (page.empty()) break;
    paged.insert(paged.end(), page.begin(), page.end());
    after = path_of(page.back());
  }
  CHECK(paged == beneath_a);
  CHECK(index.disk_beneath(path_of("a"), path_of("b"), 10)->empty());
  CHECK(texts(*index.disk_beneath(path_of("a"), path_of("A"), 1)) == Names{"a/b"});
  CHECK(index.disk_beneath({}, {}, 100)->size() == 16);
  CHECK(index.disk_beneath({}, {}, 0)->empty());
}

TEMPLATE_TEST_CASE("Disk rows are found by content and by what they are copies of", "[index]",
                   InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  for (const char* path : {"z", "m", "a"}) REQUIRE(index.put_disk(disk_file(path, 1, 1)));
  REQUIRE(index.put_disk(disk_dir("dir")));
  for (const char* path : {"z (2)", "a (2)"}) {
    DiskRow copy = disk_file(path, 2, 1);
    copy.source = path_of("a");
    REQUIRE(index.put_disk(copy));
  }
  CHECK(texts(*index.disk_with_content(id_of<ContentId>(1), 10)) == Names{"a", "m", "z"});
  CHECK(texts(*index.disk_with_content(id_of<ContentId>(1), 2)) == Names{"a", "m"});
  CHECK(index.disk_with_content(ContentId{}, 10)->empty());
  CHECK(texts(*index.disk_copies_of(path_of("a"))) == Names{"a (2)", "z (2)"});
  CHECK(index.disk_copies_of(path_of("z"))->empty());

  REQUIRE(index.put_disk(disk_file("m", 2, 1)));
  REQUIRE(index.put_disk(disk_file("a (2)", 2, 1)));
  REQUIRE(index.remove_disk(path_of("z (2)")));
  CHECK(texts(*index.disk_with_content(id_of<ContentId>(1), 10)) == Names{"a", "z"});
  CHECK(texts(*index.disk_with_content(id_of<ContentId>(2), 10)) == Names{"a (2)", "m"});
  CHECK(index.disk_copies_of(path_of("a"))->empty());
}

TEMPLATE_TEST_CASE("Totals follow every put and remove", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  REQUIRE(index.put_disk(disk_file("a", 1, 10)));
  REQUIRE(index.put_disk(disk_file("b", 1, 5)));
  REQUIRE(index.put_disk(disk_dir("c")));
  CHECK(*index.disk_totals() == Totals{2, 15});
  REQUIRE(index.put_disk(disk_file("a", 1, 1)));
  CHECK(*index.disk_totals() == Totals{2, 6});
  REQUIRE(index.put_disk(disk_dir("a")));
  REQUIRE(index.put_disk(disk_file("c", 1, 100)));
  CHECK(*index.disk_totals() == Totals{2, 105});
  REQUIRE(index.remove_disk(path_of("b")));
  REQUIRE(index.remove_disk(path_of("b")));
  CHECK(*index.disk_totals() == Totals{1, 100});
  // Sparse files may claim more than there is.
  const std::uint64_t huge = ~std::uint64_t{0} / 4;
  for (const char* path : {"x", "y", "z"}) REQUIRE(index.put_disk(disk_file(path, 1, huge)));

  REQUIRE(index.put_pending({path_of("b"), 4}));
  REQUIRE(index.put_pending({path_of("a"), 3}));
  REQUIRE(index.put_pending({path_of("b"), 2}));
  CHECK(*index.pending_totals() == Totals{2, 5});
  CHECK(*index.pending({}, 10) == std::vector<PendingRow>{{path_of("a"), 3}, {path_of("b"), 2}});
  CHECK(texts(*index.pending(path_of("a"), 10)) == Names{"b"});
  CHECK(texts(*index.pending({}, 1)) == Names{"a"});
  REQUIRE(index.remove_pending(path_of("a")));
  CHECK(*index.pending_totals() == Totals{1, 2});

  REQUIRE(index.put_trash(trash_file("t", 1, 8, 1)));
  REQUIRE(index.put_trash(trash_file("t", 1, 9, 1)));
  REQUIRE(index.put_trash(trash_file("u", 1, 1, 1)));
  REQUIRE(index.remove_trash("u"));
  CHECK(*index.trash_totals() == Totals{1, 9});

  REQUIRE(index.commit());
  store.restart();
  CHECK(*store.index().disk_totals() == Totals{4, 100 + 3 * huge});
  CHECK(*store.index().pending_totals() == Totals{1, 2});
  CHECK(*store.index().trash_totals() == Totals{1, 9});
}

TEMPLATE_TEST_CASE("Chunks are found in every content that has them", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  const ContentId big = id_of<ContentId>(50);
  const ContentId other = id_of<ContentId>(40);
  // The second chunk comes twice: one place of it is enough.
  REQUIRE(index.put_chunk_list(big, chunks_of({1, 2, 2, 3})));
  REQUIRE(index.put_chunk_list(other, chunks_of({2, 4})));
  REQUIRE(index.put_chunk_list(other, chunks_of({2, 4})));
  CHECK(index.chunk_list(big).value() == chunks_of({1, 2, 2, 3}));
  CHECK(index.chunk_list(id_of<ContentId>(60)).value() == std::nullopt);
  CHECK(*index.find_chunk(id_of<ChunkHash>(2), 10) ==
        std::vector<ChunkLocation>{{big, 100, 100}, {other, 0, 100}});
  CHECK(*index.find_chunk(id_of<ChunkHash>(3), 10) == std::vector<ChunkLocation>{{big, 300, 100}});
  CHECK(*index.find_chunk(id_of<ChunkHash>(2), 1) == std::vector<ChunkLocation>{{big, 100, 100}});
  CHECK(index.find_chunk(id_of<ChunkHash>(2), 0)->empty());
  CHECK(index.find_chunk(id_of<ChunkHash>(9), 10)->empty());
}

TEMPLATE_TEST_CASE("A file of one chunk is found by that chunk", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  const ContentId small = id_of<ContentId>(5);
  const ChunkHash hash = id_of<ChunkHash>(5);
  REQUIRE(index.put_chunk_list(small, chunks_of({5}, 77)));
  REQUIRE(index.put_chunk_list(id_of<ContentId>(6), {}));
  CHECK(index.chunk_list(small).value() == std::nullopt);
  CHECK(index.chunk_list(id_of<ContentId>(6)).value() == std::nullopt);
  CHECK(index.find_chunk(hash, 10)->empty());

  SECTION("on disk") { REQUIRE(index.put_disk(disk_file("a", 5, 77))); }
  SECTION("several times") {
    for (const char* path : {"a", "b"}) REQUIRE(index.put_disk(disk_file(path, 5, 77)));
    REQUIRE(index.put_trash(trash_file("t", 5, 77, 1)));
  }
  SECTION("in the trash") { REQUIRE(index.put_trash(trash_file("t", 5, 77, 1))); }
  REQUIRE(index.put_chunk_list(id_of<ContentId>(7), chunks_of({5, 8}, 77)));
  const std::vector<ChunkLocation> places = {{small, 0, 77}, {id_of<ContentId>(7), 0, 77}};
  CHECK(*index.find_chunk(hash, 10) == places);
  CHECK(*index.find_chunk(hash, 1) == std::vector{places[0]});
}

TEMPLATE_TEST_CASE("What cannot be one chunk is not taken for one", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  REQUIRE(index.put_disk(disk_file("empty", 5, 0)));
  REQUIRE(index.put_disk(disk_file("large", 5, std::uint64_t{17} << 20)));
  REQUIRE(index.put_trash(trash_file("empty", 5, 0, 1)));
  REQUIRE(index.put_trash(trash_file("large", 5, std::uint64_t{17} << 20, 1)));
  DiskRow link = disk_file("link", 5, 10);
  link.stat.kind = NodeKind::link;
  REQUIRE(index.put_disk(link));
  REQUIRE(index.put_disk(disk_dir("dir")));
  CHECK(index.find_chunk(id_of<ChunkHash>(5), 10)->empty());
  CHECK(index.find_chunk(ChunkHash{}, 10)->empty());
}

TEMPLATE_TEST_CASE("Trash is found by content and by age", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  const TrashRow c = trash_file("c", 1, 1, -7);
  const TrashRow b = trash_file("b", 1, 1, 10);
  const TrashRow a = trash_file("a", 2, 1, 10);
  for (const TrashRow& row : {b, c, a}) REQUIRE(index.put_trash(row));
  CHECK(*index.trash_before(WallTime{100}, 10) == std::vector{c, a, b});
  CHECK(*index.trash_before(WallTime{100}, 2) == std::vector{c, a});
  CHECK(*index.trash_before(WallTime{10}, 10) == std::vector{c});
  CHECK(index.trash_before(WallTime{-7}, 10)->empty());
  CHECK(*index.trash_with_content(id_of<ContentId>(1), 10) == std::vector{b, c});
  CHECK(*index.trash_with_content(id_of<ContentId>(1), 1) == std::vector{b});
  CHECK(index.trash_with_content(id_of<ContentId>(9), 1)->empty());
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
