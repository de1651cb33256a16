// The index's file: made, locked, full, cut off by a crash.

#include <csignal>
#include <memory>
#include <regex>
#include <set>

#include <catch2/catch.hpp>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/os/sqlite_schema.h"
#include "tests/core/os/database_file.h"

namespace lansync {
namespace {

std::uint32_t mode_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
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
  const std::set<Sql> whole_tables = {Sql::authors, Sql::member_ops, Sql::intents};
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

TEST_CASE("An index whose place is no folder is refused by name", "[sqlite_index]") {
  const test::TemporaryFolder folder;
  write_file(folder.path() / "file", "x");
  for (const char* const name : {"file/index.db", "file/deeper/index.db"}) {
    const std::string file = (folder.path() / name).string();
    const auto index = SqliteIndex::open(file);
    REQUIRE_FALSE(index);
    CHECK(index.error().code == std::errc::not_a_directory);
    CHECK(index.error().context.find((folder.path() / "file").string()) != std::string::npos);
  }
}

TEST_CASE("What SQLite says is said in the program's own terms", "[sqlite_index]") {
  const auto code = [](int sqlite, int system) { return sqlite_error(sqlite, system, "f").code; };
  for (const int busy : {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL, SQLITE_BUSY_RECOVERY}) {
    CHECK(code(busy, 0) == make_error_code(Errc::busy));
  }
  CHECK(code(SQLITE_FULL, 0) == std::errc::no_space_on_device);
  CHECK(code(SQLITE_READONLY, 0) == std::errc::read_only_file_system);
  CHECK(code(SQLITE_IOERR_READ, 0) == std::errc::io_error);
  CHECK(code(SQLITE_IOERR_READ, ESTALE).value() == ESTALE);
  CHECK(code(SQLITE_CANTOPEN, 0) == std::errc::no_such_file_or_directory);
  CHECK(code(SQLITE_CANTOPEN, EMFILE) == std::errc::too_many_files_open);
  CHECK(code(SQLITE_PERM, 0) == std::errc::permission_denied);
  CHECK(code(SQLITE_AUTH, 0) == std::errc::permission_denied);
  CHECK(code(SQLITE_NOMEM, 0) == std::errc::not_enough_memory);
  for (const int damage :
       {SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_TOOBIG}) {
    CHECK(code(damage, 0) == make_error_code(Errc::corrupt));
  }
}

TEST_CASE("A question without an answer is an error", "[sqlite_index]") {
  auto database = Database::open(":memory:").value();
  CHECK_FALSE(database.text_of("nonsense"));
  CHECK_FALSE(database.integer_of("nonsense"));
  CHECK_FALSE(database.text_of("SELECT 1 WHERE 0"));
  CHECK_FALSE(database.integer_of("SELECT 1 WHERE 0"));
  CHECK_FALSE(database.execute("nonsense"));
  CHECK(database.integer_of("SELECT 7").value() == 7);
  CHECK(database.text_of("SELECT x'00'").value() == std::string(1, '\0'));
  CHECK_FALSE(Statement::prepare(database, "SELECT * FROM nothing"));

  Query unprepared(Error{Errc::corrupt, "no statement"}, {});
  CHECK(unprepared.next().error().code == make_error_code(Errc::corrupt));
  auto failing = Statement::prepare(database, "SELECT abs(?1)").value();
  Query query(&failing, {std::numeric_limits<std::int64_t>::min()});
  CHECK_FALSE(query.next());
  CHECK_FALSE(query.next());
}

}  // namespace
}  // namespace lansync
