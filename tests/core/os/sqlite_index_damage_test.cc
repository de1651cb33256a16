// What an index makes of a file that is not as it was left.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "core/os/sqlite_schema.h"
#include "tests/core/os/database_file.h"

namespace lansync {
namespace {

// Everything once. Returns the first error, or how many disk rows there were.
Result<std::size_t> read_all(SqliteIndex& index) {
  std::optional<Error> failure;
  const auto note = [&failure](const auto& result) {
    if (!result && !failure) failure = result.error();
    return result.has_value();
  };
  note(index.member_ops());
  note(index.trash_before(WallTime{1000}, 1000));
  note(index.pending({}, 1000));
  const auto places = index.segments(0, 1000);
  if (note(places)) {
    for (const SegmentPlace& place : *places) note(index.segment(place.arrival));
  }
  const auto paths = index.paths({}, 1000);
  if (note(paths)) {
    for (const RelativePath& path : *paths) {
      note(index.heads(path));
      note(index.fact(path.text()));
    }
  }
  for (int i = 0; i < kFiles; ++i) {
    note(index.find_chunk(id_of<ChunkHash>(i), 10));
    note(index.chunk_list(id_of<ContentId>(i)));
    note(index.disk_with_content(id_of<ContentId>(i), 10));
    note(index.trash_with_content(id_of<ContentId>(i), 10));
  }
  note(index.first_segment_beyond({}));
  note(index.has_live_beneath({}));
  note(index.disk_children({}));
  const auto rows = index.disk_beneath({}, {}, 1000);
  note(rows);
  if (failure) return *std::move(failure);
  return rows->size();
}

// Whatever the database has become: it fails as damaged, or it is read. Returns whether it is read.
bool survives(const DatabaseFile& database) {
  auto index = database.open();
  if (!index) {
    CHECK(database.is_damage(index.error()));
    return false;
  }
  const auto rows = read_all(**index);
  if (!rows) {
    CHECK(database.is_damage(rows.error()));
    return false;
  }
  CHECK(*rows > 0);
  // Writing must survive it too.
  for (int i = 0; i < kFiles; ++i) {
    const std::string name = "folder/new " + std::to_string(i);
    const auto put = (*index)->put_disk(disk_file(name, i, 1));
    if (!put) CHECK(database.is_damage(put.error()));
  }
  (*index)->rollback();
  return true;
}

TEST_CASE("What is no index of ours is named and left alone", "[sqlite_index]") {
  const DatabaseFile database;
  const auto refused_with = [&database](const std::error_code& code) {
    const std::string before = fs::is_directory(database.path()) ? "" : read_file(database.path());
    const auto index = database.open();
    REQUIRE_FALSE(index);
    CHECK(index.error().code == code);
    CHECK(index.error().context.find(database.path().string()) != std::string::npos);
    if (!before.empty()) CHECK(read_file(database.path()) == before);
  };
  const auto alter = [&database](const char* sql) {
    auto raw = Database::open(database.path().string());
    REQUIRE(raw);
    REQUIRE(raw->execute(sql));
  };
  SECTION("a directory") {
    fs::create_directory(database.path());
    refused_with(std::make_error_code(std::errc::is_a_directory));
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(database.path().c_str(), 0600) == 0);
    const auto index = database.open();
    REQUIRE_FALSE(index);
    CHECK(index.error().code == Errc::corrupt);
  }
  SECTION("a short text") {
    write_file(database.path(), "hello\n");
    refused_with(make_error_code(Errc::corrupt));
  }
  SECTION("a long text") {
    write_file(database.path(), std::string(100'000, 'x'));
    refused_with(make_error_code(Errc::corrupt));
  }
  SECTION("zeros") {
    write_file(database.path(), std::string(3 * kPageBytes, '\0'));
    refused_with(make_error_code(Errc::corrupt));
  }
  SECTION("an index without its header") {
    std::string bytes = database.filled();
    std::fill_n(bytes.begin(), 100, '\0');
    write_file(database.path(), bytes);
    refused_with(make_error_code(Errc::corrupt));
  }
  SECTION("an index without its first page") {
    std::string bytes = database.filled();
    std::fill_n(bytes.begin(), kPageBytes, '\0');
    write_file(database.path(), bytes);
    refused_with(make_error_code(Errc::corrupt));
  }
  SECTION("another program's database") {
    write_file(database.path(), "");
    alter("CREATE TABLE t (a)");
    refused_with(make_error_code(Errc::corrupt));
  }
  SECTION("an index of a newer version") {
    (void)database.opened();
    alter(("PRAGMA user_version = " + std::to_string(kIndexVersion + 1)).c_str());
    refused_with(make_error_code(Errc::unsupported));
  }
  SECTION("an index of version 0 that has tables") {
    (void)database.opened();
    alter("PRAGMA user_version = 0");
    refused_with(make_error_code(Errc::corrupt));
  }
  SECTION("an index with a table more") {
    (void)database.opened();
    alter("CREATE TABLE t (a)");
    const auto index = database.open();
    REQUIRE_FALSE(index);
    CHECK(database.is_damage(index.error()));
  }
  SECTION("an index with an index less") {
    (void)database.opened();
    alter("DROP INDEX disk_by_content");
    CHECK_FALSE(survives(database));
  }
  SECTION("an index without the row of its totals") {
    (void)database.opened();
    alter("DELETE FROM totals");
    CHECK_FALSE(survives(database));
  }
}

TEST_CASE("Rows that make no sense are damage", "[sqlite_index]") {
  const char* damages[] = {
      "UPDATE disk SET path = '../escape' WHERE content = (SELECT min(content) FROM disk)",
      // Beyond what is taken for the end of its directory.
      "UPDATE disk SET path = CAST(x'612fffff' AS TEXT) WHERE path LIKE '% 1'",
      "UPDATE disk SET kind = 9",
      "UPDATE disk SET chunk_class = 4",
      "UPDATE disk SET shown = x'ff'",
      "UPDATE disk SET shown = x'0901'",
      "UPDATE disk SET content = x'00'",
      "UPDATE disk SET source = 'a//b'",
      "UPDATE heads SET path = 'other'||counter||'.'||author",
      "UPDATE heads SET author = 77",
      "UPDATE changes SET pruned = 1",
      "UPDATE changes SET body = x''",
      "UPDATE changes SET stub = x'ffff'",
      "DELETE FROM changes WHERE counter = 3",
      "UPDATE segments SET author = author + 10",
      "UPDATE segments SET header = x'00'",
      "UPDATE segments SET count = 4096",
      "DELETE FROM segments WHERE first = 1",
      "UPDATE authors SET device = x''",
      "UPDATE authors SET hash = x'01'",
      "UPDATE authors SET id = 9 WHERE id = 1",
      "DELETE FROM authors WHERE id = 1",
      "UPDATE contents SET list = x'01'",
      "UPDATE trash SET path = ''||x'ff'",
      "UPDATE trash SET content = x''",
      "UPDATE pending SET path = '/'||path",
  };
  const DatabaseFile database;
  const std::string sound = database.filled();
  for (const char* damage : damages) {
    CAPTURE(damage);
    write_file(database.path(), sound);
    {
      auto raw = Database::open(database.path().string());
      REQUIRE(raw);
      REQUIRE(raw->execute(damage));
    }
    CHECK_FALSE(survives(database));
  }
}

TEST_CASE("An index cut short is damaged at any length", "[sqlite_index]") {
  const DatabaseFile database;
  const std::string sound = database.filled();
  std::set<std::size_t> lengths = {1, 15, 16, 17, 99, 100, 101, 511, 512, 1000};
  for (std::size_t page = 1; page * kPageBytes < sound.size(); ++page) {
    lengths.insert({page * kPageBytes - 1, page * kPageBytes, page * kPageBytes + 1});
  }
  lengths.insert(sound.size() - 1);
  for (const std::size_t length : lengths) {
    CAPTURE(length);
    write_file(database.path(), sound.substr(0, length));
    CHECK_FALSE(survives(database));
    fs::remove(database.log());
  }
}

TEST_CASE("Flipped bytes in any page never crash an index nor empty it", "[sqlite_index]") {
  const DatabaseFile database;
  const std::string sound = database.filled();
  int damaged = 0;
  for (std::size_t page = 0; page < sound.size(); page += kPageBytes) {
    for (const std::size_t offset :
         {0U, 1U, 3U, 4U, 5U, 6U, 8U, 9U, 20U, 60U, 100U, 103U, 2000U, 4095U}) {
      CAPTURE(page / kPageBytes, offset);
      std::string bytes = sound;
      bytes[page + offset] = static_cast<char>(~bytes[page + offset]);
      write_file(database.path(), bytes);
      fs::remove(database.log());
      if (!survives(database)) ++damaged;
    }
    std::string bytes = sound;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page), kPageBytes, '\xa5');
    write_file(database.path(), bytes);
    fs::remove(database.log());
    if (!survives(database)) ++damaged;
  }
  // Most flips hit unused bytes or the inside of a value, which SQLite does not notice.
  CHECK(damaged > 100);
}

TEST_CASE("A database is sound, or says what is wrong with it", "[sqlite_index]") {
  const DatabaseFile database;
  const std::string sound = database.filled();
  CHECK(database.opened()->damage().value().empty());
  for (std::size_t page = kPageBytes; page < sound.size(); page += kPageBytes) {
    CAPTURE(page / kPageBytes);
    std::string bytes = sound;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page), kPageBytes, '\xa5');
    write_file(database.path(), bytes);
    fs::remove(database.log());
    const auto index = database.open();
    if (!index) continue;  // It did not even come so far.
    const auto damage = (*index)->damage();
    CHECK((!damage || !damage->empty()));
  }
}

