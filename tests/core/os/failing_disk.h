// A disk that fails under SQLite.
#pragma once

#include <cstdint>
#include <memory>

namespace lansync::test {

// While it lives, SQLite's files are on a disk whose n-th call from fail_call() on fails with an
// I/O error; what it was to do is not done. Syncs do nothing, as the power does not fail.
// One at a time, and databases are opened and closed while it lives.
class FailingDisk {
 public:
  FailingDisk();
  ~FailingDisk();
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  // Zero: none fails.
  void fail_call(std::uint64_t n);
  [[nodiscard]] bool has_failed() const;

  struct Calls;

 private:
  std::unique_ptr<Calls> calls_;
};

}  // namespace lansync::test
