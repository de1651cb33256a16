#include "tests/core/os/index_life.h"

#include <functional>
#include <vector>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

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

}  // namespace

Result<void> write_generation(SqliteIndex& index, int generation) {
  const std::string name = "dir/file " + std::to_string(generation);
  const Author author = author_of(generation % 2);
  const RelativePath path = path_of(name);
  const RelativePath source = path_of("source " + std::to_string(generation));
  DiskRow row = disk_file(name, generation, 1);
  // One of which no log is here.
  row.shown = {{author, 1}, {author_of(10 + generation), 1}};
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

Result<int> generations_of(SqliteIndex& index) {
  const auto fact = index.fact("generation");
  if (!fact) return fact.error();
  return *fact ? static_cast<int>(load_be<std::uint32_t>(**fact)) + 1 : 0;
}

void check_generations(SqliteIndex& index, int generations) {
  const auto count = static_cast<std::size_t>(generations);
  const Totals expected{count, count};
  CHECK(generations_of(index).value() == generations);
  CHECK(index.disk_beneath({}, {}, 100)->size() == count);
  CHECK(index.disk_totals().value() == expected);
  CHECK(index.pending({}, 100)->size() == count);
  CHECK(index.pending_totals()->files == count);
  CHECK(index.trash_before(WallTime{1000}, 100)->size() == count);
  CHECK(index.trash_totals().value() == expected);
  CHECK(index.intents()->size() == count);
  CHECK(index.member_ops()->size() == count);
  CHECK(index.segments(0, 100)->size() == count);
  std::uint64_t changes = 0;
  for (const int author : {0, 1}) changes += index.log_end(author_of(author))->counter;
  CHECK(changes == count);
  // The first is superseded.
  CHECK(index.paths({}, 100)->size() == (count == 0 ? 0 : count - 1));
  for (int i = 0; i < generations; ++i) {
    CHECK(index.find_chunk(id_of<ChunkHash>(i + 10), 100)->size() == 1);
  }
}

void check_sound(const DatabaseFile& database, int committed) {
  const auto index = database.opened();
  CHECK(index->damage().value().empty());
  const int found = generations_of(*index).value();
  CHECK((found == committed || found == committed + 1));
  check_generations(*index, found);
}

}  // namespace lansync
