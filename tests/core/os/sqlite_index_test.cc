// The index's file: made, damaged, locked, full, cut off by a crash.
#include "core/os/sqlite_index.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <set>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/os/sqlite_schema.h"
#include "tests/core/index/index_fixture.h"
#include "tests/support/temporary_folder.h"

namespace lansync {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPageBytes = 4096;
constexpr int kFiles = 60;

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << bytes;
}

std::uint32_t mode_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

// A folder for one database and, before the test spoils it, an index with a bit of everything.
class DatabaseFile {
 public:
  [[nodiscard]] fs::path path() const { return folder_.path() / "index.db"; }
  [[nodiscard]] fs::path log() const { return folder_.path() / "index.db-wal"; }

  [[nodiscard]] Result<std::unique_ptr<SqliteIndex>> open() const {
    return SqliteIndex::open(path().string());
  }
  [[nodiscard]] std::unique_ptr<SqliteIndex> opened() const {
    auto index = open();
    REQUIRE(index);
    return *std::move(index);
  }
  // Its bytes after a clean end.
  [[nodiscard]] std::string filled() const {
    auto index = opened();
    for (int i = 0; i < kFiles; ++i) {
      const std::string name = "folder/file with a longer name " + std::to_string(i);
      const auto added = add_changes(*index, author_of(i % 2), {file_change(name, i)});
      DiskRow row = disk_file(name, i, 10);
      row.shown = {added.front().dot};
      REQUIRE(index->put_disk(row));
      REQUIRE(index->put_pending({path_of(name), 1}));
      REQUIRE(index->put_trash(trash_file(name, i, 1, i)));
      REQUIRE(index->put_chunk_list(id_of<ContentId>(i), chunks_of({i, i + 1000})));
      REQUIRE(index->append_member_op(id_of<MemberOpHash>(i), as_bytes(name)));
      REQUIRE(index->put_fact(name, as_bytes(name)));
    }
    REQUIRE(index->commit());
    index.reset();
    REQUIRE_FALSE(fs::exists(log()));
    return read_file(path());
  }
  // The only two ways in which our own damaged file may fail.
  [[nodiscard]] bool is_damage(const Error& error) const {
    return (error.code == Errc::corrupt || error.code == Errc::unsupported) &&
           error.context.find(path().string()) != std::string::npos;
  }

 private:
  test::TemporaryFolder folder_;
};

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

TEST_CASE("A new index is for its user only", "[sqlite_index]") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "state" / "deeper" / "index.db";
  const auto index = SqliteIndex::open(file.string());
  REQUIRE(index);
  REQUIRE((*index)->put_fact("a", as_bytes("b")));
  REQUIRE((*index)->commit());
  CHECK(mode_of(folder.path() / "state") == 0700);
  CHECK(mode_of(folder.path() / "state" / "deeper") == 0700);
  CHECK(mode_of(file) == 0600);
  CHECK(mode_of(file.string() + "-wal") == 0600);
}

TEST_CASE("An index that others could read is closed to them", "[sqlite_index]") {
  const DatabaseFile database;
  (void)database.opened();
  fs::permissions(database.path(), fs::perms(0644));
  (void)database.opened();
  CHECK(mode_of(database.path()) == 0600);
}

TEST_CASE("A file of no bytes is a new index", "[sqlite_index]") {
  const DatabaseFile database;
  write_file(database.path(), "");
  CHECK(database.opened()->clock()->empty());
}

TEST_CASE("A second connection is refused", "[sqlite_index]") {
  const DatabaseFile database;
  auto index = database.opened();
  const auto second = database.open();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::busy);
  CHECK(second.error().context.find(database.path().string()) != std::string::npos);
  index.reset();
  CHECK(database.open());
}

