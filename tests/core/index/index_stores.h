// The two indexes, for tests that ask the same of both (TEMPLATE_TEST_CASE).
#pragma once

#include <memory>

#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "core/os/sqlite_index.h"
#include "tests/support/temporary_folder.h"

namespace lansync {

class InMemory {
 public:
  Index& index() { return index_; }
  // The process dies and starts again.
  void restart() { index_.crash(); }

 private:
  MemoryIndex index_;
};

class OnDisk {
 public:
  OnDisk() { restart(); }
  Index& index() { return *index_; }
  void restart() {
    index_.reset();
    auto opened = SqliteIndex::open((folder_.path() / "index.db").string());
    REQUIRE(opened);
    index_ = *std::move(opened);
  }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<SqliteIndex> index_;
};

}  // namespace lansync
