// An index on a disk that fails: it says so, and every commit is there or is not.
#include <catch2/catch.hpp>

#include "tests/core/os/failing_disk.h"
#include "tests/core/os/index_life.h"

namespace lansync {
namespace {

constexpr int kGenerations = 3;

// Generation after generation; how many were committed, and the error that ended it.
Result<void> live(const DatabaseFile& database, int& committed) {
  auto index = database.open();
  if (!index) return std::move(index).error();
  if (auto read = read_everything(**index); !read) return read;
  for (int i = committed; i < kGenerations; ++i) {
    if (auto written = write_generation(**index, i); !written) {
      // Nothing after it is written or committed, before it is rolled back.
      CHECK_FALSE((*index)->put_fact("generation", {}));
      CHECK_FALSE((*index)->commit());
      (*index)->rollback();
      return written;
    }
    committed = i + 1;
  }
  return {};
}

constexpr int kNoFile = -1;

// Returns whether there was an n-th call.
bool survives_failure_of(std::uint64_t n, int committed_before) {
  CAPTURE(n, committed_before);
  test::FailingDisk disk;
  const DatabaseFile database;
  int committed = 0;
  if (committed_before != kNoFile) {
    auto index = database.opened();
    for (; committed < committed_before; ++committed) {
      REQUIRE(write_generation(*index, committed));
    }
  }
  disk.fail_call(n);
  const auto lived = live(database, committed);
  disk.fail_call(0);
  if (!lived) {
    CAPTURE(lived.error().code.message());
    CHECK(lived.error().context.find(database.path().string()) != std::string::npos);
    CHECK(lived.error().code != make_error_code(Errc::corrupt));
    CHECK(lived.error().code != make_error_code(Errc::busy));
  } else {
    CHECK(committed == kGenerations);
  }
  check_sound(database, committed);
  return disk.has_failed();
}

TEST_CASE("Whichever call to the disk fails, an index says so and every commit is whole",
          "[sqlite_index]") {
  for (const int committed : {kNoFile, 0, 1, kGenerations - 1}) {
    std::uint64_t n = 1;
    while (survives_failure_of(n, committed)) ++n;
    CHECK(n > 20);
  }
}

}  // namespace
}  // namespace lansync
