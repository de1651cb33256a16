// What every index answers about the disk, contents and the trash, asked of both.
#include <catch2/catch.hpp>

#include "tests/core/index/index_fixture.h"
#include "tests/core/index/index_stores.h"

namespace lansync {
namespace {

using Names = std::vector<std::string>;

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

TEMPLATE_TEST_CASE("What a row shows is put by itself", "[index]", InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  DiskRow row = disk_file("a", 1, 10);
  row.shown = {{author_of(1), 1}};
  REQUIRE(index.put_disk(row));
  REQUIRE(index.put_disk(disk_file("b", 1, 10)));
  row.shown = {{author_of(2), 7}, {author_of(1), 2}};
  REQUIRE(index.put_shown(row.path, row.shown));
  REQUIRE(index.put_shown(path_of("none"), row.shown));
  REQUIRE(index.commit());
  store.restart();
  CHECK(store.index().disk(row.path).value() == row);
  CHECK(store.index().disk(path_of("b")).value() == disk_file("b", 1, 10));
  CHECK(store.index().disk(path_of("none")).value() == std::nullopt);
  CHECK(*store.index().disk_totals() == Totals{2, 20});
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
  CHECK(*index.disk_copies() == 2);

  REQUIRE(index.put_disk(disk_file("m", 2, 1)));
  REQUIRE(index.put_disk(disk_file("a (2)", 2, 1)));
  REQUIRE(index.remove_disk(path_of("z (2)")));
  CHECK(texts(*index.disk_with_content(id_of<ContentId>(1), 10)) == Names{"a", "z"});
  CHECK(texts(*index.disk_with_content(id_of<ContentId>(2), 10)) == Names{"a (2)", "m"});
  CHECK(index.disk_copies_of(path_of("a"))->empty());
  CHECK(*index.disk_copies() == 0);
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

TEMPLATE_TEST_CASE("Intents are kept until they are removed, one for each path", "[index]",
                   InMemory, OnDisk) {
  TestType store;
  Index& index = store.index();
  const Intent file{path_of("b"), disk_file("b", 1, 100), "trashed"};
  const Intent dir{path_of("a"), disk_dir("a"), {}};
  const Intent nothing{path_of("b"), std::nullopt, {}};
  REQUIRE(index.put_intent(file));
  REQUIRE(index.put_intent(dir));
  CHECK(*index.intents() == std::vector{dir, file});
  CHECK(*index.disk_totals() == Totals{});
  REQUIRE(index.put_intent(nothing));
  REQUIRE(index.commit());
  REQUIRE(index.remove_intent(path_of("a")));
  CHECK(*index.intents() == std::vector{nothing});
  store.restart();
  CHECK(*store.index().intents() == std::vector{dir, nothing});
}

TEMPLATE_TEST_CASE("Chunks are found in every content that has them and is here", "[index]",
                   InMemory, OnDisk) {
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
  CHECK(index.find_chunk(id_of<ChunkHash>(2), 10)->empty());
  REQUIRE(index.put_trash(trash_file("t", 40, 200, 1)));
  CHECK(*index.find_chunk(id_of<ChunkHash>(2), 1) == std::vector<ChunkLocation>{{other, 0, 100}});
  DiskRow link = disk_file("link", 50, 400);
  link.stat.kind = NodeKind::link;
  REQUIRE(index.put_disk(link));
  CHECK(index.find_chunk(id_of<ChunkHash>(3), 10)->empty());
  REQUIRE(index.put_disk(disk_file("a", 50, 400)));
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
  REQUIRE(index.put_trash(trash_file("seven", 7, 154, 1)));
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

}  // namespace
}  // namespace lansync
