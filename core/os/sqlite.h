// SQLite without its C: connections and statements that close themselves, errors as values.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lansync {

// What a result code of SQLite means here: corrupt (damaged, or no database at all), busy (another
// process has it), no_space_on_device, read_only_file_system, limit_exceeded, or the errno of the
// failed system call if there was one. `file` names the database in the error.
Error sqlite_error(int code, int system_errno, std::string_view file);

// A value on its way into a statement. Text and blobs are borrowed: see where it is used for how
// long. Unsigned integers are stored by their bits (SQLite's are signed), so those above 2^63 come
// back as they were but do not sort.
class SqlValue {
 public:
  SqlValue(std::nullptr_t) : value_(nullptr) {}
  template <class T>
    requires std::integral<T> || std::is_enum_v<T>
  SqlValue(T value) : value_(static_cast<std::int64_t>(value)) {}
  SqlValue(std::string_view text) : value_(text) {}
  SqlValue(const char* text) : value_(std::string_view(text)) {}
  SqlValue(const std::string& text) : value_(std::string_view(text)) {}
  SqlValue(ByteView blob) : value_(blob) {}
  SqlValue(const Bytes& blob) : value_(ByteView(blob)) {}
  template <std::size_t N, class Tag>
  SqlValue(const Id<N, Tag>& id) : value_(id.view()) {}

 private:
  friend class Statement;
  std::variant<std::nullptr_t, std::int64_t, std::string_view, ByteView> value_;
};

// One connection to one database file. Owned by one thread at a time.
class Database {
 public:
  // Opens an existing file for reading and writing (":memory:" for one that is nowhere). Says
  // nothing yet about what is in it: SQLite looks at the first statement.
  static Result<Database> open(const std::string& file);

  // Runs statements that give no rows, separated by semicolons.
  Result<void> execute(const char* sql);
  // The first column of the only row, as of a PRAGMA.
  Result<std::string> text_of(const char* sql);
  Result<std::int64_t> integer_of(const char* sql);

  // Whether a transaction is open. SQLite ends one by itself after some errors.
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
  };

  std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement, kept for as long as its database. Empty until prepared.
class Statement {
 public:
  // Requires `sql` to be one statement.
  static Result<Statement> prepare(Database& database, std::string_view sql);

  Statement() = default;

  // Runs it to its end; `values` are its parameters ?1, ?2, ... and are used during the call only.
  Result<void> run(std::initializer_list<SqlValue> values);

  [[nodiscard]] bool prepared() const { return handle_ != nullptr; }

 private:
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const noexcept;
  };

  enum class Keep { borrow, copy };
  int bind(std::initializer_list<SqlValue> values, Keep keep);
  [[nodiscard]] Error error(int code) const;

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// One run of a statement that gives rows: call next() until it says false, read the columns (from
// 0) while it says true. Views are valid until the following next().
//
// Resets the statement when it goes; one statement has one Query at a time. An error from before
// (no statement, a value that does not fit) comes out of the first next().
class Query {
 public:
  Query(Result<Statement*> statement, std::initializer_list<SqlValue> values);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Result<bool> next();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t bits(int column) const {
    return static_cast<std::uint64_t>(integer(column));
  }
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] ByteView blob(int column) const;
  // Error: corrupt, if the blob has not the id's length.
  template <class IdType>
  [[nodiscard]] Result<IdType> id(int column) const {
    const auto value = IdType::from(blob(column));
    if (!value) return corrupt();
    return *value;
  }

  // What to return if a row does not make sense.
  [[nodiscard]] Error corrupt() const;

 private:
  Statement* statement_ = nullptr;
  std::optional<Error> failure_;
};

}  // namespace lansync
