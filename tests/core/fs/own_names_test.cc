#include "core/fs/own_names.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

using std::errc;

RelativePath at(const std::string& text) { return RelativePath::parse(text).value(); }

// A disk that does not tell `name` from `NAME`, and was asked once about its directory.
struct Asked {
  Asked() {
    fs.set_folds_case(true);
    fs.set_time(WallTime{1'000'000'000});
    REQUIRE(fs.user_mkdir("dir"));
    REQUIRE(fs.user_write("dir/name", "text"));
    REQUIRE(fs.user_mkdir("dir/sub"));
    REQUIRE(names.check(at("dir/name")));
    fs.set_time(WallTime{2'000'000'000});
  }
  std::error_code ask(const std::string& path) {
    const auto checked = names.check(at(path));
    return checked ? std::error_code() : checked.error().code;
  }
  [[nodiscard]] std::uint64_t listings() const { return fs.calls(DiskOperation::list); }

  MemoryFileSystem fs;
  OwnNames names{fs};
};

TEST_CASE("Names that were listed are told without another listing", "[fs][names]") {
  Asked asked;
  CHECK_FALSE(asked.ask("dir/name"));
  CHECK_FALSE(asked.ask("dir/sub"));
  CHECK(asked.ask("dir/NAME") == Errc::mismatch);
  CHECK(asked.ask("dir/Sub") == Errc::mismatch);
  CHECK(asked.listings() == 1);
  CHECK(asked.ask("DIR") == Errc::mismatch);
  CHECK(asked.listings() == 2);
}

TEST_CASE("What changed since a listing is looked up anew", "[fs][names]") {
  Asked asked;
  SECTION("a name that was not there") {
    REQUIRE(asked.fs.user_write("dir/other", "text"));
    CHECK_FALSE(asked.ask("dir/other"));
    CHECK(asked.ask("dir/OTHER") == Errc::mismatch);
  }
  SECTION("another spelling of the same file") {
    REQUIRE(asked.fs.user_rename("dir/name", "dir/other"));
    REQUIRE(asked.fs.user_rename("dir/other", "dir/NAME"));
    CHECK_FALSE(asked.ask("dir/NAME"));
    CHECK(asked.ask("dir/name") == Errc::mismatch);
  }
  SECTION("another file with another spelling") {
    REQUIRE(asked.fs.user_remove("dir/name"));
    REQUIRE(asked.fs.user_write("dir/NAME", "text"));
    CHECK(asked.ask("dir/name") == Errc::mismatch);
    CHECK_FALSE(asked.ask("dir/NAME"));
  }
  SECTION("another directory with another spelling") {
    REQUIRE(asked.fs.user_remove("dir/sub"));
    REQUIRE(asked.fs.user_mkdir("dir/SUB"));
    CHECK(asked.ask("dir/sub") == Errc::mismatch);
    CHECK_FALSE(asked.ask("dir/SUB"));
  }
  SECTION("what has gone") {
    REQUIRE(asked.fs.user_remove("dir/name"));
    CHECK(asked.ask("dir/name") == Errc::changed);
  }
  CHECK(asked.listings() == 2);
}

TEST_CASE("What the caller has made needs no other listing", "[fs][names]") {
  Asked asked;
  REQUIRE(asked.fs.user_write("dir/made", "text"));
  asked.names.note(at("dir/made"), *asked.fs.stat(at("dir/made")));
  CHECK_FALSE(asked.ask("dir/made"));
  CHECK(asked.ask("dir/MADE") == Errc::mismatch);
  CHECK(asked.listings() == 1);
}

TEST_CASE("A directory that cannot be listed tells no names", "[fs][names]") {
  Asked asked;
  asked.fs.fail_call(DiskOperation::list, 1, std::make_error_code(errc::io_error));
  CHECK(asked.ask("DIR") == errc::io_error);
}

}  // namespace
}  // namespace lansync::test
