#include "core/os/sqlite_index.h"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/assert.h"
#include "core/os/sqlite_schema.h"

namespace lansync {
namespace {

Error named_errno(const std::string& file) { return Error::from_errno("database '" + file + "'"); }

// The folder and those above it, as far as they are missing, for this user only.
Result<void> make_folder(const std::filesystem::path& folder) {
  struct stat status{};
  if (folder.empty() || ::stat(folder.c_str(), &status) == 0) return {};
  if (auto above = make_folder(folder.parent_path()); !above) return above;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error::from_errno("folder '" + folder.string() + "'");
  }
  return {};
}

constexpr std::int64_t kPageBytes = 4096;

Result<bool> has_bytes(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0) return status.st_size > 0;
  if (errno == ENOENT) return false;
  return named_errno(file);
}

// Lengths that SQLite would take for a new database, or for one whose last page is zeros. While a
// log is beside it the file may end within a page: the log has that page.
Result<void> check_length(const std::string& file, std::int64_t bytes) {
  const auto log = has_bytes(file + "-wal");
  if (!log) return log.error();
  const auto journal = has_bytes(file + "-journal");
  if (!journal) return journal.error();
  bool damaged = bytes % kPageBytes != 0 && !*log && !*journal;
  if (bytes == 0) {
    damaged = *log;
  } else if (bytes < kPageBytes) {
    damaged = !*journal;
  }
  if (damaged) return Error{Errc::corrupt, "database '" + file + "'"};
  return {};
}

// Looks by name only: closing any descriptor of the file would drop SQLite's locks on it (POSIX).
Result<void> make_file(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    if (errno != ENOENT) return named_errno(file);
    if (auto folder = make_folder(std::filesystem::path(file).parent_path()); !folder)
      return folder;
    status = {};
    status.st_mode = S_IFREG | 0600;
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return named_errno(file);
    ::close(descriptor);
  }
  if (S_ISDIR(status.st_mode)) {
    return Error{std::make_error_code(std::errc::is_a_directory), "database '" + file + "'"};
  }
  if (!S_ISREG(status.st_mode)) return Error{Errc::corrupt, "database '" + file + "'"};
  if ((status.st_mode & 077) != 0 && ::chmod(file.c_str(), 0600) != 0) return named_errno(file);
  // SQLite would open it for reading only and say nothing.
  if (::access(file.c_str(), R_OK | W_OK) != 0) return named_errno(file);
  return check_length(file, status.st_size);
}