TEST_CASE("An index of version 1 opens and is brought up to date", "[sqlite_index]") {
  const DatabaseFile database;
  write_file(database.path(), "");
  {
    auto old = Database::open(database.path().string());
    REQUIRE(old);
    REQUIRE(migrate_index(*old, 1));
    REQUIRE(old->execute("INSERT INTO facts VALUES ('name', x'616263')"));
  }
  CHECK(database.opened()->fact("name").value() == to_bytes("abc"));
  auto now = Database::open(database.path().string());
  CHECK(now->integer_of("PRAGMA user_version").value() == kIndexVersion);
  CHECK(now->integer_of("PRAGMA application_id").value() == kIndexApplicationId);
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
      "UPDATE contents SET content = x'01' WHERE id = 1",
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

TEST_CASE("A log that lost its database is not taken for a new index", "[sqlite_index]") {
  const DatabaseFile database;
  auto index = database.opened();
  REQUIRE(index->put_fact("a", as_bytes("b")));
  REQUIRE(index->commit());
  const std::string log = read_file(database.log());
  REQUIRE_FALSE(log.empty());
  index.reset();
  SECTION("emptied") { write_file(database.path(), ""); }
  SECTION("removed") { fs::remove(database.path()); }
  write_file(database.log(), log);
  const auto opened = database.open();
  REQUIRE_FALSE(opened);
  CHECK(database.is_damage(opened.error()));
  CHECK(read_file(database.log()) == log);
}

TEST_CASE("After a crash at any moment the last commit is there", "[sqlite_index]") {
  const DatabaseFile database;
  const DatabaseFile crashed;
  auto index = database.opened();
  int committed = 0;
  const auto crash = [&] {
    write_file(crashed.path(), read_file(database.path()));
    write_file(crashed.log(), read_file(database.log()));
    const auto after = crashed.opened();
    CHECK(after->disk_totals().value() ==
          Totals{static_cast<std::uint64_t>(committed), static_cast<std::uint64_t>(committed)});
    CHECK(after->disk_beneath({}, {}, 1'000'000)->size() == static_cast<std::size_t>(committed));
  };
  crash();
  // Some transactions are larger than the cache, so that parts of them are in the log too early.
  for (const int rows : {1, 3, 20'000, 2, 9'000}) {
    for (int i = 0; i < rows; ++i) {
      const int number = committed + i;
      REQUIRE(index->put_disk(disk_file("some/folder/" + std::to_string(number), number, 1)));
      if (i % 7001 == 1) crash();
    }
    crash();
    REQUIRE(index->commit());
    committed += rows;
    crash();
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

// While it lives, this process can make no file longer than `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limited = before_;
    limited.rlim_cur = bytes;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limited) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_CASE("When the disk takes no more, nothing of the transaction stays", "[sqlite_index]") {
  const DatabaseFile database;
  auto index = database.opened();
  REQUIRE(index->put_disk(disk_file("first", 1, 1)));
  REQUIRE(index->commit());
  std::optional<Error> failure;
  {
    const FileSizeLimit limit(256 << 10);
    for (int i = 0; i < 100'000 && !failure; ++i) {
      auto put = index->put_disk(disk_file("file " + std::to_string(i), i, 1));
      if (!put) failure = put.error();
    }
    REQUIRE(failure);
    CHECK(failure->code.category() == std::system_category());
    CHECK(failure->context.find(database.path().string()) != std::string::npos);
  }
  // Nothing is written on top of a transaction that SQLite may have ended by itself.
  CHECK(index->put_fact("a", as_bytes("b")).error() == *failure);
  CHECK(index->commit().error() == *failure);
  index->rollback();
  CHECK(index->disk_totals().value() == Totals{1, 1});
  CHECK(texts(*index->disk_children({})) == std::vector<std::string>{"first"});
  REQUIRE(index->put_disk(disk_file("second", 1, 1)));
  REQUIRE(index->commit());
  index.reset();
  CHECK(database.opened()->disk_totals().value() == Totals{2, 2});
}

TEST_CASE("SQLite's own words become ours", "[sqlite_index]") {
  const DatabaseFile file;
  write_file(file.path(), "");
  auto database = Database::open(file.path().string());
  REQUIRE(database);
  REQUIRE(database->execute("CREATE TABLE t (a UNIQUE)"));
  const auto named = [&file](const Error& error) {
    return error.context.find(file.path().string()) != std::string::npos;
  };
  SECTION("a full disk") {
    (void)database->integer_of("PRAGMA max_page_count = 5");
    const auto full = database->execute("INSERT INTO t VALUES (zeroblob(100000))");
    REQUIRE_FALSE(full);
    CHECK(full.error().code == std::errc::no_space_on_device);
    CHECK(named(full.error()));
  }
  SECTION("a read-only disk") {
    REQUIRE(database->execute("PRAGMA query_only = ON"));
    const auto refused = database->execute("INSERT INTO t VALUES (1)");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == std::errc::read_only_file_system);
    CHECK(named(refused.error()));
  }
  SECTION("a table that is not there") {
    const auto missing = Statement::prepare(*database, "SELECT a FROM u");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == Errc::corrupt);
    CHECK(named(missing.error()));
  }
  SECTION("a broken constraint") {
    REQUIRE(database->execute("INSERT INTO t VALUES (1)"));
    CHECK(database->execute("INSERT INTO t VALUES (1)").error().code == Errc::corrupt);
  }
  SECTION("no file") {
    const auto missing = Database::open(file.path().string() + ".none");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == std::errc::no_such_file_or_directory);
  }
}

// What SQLite means to do for a statement, a line for each step.
std::string plan_of(Database& database, const std::string& sql) {
  auto plan = Statement::prepare(database, "EXPLAIN QUERY PLAN " + sql);
  REQUIRE(plan);
  std::string steps;
  Query query(&*plan, {});
  while (query.next().value()) steps += std::string(query.text(3)) + "\n";
  return steps;
}

TEST_CASE("No statement of the index reads more than its rows", "[sqlite_index]") {
  // These read all of a table, in its own order.
  const std::set<Sql> whole_tables = {Sql::authors, Sql::member_ops};
  auto database = Database::open(":memory:");
  REQUIRE(database);
  REQUIRE(migrate_index(*database));
  for (std::size_t i = 0; i < kSqlCount; ++i) {
    const auto sql = static_cast<Sql>(i);
    if (sql == Sql::begin || sql == Sql::commit || sql == Sql::rollback) continue;
    const std::string text = std::regex_replace(text_of(sql), std::regex("\\?[0-9]+"), "'1'");
    CAPTURE(text);
    const std::string steps = plan_of(*database, text);
    CAPTURE(steps);
    CHECK(steps.find("TEMP B-TREE") == std::string::npos);
    if (!whole_tables.contains(sql)) CHECK(steps.find("SCAN") == std::string::npos);
  }
}

}  // namespace
}  // namespace lansync
