#include "core/os/sqlite_file_birth.h"

#include <catch2/catch.hpp>

#include "tests/core/os/database_file.h"

namespace lansync {
namespace {

TEST_CASE("A file stays the same whatever is written to it and whatever it is called", "[sqlite]") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "index.db";
  write_file(file, "first");
  const auto birth = file_birth(file.string());
  REQUIRE(birth);
  CHECK(birth->size() == 16);
  write_file(file, "and something longer");
  CHECK(*file_birth(file.string()) == *birth);
  fs::rename(file, folder.path() / "other.db");
  CHECK(*file_birth((folder.path() / "other.db").string()) == *birth);
}

TEST_CASE("A copy is another file, even in the place of the first", "[sqlite]") {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "index.db";
  write_file(file, "first");
  const auto birth = file_birth(file.string());
  fs::copy(file, folder.path() / "backup.db");
  CHECK(*file_birth((folder.path() / "backup.db").string()) != *birth);
  fs::rename(folder.path() / "backup.db", file);
  CHECK(*file_birth(file.string()) != *birth);
}

TEST_CASE("A file that is not there has no birth", "[sqlite]") {
  const test::TemporaryFolder folder;
  const auto birth = file_birth((folder.path() / "index.db").string());
  REQUIRE_FALSE(birth);
  CHECK(birth.error().code == std::errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace lansync
