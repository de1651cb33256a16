// Users, circumstances and images of MemoryFileSystem.
#include <catch2/catch.hpp>

#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

RelativePath at(const std::string& path) { return RelativePath::parse(path).value(); }

std::string content(const MemoryFileSystem& fs, const std::string& path) {
  return fs.snapshot().at(path).content;
}

std::uint64_t inode(MemoryFileSystem& fs, const std::string& path) {
  return fs.stat(at(path))->inode;
}

}  // namespace

TEST_CASE("A user may write to a part of a file", "[memory]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_write("f", "abcdef"));
  REQUIRE(fs.user_write_at("f", 2, "XY"));
  CHECK(content(fs, "f") == "abXYef");
  REQUIRE(fs.user_write_at("f", 7, "Z"));
  CHECK(content(fs, "f") == std::string("abXYef\0Z", 8));
  REQUIRE(fs.user_truncate("f", 3));
  CHECK(content(fs, "f") == "abX");
  REQUIRE(fs.user_truncate("f", 4));
  CHECK(content(fs, "f") == std::string("abX\0", 4));
  CHECK_FALSE(fs.user_write_at("absent", 0, "x"));
  CHECK_FALSE(fs.user_truncate("absent", 0));
}

TEST_CASE("A copy is new, and old only if it is to be", "[memory]") {
  MemoryFileSystem fs;
  fs.set_time({10});
  REQUIRE(fs.user_mkdir("d"));
  REQUIRE(fs.user_write("d/f", "content"));
  REQUIRE(fs.user_symlink("d/l", "target"));
  REQUIRE(fs.user_chmod("d/f", 0700));
  fs.set_time({20});
  REQUIRE(fs.user_copy("d", "new"));
  REQUIRE(fs.user_copy("d", "old", true));
  CHECK(content(fs, "new/f") == "content");
  CHECK(fs.snapshot().at("old/l").target == "target");
  CHECK(fs.stat(at("new/f"))->mtime == WallTime{20});
  CHECK(fs.stat(at("old/f"))->mtime == WallTime{10});
  CHECK(fs.stat(at("old"))->mtime == WallTime{10});
  CHECK(fs.stat(at("old/f"))->mode == 0700);
  CHECK(inode(fs, "old/f") != inode(fs, "d/f"));
  REQUIRE(fs.user_write("g", "g"));
  const auto before = inode(fs, "g");
  REQUIRE(fs.user_copy("d/f", "g", true));
  CHECK(inode(fs, "g") == before);
  CHECK(fs.stat(at("g"))->mtime == WallTime{10});
  CHECK_FALSE(fs.user_copy("absent", "x"));
  CHECK_FALSE(fs.user_copy("d", "g"));
  CHECK_FALSE(fs.user_copy("g", "g"));
}

TEST_CASE("Two paths may change places", "[memory]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_write("f", "f"));
  REQUIRE(fs.user_mkdir("d"));
  REQUIRE(fs.user_write("d/g", "g"));
  REQUIRE(fs.user_exchange("f", "d"));
  CHECK(content(fs, "d") == "f");
  CHECK(content(fs, "f/g") == "g");
  CHECK_FALSE(fs.user_exchange("f", "f/g"));
  CHECK_FALSE(fs.user_exchange("f", "absent"));
}

TEST_CASE("A disk may keep times coarsely", "[memory]") {
  MemoryFileSystem fs;
  fs.set_time_granularity(std::chrono::seconds(2));
  fs.set_time({7'500'000'000});
  REQUIRE(fs.user_write("f", "x"));
  CHECK(fs.stat(at("f"))->mtime == WallTime{6'000'000'000});
  REQUIRE(fs.user_touch("f", {-1}));
  CHECK(fs.stat(at("f"))->mtime == WallTime{-2'000'000'000});
  REQUIRE(fs.set_mtime(at("f"), {4'000'000'000}));
  CHECK(fs.stat(at("f"))->mtime == WallTime{4'000'000'000});
}

TEST_CASE("Where a disk is not mounted another folder is, or nothing can be read", "[memory]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_write("f", "x"));
  const RootIdentity identity = *fs.root_identity();
  fs.unmount();
  CHECK(*fs.root_identity() != identity);
  CHECK(fs.list({})->empty());
  REQUIRE(fs.user_write("g", "y"));
  fs.mount();
  CHECK(*fs.root_identity() == identity);
  CHECK(fs.snapshot().size() == 1);
  CHECK(content(fs, "f") == "x");
  fs.unmount(Unmounted::unreadable);
  CHECK(fs.list({}).error().code == std::errc::io_error);
  CHECK(fs.root_identity().error().code == std::errc::io_error);
  fs.mount();
  CHECK(fs.list({})->size() == 1);
}

TEST_CASE("An image brings back a snapshot, another machine, or only files", "[memory]") {
  MemoryFileSystem fs;
  fs.set_root_identity({3, 4, "share"});
  fs.set_time({10});
  REQUIRE(fs.user_write("f", "old"));
  REQUIRE(fs.user_link("f", "twin"));
  REQUIRE((*fs.open_stage("s"))->write_at(0, as_bytes("staged")));
  const auto old_inode = inode(fs, "f");
  const DiskImage image = fs.image();
  fs.set_time({20});
  REQUIRE(fs.user_write("f", "new"));
  REQUIRE(fs.remove_stage("s"));

  SECTION("files, as a backup has them") {
    fs.restore(image, Restored::visible_files);
    CHECK(content(fs, "f") == "old");
    CHECK(fs.stat(at("f"))->mtime == WallTime{10});
    CHECK(fs.stat(at("f"))->links == 2);
    CHECK(inode(fs, "f") != old_inode);
    CHECK(fs.stage_snapshot().empty());
  }
  SECTION("files, with stage and trash") {
    fs.restore(image, Restored::with_control);
    CHECK(fs.stage_snapshot().at("s").content == "staged");
  }
  SECTION("all, with what is not durable") {
    fs.restore(image);
    CHECK(inode(fs, "f") == old_inode);
    CHECK(fs.stage_snapshot().at("s").content == "staged");
    fs.lose_power([](std::size_t) -> std::size_t { return 1; });
    CHECK(fs.stage_snapshot().empty());
    CHECK(content(fs, "f") == "old");
  }
  SECTION("another machine") {
    MemoryFileSystem clone;
    clone.set_capacity(100);
    clone.restore(image);
    CHECK(*clone.root_identity() == RootIdentity{3, 4, "share"});
    CHECK(*clone.free_bytes() == 91);
    REQUIRE(clone.user_write("f", "its own"));
    CHECK(content(clone, "twin") == "its own");
    CHECK(content(fs, "f") == "new");
    clone.restore(fs.image());
    CHECK(content(clone, "f") == "new");
    CHECK(*clone.free_bytes() == 97);
  }
}

}  // namespace lansync::test