TEST_CASE("A damaged log loses whole commits from its end", "[sqlite_index]") {
  const DatabaseFile database;
  auto index = database.opened();
  for (int i = 0; i < 8; ++i) {
    REQUIRE(index->put_disk(disk_file(std::to_string(i), i, 1)));
    REQUIRE(index->put_pending({path_of(std::to_string(i)), 1}));
    REQUIRE(index->commit());
  }
  const std::string main = read_file(database.path());
  const std::string log = read_file(database.log());
  const DatabaseFile crashed;
  for (std::size_t at = 0; at < log.size(); at += 2999) {
    for (const bool cut : {true, false}) {
      CAPTURE(at, cut);
      std::string bytes = log;
      if (cut) {
        bytes.resize(at);
      } else {
        bytes[at] = static_cast<char>(~bytes[at]);
      }
      write_file(crashed.path(), main);
      write_file(crashed.log(), bytes);
      auto after = crashed.open();
      if (!after) {
        CHECK(crashed.is_damage(after.error()));
        continue;
      }
      const std::uint64_t files = (*after)->disk_totals()->files;
      CHECK((*after)->pending_totals().value() == Totals{files, files});
      CHECK((*after)->disk_children({})->size() == files);
      CHECK((*after)->pending({}, 100)->size() == files);
    }
  }
}

}  // namespace
}  // namespace lansync
