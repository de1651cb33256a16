#include "tests/core/os/failing_statements.h"

#include <sqlite3.h>

#include "core/base/assert.h"

namespace lansync::test {
namespace {

struct Plan {
  bool armed = false;
  std::uint64_t calls = 0;
  std::uint64_t number = 0;
  int code = SQLITE_OK;
  Failed failed = Failed::undone;
  bool lasting = false;
  bool has_ended = false;
};

Plan& plan() {
  static Plan one;
  return one;
}

// Of the call that is made now; undone for those after it.
bool fails(Failed& how) {
  Plan& now = plan();
  if (!now.armed || ++now.calls < now.number) return false;
  if (now.calls > now.number && !now.lasting) return false;
  how = now.calls == now.number ? now.failed : Failed::undone;
  return true;
}

// For what neither changes anything nor ends a transaction.
bool fails() {
  Failed how = Failed::undone;
  return fails(how);
}

}  // namespace

FailingStatement::FailingStatement(std::uint64_t number, int code, Failed failed, bool lasting) {
  LANSYNC_ASSERT(!plan().armed);
  plan() = {true, 0, number, code, failed, lasting, false};
}

FailingStatement::~FailingStatement() { plan() = {}; }

bool FailingStatement::happened() const { return plan().calls >= plan().number; }

bool FailingStatement::has_ended_transaction() const { return plan().has_ended; }

// `ld --wrap=NAME` makes every call of NAME one of __wrap_NAME, and __real_NAME SQLite's own.
extern "C" {

int real_open(const char* file, sqlite3** handle, int flags,
              const char* vfs) asm("__real_sqlite3_open_v2");
int wrapped_open(const char* file, sqlite3** handle, int flags,
                 const char* vfs) asm("__wrap_sqlite3_open_v2");
int wrapped_open(const char* file, sqlite3** handle, int flags, const char* vfs) {
  if (!fails()) return real_open(file, handle, flags, vfs);
  // As SQLite has it: a connection to be closed, unless there is no memory for one.
  *handle = nullptr;
  if (plan().code != SQLITE_NOMEM) (void)real_open(file, handle, flags, vfs);
  return plan().code;
}

int real_prepare(sqlite3* handle, const char* sql, int bytes, unsigned flags,
                 sqlite3_stmt** statement, const char** rest) asm("__real_sqlite3_prepare_v3");
int wrapped_prepare(sqlite3* handle, const char* sql, int bytes, unsigned flags,
                    sqlite3_stmt** statement, const char** rest) asm("__wrap_sqlite3_prepare_v3");
int wrapped_prepare(sqlite3* handle, const char* sql, int bytes, unsigned flags,
                    sqlite3_stmt** statement, const char** rest) {
  if (!fails()) return real_prepare(handle, sql, bytes, flags, statement, rest);
  *statement = nullptr;
  return plan().code;
}

int real_step(sqlite3_stmt* statement) asm("__real_sqlite3_step");
int real_exec(sqlite3* handle, const char* sql, int (*row)(void*, int, char**, char**),
              void* argument, char** message) asm("__real_sqlite3_exec");
void end_transaction(sqlite3* handle) {
  if (sqlite3_get_autocommit(handle) != 0) return;
  plan().has_ended = real_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK;
}
// Of several.
void run_first(sqlite3* handle, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = "";
  constexpr int kToTheEnd = -1;
  (void)real_prepare(handle, sql, kToTheEnd, 0, &statement, &rest);
  if (*rest != '\0') (void)real_step(statement);
  sqlite3_finalize(statement);
}
int wrapped_exec(sqlite3* handle, const char* sql, int (*row)(void*, int, char**, char**),
                 void* argument, char** message) asm("__wrap_sqlite3_exec");
int wrapped_exec(sqlite3* handle, const char* sql, int (*row)(void*, int, char**, char**),
                 void* argument, char** message) {
  Failed how = Failed::undone;
  if (!fails(how)) return real_exec(handle, sql, row, argument, message);
  if (how == Failed::done) (void)real_exec(handle, sql, row, argument, message);
  if (how == Failed::ended) end_transaction(handle);
  if (how == Failed::undone) run_first(handle, sql);
  return plan().code;
}

int wrapped_step(sqlite3_stmt* statement) asm("__wrap_sqlite3_step");
int wrapped_step(sqlite3_stmt* statement) {
  Failed how = Failed::undone;
  if (!fails(how)) return real_step(statement);
  if (how == Failed::done) (void)real_step(statement);
  if (how == Failed::ended) end_transaction(sqlite3_db_handle(statement));
  return plan().code;
}

int real_bind_int64(sqlite3_stmt* statement, int index,
                    sqlite3_int64 value) asm("__real_sqlite3_bind_int64");
int wrapped_bind_int64(sqlite3_stmt* statement, int index,
                       sqlite3_int64 value) asm("__wrap_sqlite3_bind_int64");
int wrapped_bind_int64(sqlite3_stmt* statement, int index, sqlite3_int64 value) {
  return fails() ? plan().code : real_bind_int64(statement, index, value);
}

int real_bind_null(sqlite3_stmt* statement, int index) asm("__real_sqlite3_bind_null");
int wrapped_bind_null(sqlite3_stmt* statement, int index) asm("__wrap_sqlite3_bind_null");
int wrapped_bind_null(sqlite3_stmt* statement, int index) {
  return fails() ? plan().code : real_bind_null(statement, index);
}

int real_bind_zeroblob(sqlite3_stmt* statement, int index,
                       int bytes) asm("__real_sqlite3_bind_zeroblob");
int wrapped_bind_zeroblob(sqlite3_stmt* statement, int index,
                          int bytes) asm("__wrap_sqlite3_bind_zeroblob");
int wrapped_bind_zeroblob(sqlite3_stmt* statement, int index, int bytes) {
  return fails() ? plan().code : real_bind_zeroblob(statement, index, bytes);
}

int real_bind_blob64(sqlite3_stmt* statement, int index, const void* blob, sqlite3_uint64 bytes,
                     void (*destroy)(void*)) asm("__real_sqlite3_bind_blob64");
int wrapped_bind_blob64(sqlite3_stmt* statement, int index, const void* blob, sqlite3_uint64 bytes,
                        void (*destroy)(void*)) asm("__wrap_sqlite3_bind_blob64");
int wrapped_bind_blob64(sqlite3_stmt* statement, int index, const void* blob, sqlite3_uint64 bytes,
                        void (*destroy)(void*)) {
  return fails() ? plan().code : real_bind_blob64(statement, index, blob, bytes, destroy);
}

int real_bind_text64(sqlite3_stmt* statement, int index, const char* text, sqlite3_uint64 bytes,
                     void (*destroy)(void*),
                     unsigned char encoding) asm("__real_sqlite3_bind_text64");
int wrapped_bind_text64(sqlite3_stmt* statement, int index, const char* text, sqlite3_uint64 bytes,
                        void (*destroy)(void*),
                        unsigned char encoding) asm("__wrap_sqlite3_bind_text64");
int wrapped_bind_text64(sqlite3_stmt* statement, int index, const char* text, sqlite3_uint64 bytes,
                        void (*destroy)(void*), unsigned char encoding) {
  return fails() ? plan().code : real_bind_text64(statement, index, text, bytes, destroy, encoding);
}

}  // extern "C"

}  // namespace lansync::test
