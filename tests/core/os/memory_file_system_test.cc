#include "tests/support/memory_file_system.h"

#include <catch2/catch.hpp>

#include "tests/core/os/share_world.h"

namespace lansync::test {

using std::errc;

TEST_CASE("A fault strikes once, at the call it was set for, and does nothing else", "[memory]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_write("file", "x"));
  fs.fail_call(DiskOperation::stat, 2, make_error_code(errc::io_error));
  CHECK(fs.list({}));
  CHECK(fs.stat(at("file")));
  CHECK(fs.has_faults_left());
  CHECK(error_of(fs.stat(at("file"))) == errc::io_error);
  CHECK_FALSE(fs.has_faults_left());
  CHECK(fs.stat(at("file")));
  fs.fail_call(1, make_error_code(errc::read_only_file_system));
  CHECK(error_of(fs.move_to_trash(at("file"), "t")) == errc::read_only_file_system);
  CHECK(fs.snapshot().contains("file"));
}

TEST_CASE("A full disk takes no more bytes until some are freed", "[memory]") {
  MemoryFileSystem fs;
  fs.set_capacity(10);
  REQUIRE(fs.user_write("file", "123456"));
  const auto staged = fs.open_stage("s");
  REQUIRE(staged);
  CHECK(*fs.free_bytes() == 4);
  CHECK(error_of((*staged)->write_at(0, as_bytes("12345"))) == errc::no_space_on_device);
  CHECK(error_of((*staged)->truncate(5)) == errc::no_space_on_device);
  CHECK_FALSE(fs.user_append("file", "12345"));
  CHECK(fs.stat_stage("s")->size == 0);
  REQUIRE((*staged)->write_at(0, as_bytes("1234")));
  CHECK(*fs.free_bytes() == 0);
  REQUIRE(fs.user_remove("file"));
  CHECK(*fs.free_bytes() == 6);
}

TEST_CASE("An open file takes its space until it is closed", "[memory]") {
  MemoryFileSystem fs;
  fs.set_capacity(10);
  REQUIRE(fs.user_write("file", "123456"));
  auto file = fs.open_read(at("file"));
  REQUIRE(file);
  REQUIRE(fs.user_remove("file"));
  CHECK(*fs.free_bytes() == 4);
  file->reset();
  CHECK(*fs.free_bytes() == 10);
}

TEST_CASE("Time is what the test says", "[memory]") {
  MemoryFileSystem fs;
  fs.set_time({100});
  REQUIRE(fs.user_mkdir("dir"));
  REQUIRE(fs.user_write("dir/file", "x"));
  fs.set_time({200});
  REQUIRE(fs.user_append("dir/file", "y"));
  CHECK(fs.stat(at("dir/file"))->mtime == WallTime{200});
  CHECK(fs.stat(at("dir"))->mtime == WallTime{100});
  REQUIRE(fs.user_touch("dir/file", {-5}));
  CHECK(fs.stat(at("dir/file"))->mtime == WallTime{-5});
}

TEST_CASE("A user may act between any two operations", "[memory]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_write("file", "old"));
  fs.before_each([&](DiskOperation operation) {
    if (operation == DiskOperation::open_read) CHECK(fs.user_replace("file", "new"));
  });
  CHECK(fs.stat(at("file"))->size == 3);
  CHECK(read_at_path(fs, "file") == "new");
  CHECK(fs.calls(DiskOperation::stat) == 1);
  CHECK(fs.calls(DiskOperation::open_read) == 1);
  CHECK(fs.calls() > 2);
}

TEST_CASE("A user's operations are refused where the system would", "[memory]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_mkdir("dir"));
  REQUIRE(fs.user_write("dir/file", "x"));
  REQUIRE(fs.user_mkdir("empty"));
  CHECK_FALSE(fs.user_write("absent/file", "x"));
  CHECK_FALSE(fs.user_write("dir", "x"));
  CHECK_FALSE(fs.user_append("absent", "x"));
  CHECK_FALSE(fs.user_replace("dir", "x"));
  CHECK_FALSE(fs.user_mkdir("dir"));
  CHECK_FALSE(fs.user_symlink("dir", "x"));
  CHECK_FALSE(fs.user_link("dir", "other"));
  CHECK_FALSE(fs.user_remove("absent"));
  CHECK_FALSE(fs.user_rename("absent", "x"));
  CHECK_FALSE(fs.user_rename("dir", "dir/inside"));
  CHECK_FALSE(fs.user_rename("empty", "dir"));
  CHECK_FALSE(fs.user_rename("dir/file", "dir"));
  CHECK_FALSE(fs.user_chmod("absent", 0600));
  CHECK_FALSE(fs.user_touch("absent", {}));
  CHECK_FALSE(fs.user_hold_open("dir", true));
  REQUIRE(fs.user_rename("dir", "empty"));
  CHECK(fs.snapshot() == SeenTree{{"empty", {NodeKind::dir, "", 0755, ""}},
                                  {"empty/file", {NodeKind::file, "x", 0644, ""}}});
}

TEST_CASE("A snapshot shows the visible tree, and the folders beside it each on its own",
          "[memory]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_write("file", "one"));
  REQUIRE(fs.user_chmod("file", 0600));
  REQUIRE(fs.user_symlink("link", "target"));
  stage(fs, "s", "two");
  REQUIRE(fs.user_write("gone", "three"));
  REQUIRE(fs.move_to_trash(at("gone"), "t"));
  CHECK(fs.snapshot() == SeenTree{{"file", {NodeKind::file, "one", 0600, ""}},
                                  {"link", {NodeKind::link, "", 0777, "target"}}});
  CHECK(fs.stage_snapshot() == SeenTree{{"s", {NodeKind::file, "two", 0600, ""}}});
  CHECK(fs.trash_snapshot() == SeenTree{{"t", {NodeKind::file, "three", 0644, ""}}});
  CHECK(fs.all_contents() == std::multiset<std::string>{"one", "two", "three"});
}

}  // namespace lansync::test