Result<void> configure(Database& database) {
  auto configured = database.execute(
      "PRAGMA page_size = 4096;"
      "PRAGMA synchronous = FULL;"
      "PRAGMA secure_delete = OFF;"
      "PRAGMA cell_size_check = ON;"
      "PRAGMA temp_store = MEMORY;"
      // KiB when negative.
      "PRAGMA cache_size = -2048;"
      "PRAGMA journal_size_limit = 4194304;");
  if (!configured) return configured;
  const auto mode = database.text_of("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal") {
    return Error{Errc::unsupported, std::string("write-ahead log of database '") +
                                        sqlite3_db_filename(database.handle(), "main") + "'"};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<SqliteIndex>> SqliteIndex::open(const std::string& file) {
  if (const auto made = make_file(file); !made) return made.error();
  auto database = Database::open(file);
  if (!database) return std::move(database).error();
  // Before the first look, so that no second process can be let in at all.
  if (auto locking = database->text_of("PRAGMA locking_mode = EXCLUSIVE"); !locking) {
    return std::move(locking).error();
  }
  if (const auto known = check_index_identity(*database); !known) return known.error();
  if (const auto configured = configure(*database); !configured) return configured.error();
  if (const auto migrated = migrate_index(*database); !migrated) return migrated.error();
  if (const auto sound = check_index_schema(*database); !sound) return sound.error();

  std::unique_ptr<SqliteIndex> index(new SqliteIndex(*std::move(database)));
  if (const auto loaded = index->load(); !loaded) return loaded.error();
  return index;
}

SqliteIndex::~SqliteIndex() { rollback(); }

Result<void> SqliteIndex::commit() {
  if (failure_) return *failure_;
  if (totals_ != written_totals_) {
    const auto written =
        write(Sql::put_totals, {totals_.disk.files, totals_.disk.bytes, totals_.pending.files,
                                totals_.pending.bytes, totals_.trash.files, totals_.trash.bytes});
    if (!written) return written;
    written_totals_ = totals_;
  }
  if (!begun_) return {};
  if (auto open = begin(); !open) return open;
  auto committed = run(Sql::commit, {});
  if (!committed) failure_ = committed.error();
  begun_ = false;
  return committed;
}

Result<std::vector<std::string>> SqliteIndex::damage() {
  auto statement = Statement::prepare(database_, "PRAGMA integrity_check(20)");
  if (!statement) return std::move(statement).error();
  std::vector<std::string> found;
  Query query(&*statement, {});
  for (auto row = query.next(); !row || *row; row = query.next()) {
    if (!row) return std::move(row).error();
    if (query.text(0) != "ok") found.emplace_back(query.text(0));
  }
  return found;
}

void SqliteIndex::rollback() {
  failure_.reset();
  begun_ = false;
  if (database_.in_transaction()) {
    if (auto rolled_back = run(Sql::rollback, {}); !rolled_back) failure_ = rolled_back.error();
  }
  cached_author_ = 0;
  if (auto loaded = load(); !loaded) failure_ = loaded.error();
}

Result<Statement*> SqliteIndex::prepared(Sql sql) {
  Statement& statement = statements_.at(static_cast<std::size_t>(sql));
  if (!statement.prepared()) {
    auto made = Statement::prepare(database_, text_of(sql));
    if (!made) return std::move(made).error();
    statement = *std::move(made);
  }
  return &statement;
}

Result<void> SqliteIndex::run(Sql sql, std::initializer_list<SqlValue> values) {
  const auto statement = prepared(sql);
  if (!statement) return statement.error();
  return (*statement)->run(values);
}

// SQLite ends a transaction by itself after some errors, also of reads: what is written then would
// be committed without what was written before.
Result<void> SqliteIndex::begin() {
  if (failure_) return *failure_;
  if (database_.in_transaction()) return {};
  if (begun_) {
    failure_ = sqlite_error(SQLITE_IOERR, 0, sqlite3_db_filename(database_.handle(), "main"));
    return *failure_;
  }
  auto begun = run(Sql::begin, {});
  if (!begun) failure_ = begun.error();
  begun_ = true;
  return begun;
}

Result<void> SqliteIndex::write(Sql sql, std::initializer_list<SqlValue> values) {
  Result<void> written = begin();
  if (written) written = run(sql, values);
  if (!written) failure_ = written.error();
  return written;
}

Result<void> SqliteIndex::load() {
  if (auto authors = load_authors(); !authors) return authors;
  Query query(prepared(Sql::totals), {});
  const auto row = query.next();
  if (!row) return row.error();
  if (!*row) return query.corrupt();
  totals_.disk = {query.bits(0), query.bits(1)};
  totals_.pending = {query.bits(2), query.bits(3)};
  totals_.trash = {query.bits(4), query.bits(5)};
  written_totals_ = totals_;
  Query copies(prepared(Sql::disk_copies), {});
  const auto counted = copies.next();
  if (!counted) return counted.error();
  copies_ = copies.bits(0);
  return check_disk_rows();
}

// SQLite has no checksums: damage within a page can make a table look empty. That must not be taken
// for a folder never seen.
Result<void> SqliteIndex::check_disk_rows() {
  if (totals_.disk.files == 0) return {};
  Query query(prepared(Sql::disk_range), {"", kAfterEveryPath, 1});
  const auto row = query.next();
  if (!row) return row.error();
  if (!*row) return query.corrupt();
  return {};
}

Error SqliteIndex::corrupt() const {
  return sqlite_error(SQLITE_CORRUPT, 0, sqlite3_db_filename(database_.handle(), "main"));
}

Result<RelativePath> SqliteIndex::path_of(const Query& query, int column) const {
  if (query.text(column).empty()) return RelativePath();
  auto path = RelativePath::parse(query.text(column));
  if (!path) return query.corrupt();
  return path;
}

Result<std::optional<Bytes>> SqliteIndex::fact(std::string_view name) {
  Query query(prepared(Sql::fact), {name});
  const auto row = query.next();
  if (!row) return row.error();
  if (!*row) return std::optional<Bytes>();
  return std::optional(to_bytes(query.blob(0)));
}

Result<void> SqliteIndex::put_fact(std::string_view name, ByteView value) {
  LANSYNC_ASSERT(value.size() <= kFactBytesMax);
  return write(Sql::put_fact, {name, value});
}

Result<void> SqliteIndex::append_member_op(const MemberOpHash& hash, ByteView op) {
  return write(Sql::append_member_op, {hash, op});
}

Result<std::vector<Bytes>> SqliteIndex::member_ops() {
  std::vector<Bytes> ops;
  Query query(prepared(Sql::member_ops), {});
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return ops;
    ops.push_back(to_bytes(query.blob(0)));
  }
}

Result<void> SqliteIndex::forget_all_but_members() {
  Result<void> done = begin();
  if (done) {
    done = database_.execute(
        "DELETE FROM facts; DELETE FROM authors; DELETE FROM segments; DELETE FROM changes;"
        "DELETE FROM heads; DELETE FROM disk; DELETE FROM intents; DELETE FROM pending;"
        "DELETE FROM contents; DELETE FROM chunks; DELETE FROM trash;"
        "UPDATE totals SET disk_files = 0, disk_bytes = 0, pending_files = 0, pending_bytes = 0,"
        " trash_files = 0, trash_bytes = 0;");
  }
  cached_author_ = 0;
  if (done) done = load();
  if (!done) failure_ = done.error();
  return done;
}

}  // namespace lansync
