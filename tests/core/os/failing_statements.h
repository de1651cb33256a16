// Calls of SQLite that fail when a test says so.
#pragma once

#include <cstdint>

namespace lansync::test {

// What a call of SQLite that fails has done.
enum class Failed {
  undone,  // Nothing. Of several statements in one call, the first.
  ended,   // It has ended the transaction, as SQLite does by itself after some errors.
  done,    // All that it was asked for; it only does not say so.
};

// While it lasts, one of the calls in which `core/os` has SQLite open, prepare, bind or step
// anything fails with `code`, a result code of SQLite; calls are counted from 1. With `lasting` all
// calls after it fail too, and do nothing.
//
// The linker puts this in the place of SQLite's functions (CMakeLists.txt has their names). One at
// a time; one thread.
class FailingStatement {
 public:
  FailingStatement(std::uint64_t number, int code, Failed failed, bool lasting = false);
  FailingStatement(const FailingStatement&) = delete;
  FailingStatement& operator=(const FailingStatement&) = delete;
  ~FailingStatement();

  // False if there were not as many calls.
  [[nodiscard]] bool happened() const;
  // False if none was open, too.
  [[nodiscard]] bool has_ended_transaction() const;
};

}  // namespace lansync::test
