#include "core/os/file_stat.h"

#include <limits>

#include <catch2/catch.hpp>

namespace lansync::test {

TEST_CASE("What a broken file system says is cut to what can be", "[fs]") {
  using Limits = std::numeric_limits<std::int64_t>;
  struct stat raw{};
  raw.st_mode = S_IFREG | 07644;
  raw.st_size = -1;
  raw.st_mtim.tv_sec = Limits::max();
  CHECK(to_file_stat(raw).mtime == WallTime{Limits::max()});
  CHECK(to_file_stat(raw).size == 0);
  CHECK(to_file_stat(raw).mode == 0644);
  raw.st_mtim.tv_sec = Limits::min();
  CHECK(to_file_stat(raw).mtime == WallTime{Limits::min()});
  // The last second whose beginning can be said, and more nanoseconds than are left of it.
  raw.st_mtim = {Limits::max() / 1'000'000'000, 999'999'999};
  CHECK(to_file_stat(raw).mtime == WallTime{Limits::max()});
}

TEST_CASE("Times before 1970 come back as they were", "[fs]") {
  for (const std::int64_t ns : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-1'000'000'000},
                                std::int64_t{-1'500'000'001}, std::int64_t{1'500'000'001}}) {
    CAPTURE(ns);
    struct stat raw{};
    raw.st_mtim = to_timespec({ns});
    CHECK(raw.st_mtim.tv_nsec >= 0);
    CHECK(to_file_stat(raw).mtime == WallTime{ns});
  }
}

}  // namespace lansync::test
