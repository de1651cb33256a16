#include "core/os/sqlite.h"

#include <cerrno>
#include <utility>

#include <sqlite3.h>

#include "core/base/assert.h"

namespace lansync {
namespace {

std::string_view file_of(sqlite3* handle) {
  const char* file = sqlite3_db_filename(handle, "main");
  return file == nullptr ? std::string_view() : std::string_view(file);
}

Error error_of(sqlite3* handle, int code) {
  return sqlite_error(code, sqlite3_system_errno(handle), file_of(handle));
}

// Never a null pointer: SQLite would take that for NULL.
int bind_text(sqlite3_stmt* handle, int index, std::string_view text,
              sqlite3_destructor_type keep) {
  return sqlite3_bind_text64(handle, index, text.empty() ? "" : text.data(), text.size(), keep,
                             SQLITE_UTF8);
}

int bind_blob(sqlite3_stmt* handle, int index, ByteView blob, sqlite3_destructor_type keep) {
  if (blob.empty()) return sqlite3_bind_zeroblob(handle, index, 0);
  return sqlite3_bind_blob64(handle, index, blob.data(), blob.size(), keep);
}

std::error_code code_of(int code, int system_errno) {
  const auto system = [system_errno](std::errc otherwise) {
    return system_errno != 0 ? std::error_code(system_errno, std::system_category())
                             : std::make_error_code(otherwise);
  };
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return make_error_code(Errc::busy);
    case SQLITE_FULL: return std::make_error_code(std::errc::no_space_on_device);
    case SQLITE_READONLY: return std::make_error_code(std::errc::read_only_file_system);
    case SQLITE_IOERR: return system(std::errc::io_error);
    case SQLITE_CANTOPEN: return system(std::errc::no_such_file_or_directory);
    case SQLITE_PERM:
    case SQLITE_AUTH: return system(std::errc::permission_denied);
    case SQLITE_NOMEM: return std::make_error_code(std::errc::not_enough_memory);
    default:
      // SQLITE_CORRUPT and SQLITE_NOTADB say so themselves. SQLITE_ERROR, CONSTRAINT, MISMATCH,
      // SCHEMA and TOOBIG mean that the tables are not those that our statements were written for.
      return make_error_code(Errc::corrupt);
  }
}

}  // namespace

Error sqlite_error(int code, int system_errno, std::string_view file) {
  LANSYNC_ASSERT(code != SQLITE_MISUSE);
  return {code_of(code, system_errno), "database '" + std::string(file) + "'"};
}

void Database::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }

Result<Database> Database::open(const std::string& file) {
  // Counting what SQLite has allocated takes a lock for each piece, and nobody asks for the count.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  Database database;
  database.handle_.reset(handle);
  if (code != SQLITE_OK) {
    return sqlite_error(code, handle == nullptr ? 0 : sqlite3_system_errno(handle), file);
  }
  // A damaged or planted file must not make SQLite run anything but our statements.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Result<void> Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(handle(), code);
  return {};
}

Result<std::string> Database::text_of(const char* sql) {
  auto statement = Statement::prepare(*this, sql);
  if (!statement) return std::move(statement).error();
  Query query(&*statement, {});
  const auto row = query.next();
  if (!row) return row.error();
  if (!*row) return query.corrupt();
  return std::string(query.text(0));
}

Result<std::int64_t> Database::integer_of(const char* sql) {
  auto statement = Statement::prepare(*this, sql);
  if (!statement) return std::move(statement).error();
  Query query(&*statement, {});
  const auto row = query.next();
  if (!row) return row.error();
  if (!*row) return query.corrupt();
  return query.integer(0);
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

void Statement::Finalize::operator()(sqlite3_stmt* handle) const noexcept {
  sqlite3_finalize(handle);
}

Result<Statement> Statement::prepare(Database& database, std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return error_of(database.handle(), code);
  Statement statement;
  statement.handle_.reset(handle);
  return statement;
}

Result<void> Statement::run(std::initializer_list<SqlValue> values) {
  int code = bind(values, Keep::borrow);
  if (code == SQLITE_OK) {
    do {
      code = sqlite3_step(handle_.get());
    } while (code == SQLITE_ROW);
    if (code == SQLITE_DONE) code = SQLITE_OK;
  }
  // The error is read before the reset, which may clear the system's errno.
  std::optional<Error> failure;
  if (code != SQLITE_OK) failure = error(code);
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
  if (failure) return *std::move(failure);
  return {};
}

int Statement::bind(std::initializer_list<SqlValue> values, Keep keep) {
  LANSYNC_ASSERT(sqlite3_stmt_busy(handle_.get()) == 0);
  LANSYNC_ASSERT(sqlite3_bind_parameter_count(handle_.get()) == static_cast<int>(values.size()));
  // SQLITE_TRANSIENT is a cast in C; its value is documented.
  const auto destructor = keep == Keep::copy
                              ? reinterpret_cast<sqlite3_destructor_type>(std::intptr_t{-1})
                              : sqlite3_destructor_type{nullptr};
  int index = 0;
  for (const SqlValue& value : values) {
    ++index;
    int code = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(&value.value_)) {
      code = sqlite3_bind_int64(handle_.get(), index, *integer);
    } else if (const auto* text = std::get_if<std::string_view>(&value.value_)) {
      code = bind_text(handle_.get(), index, *text, destructor);
    } else if (const auto* blob = std::get_if<ByteView>(&value.value_)) {
      code = bind_blob(handle_.get(), index, *blob, destructor);
    } else {
      code = sqlite3_bind_null(handle_.get(), index);
    }
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

Error Statement::error(int code) const { return error_of(sqlite3_db_handle(handle_.get()), code); }

Query::Query(Result<Statement*> statement, std::initializer_list<SqlValue> values) {
  if (!statement) {
    failure_ = std::move(statement).error();
    return;
  }
  statement_ = *statement;
  const int code = statement_->bind(values, Statement::Keep::copy);
  if (code != SQLITE_OK) failure_ = statement_->error(code);
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_->handle_.get());
  sqlite3_clear_bindings(statement_->handle_.get());
}

Result<bool> Query::next() {
  if (failure_) return *failure_;
  const int code = sqlite3_step(statement_->handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  failure_ = statement_->error(code);
  return *failure_;
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_->handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_->handle_.get(), column);
}

std::string_view Query::text(int column) const { return as_text(blob(column)); }

ByteView Query::blob(int column) const {
  // In this order: the pointer first, then the length of what it points to.
  const void* data = sqlite3_column_blob(statement_->handle_.get(), column);
  const int bytes = sqlite3_column_bytes(statement_->handle_.get(), column);
  if (data == nullptr || bytes <= 0) return {};
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(bytes)};
}

Error Query::corrupt() const {
  return sqlite_error(SQLITE_CORRUPT, 0, file_of(sqlite3_db_handle(statement_->handle_.get())));
}

}  // namespace lansync
