// An index on a disk that fails: it says so, and every commit is there or is not.
#include <functional>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/core/os/database_file.h"
#include "tests/core/os/failing_disk.h"

namespace lansync {
namespace {

constexpr int kGenerations = 3;

template <class T>
Result<void> done(const Result<T>& result) {
  if (!result) return result.error();
  return {};
}

using Steps = std::vector<std::function<Result<void>()>>;

Result<void> run(const Steps& steps) {
  for (const auto& step : steps) {
    if (auto stepped = step(); !stepped) return stepped;
  }
  return {};
}

Result<void> append(SqliteIndex& index, const Author& author, std::vector<Change> changes) {
  const auto end = index.log_end(author);
  const auto clock = index.clock();
  if (!end || !clock) return !end ? end.error() : clock.error();
  SegmentHeader header;
  header.share = id_of<ShareId>(1);
  header.author = author;
  header.first = end->counter + 1;
  header.previous = end->hash;
  header.context = *clock;
  Segment segment = build_segment(header, changes);
  segment.signature = Bytes(64, std::byte{7});
  header = decode_segment_header(segment.header).value();
  return run({
      [&] { return index.append_segment(segment, header, segment_hash(segment.header)); },
      [&] { return index.add_head(changes.front()); },
  });
}

// One commit with something of everything in it.
Result<void> write_generation(SqliteIndex& index, int generation) {
  const std::string name = "dir/file " + std::to_string(generation);
  const Author author = author_of(generation % 2);
  const RelativePath path = path_of(name);
  const RelativePath source = path_of("source " + std::to_string(generation));
  DiskRow row = disk_file(name, generation, 1);
  row.shown = {{author, 1}};
  row.source = source;
  Bytes number;
  append_be(number, static_cast<std::uint32_t>(generation));
  return run({
      [&] { return append(index, author, {file_change(name, generation)}); },
      [&] { return done(index.remove_head({author_of(0), 1})); },
      [&] { return index.put_disk(disk_file(name, generation, 7)); },
      [&] { return index.put_disk(row); },
      [&] { return index.put_disk(disk_dir("gone")); },
      [&] { return index.remove_disk(path_of("gone")); },
      [&] { return index.put_intent({path, row, "trash"}); },
      [&] { return index.put_intent({path_of("other"), std::nullopt, {}}); },
      [&] { return index.remove_intent(path_of("other")); },
      [&] { return index.put_pending({path, 5}); },
      [&] { return index.put_pending({path_of("gone"), 5}); },
      [&] { return index.remove_pending(path_of("gone")); },
      [&] { return index.put_trash(trash_file(name, generation, 1, generation)); },
      [&] { return index.put_trash(trash_file("gone", generation, 1, generation)); },
      [&] { return index.remove_trash("gone"); },
      [&] { return index.put_chunk_list(row.content, chunks_of({generation, generation + 10})); },
      [&] { return index.append_member_op(id_of<MemberOpHash>(generation), as_bytes(name)); },
      [&] { return index.put_fact("generation", number); },
      [&] { return index.commit(); },
  });
}

Result<void> read_everything(SqliteIndex& index) {
  const RelativePath path = path_of("dir/file 1");
  return run({
      [&] { return done(index.fact("generation")); },
      [&] { return done(index.member_ops()); },
      [&] { return done(index.segments(0, 100)); },
      [&] {
        const auto segment = index.segment(1);
        const bool none = !segment && segment.error().code == make_error_code(Errc::not_found);
        return none ? Result<void>() : done(segment);
      },
      [&] { return done(index.first_segment_beyond({})); },
      [&] { return done(index.heads(path)); },
      [&] { return done(index.head({author_of(1), 1})); },
      [&] { return done(index.has_live_beneath({})); },
      [&] { return done(index.paths({}, 100)); },
      [&] { return done(index.disk(path)); },
      [&] { return done(index.disk_children(path_of("dir"))); },
      [&] { return done(index.disk_beneath({}, {}, 100)); },
      [&] { return done(index.disk_with_content(id_of<ContentId>(1), 100)); },
      [&] { return done(index.disk_copies_of(path_of("source 1"))); },
      [&] { return done(index.disk_copies()); },
      [&] { return done(index.intents()); },
      [&] { return done(index.pending({}, 100)); },
      [&] { return done(index.chunk_list(id_of<ContentId>(1))); },
      [&] { return done(index.find_chunk(id_of<ChunkHash>(1), 100)); },
      [&] { return done(index.trash_with_content(id_of<ContentId>(1), 100)); },
      [&] { return done(index.trash_before(WallTime{100}, 100)); },
      [&] { return done(index.damage()); },
  });
}

// Generation after generation; how many were committed, and the error that ended it.
Result<void> live(const DatabaseFile& database, int& committed) {
  auto index = database.open();
  if (!index) return std::move(index).error();
  if (auto read = read_everything(**index); !read) return read;
  for (int i = committed; i < kGenerations; ++i) {
    if (auto written = write_generation(**index, i); !written) {
      // Nothing after it is written or committed, before it is rolled back.
      CHECK_FALSE((*index)->put_fact("generation", {}));
      CHECK_FALSE((*index)->commit());
      (*index)->rollback();
      return written;
    }
    committed = i + 1;
  }
  return {};
}

// The last commit that was said to be made is there, or the one after it.
void check_sound(const DatabaseFile& database, int committed) {
  const auto index = database.opened();
  CHECK(index->damage().value().empty());
  const auto fact = index->fact("generation").value();
  const int found = fact ? static_cast<int>(load_be<std::uint32_t>(*fact)) + 1 : 0;
  CHECK((found == committed || found == committed + 1));
  const auto count = static_cast<std::size_t>(found);
  CHECK(index->disk_beneath({}, {}, 100)->size() == count);
  CHECK(index->disk_totals().value() == Totals{count, count});
  CHECK(index->pending({}, 100)->size() == count);
  CHECK(index->trash_totals().value() == Totals{count, count});
  CHECK(index->intents()->size() == count);
  CHECK(index->member_ops()->size() == count);
  CHECK(index->segments(0, 100)->size() == count);
}

constexpr int kNoFile = -1;

// Returns whether there was an n-th call.
bool survives_failure_of(std::uint64_t n, int committed_before) {
  CAPTURE(n, committed_before);
  test::FailingDisk disk;
  const DatabaseFile database;
  int committed = 0;
  if (committed_before != kNoFile) {
    auto index = database.opened();
    for (; committed < committed_before; ++committed) {
      REQUIRE(write_generation(*index, committed));
    }
  }
  disk.fail_call(n);
  const auto lived = live(database, committed);
  disk.fail_call(0);
  if (!lived) {
    CAPTURE(lived.error().code.message());
    CHECK(lived.error().context.find(database.path().string()) != std::string::npos);
    CHECK(lived.error().code != make_error_code(Errc::corrupt));
    CHECK(lived.error().code != make_error_code(Errc::busy));
  } else {
    CHECK(committed == kGenerations);
  }
  check_sound(database, committed);
  return disk.has_failed();
}

TEST_CASE("Whichever call to the disk fails, an index says so and every commit is whole",
          "[sqlite_index]") {
  for (const int committed : {kNoFile, 0, 1, kGenerations - 1}) {
    std::uint64_t n = 1;
    while (survives_failure_of(n, committed)) ++n;
    CHECK(n > 20);
  }
}

}  // namespace
}  // namespace lansync
