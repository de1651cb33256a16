// The index's file, on a system that fails while it is made or opened.
#include <cerrno>
#include <filesystem>

#include <catch2/catch.hpp>

#include "core/os/sqlite_index.h"
#include "tests/core/os/failing_calls.h"
#include "tests/support/temporary_folder.h"

namespace lansync::test {
namespace {

constexpr std::string_view kFact = "a fact";

// Opens it with that call failing. Nothing if there were not as many calls.
std::optional<Result<std::unique_ptr<SqliteIndex>>> try_to_open(const std::string& file,
                                                                std::uint64_t number, int error) {
  const FailingCall failing(number, error);
  auto opened = SqliteIndex::open(file);
  if (!failing.happened()) return std::nullopt;
  return opened;
}

}  // namespace

TEST_CASE("Whichever system call fails, an index is opened as it was, or said not to be",
          "[fs][faults]") {
  std::size_t faults = 0;
  for (const int error : {EIO, EACCES, ENOENT, EROFS}) {
    for (const bool there : {false, true}) {
      for (std::uint64_t number = 1;; ++number) {
        REQUIRE(number < 100);
        INFO("call " << number << " fails with " << error << (there ? ", the file is there" : ""));
        const TemporaryFolder folder;
        const std::string file = (folder.path() / "some/where/index.db").string();
        if (there) {
          const auto index = SqliteIndex::open(file);
          REQUIRE(index);
          REQUIRE((*index)->put_fact(kFact, as_bytes("value")));
          REQUIRE((*index)->commit());
          // As a backup may have put it back.
          std::filesystem::permissions(file, std::filesystem::perms(0644));
        }
        const auto opened = try_to_open(file, number, error);
        if (!opened) break;
        ++faults;
        // A file that is said not to be there is not made anew over one that is.
        if (*opened) CHECK((**opened)->fact(kFact)->has_value() == there);
      }
    }
  }
  CHECK(faults > 20);
}

TEST_CASE("What could not be opened can be opened later", "[fs][faults]") {
  for (std::uint64_t number = 1;; ++number) {
    REQUIRE(number < 100);
    INFO("call " << number << " fails");
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "some/where/index.db").string();
    const auto failed = try_to_open(file, number, EIO);
    if (!failed) break;
    // Where the call was not needed after all.
    if (*failed) continue;
    const auto index = SqliteIndex::open(file);
    REQUIRE(index);
    CHECK_FALSE((*index)->fact(kFact)->has_value());
    CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms(077)) ==
          std::filesystem::perms::none);
  }
}

}  // namespace lansync::test
