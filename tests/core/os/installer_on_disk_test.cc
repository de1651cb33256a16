// The install protocol where identities are the disk's: they have to survive its renames.
#include <catch2/catch.hpp>

#include "core/fs/installer.h"
#include "tests/core/os/share_world.h"

namespace lansync::test {

TEST_CASE("Files are installed, replaced, moved and removed on every kind of disk", "[installer]") {
  for_each_world([](ShareWorld& world) {
    FileSystem& fs = world.fs();
    REQUIRE(make_dir(fs, at("dir"), 0755));
    stage(fs, "one", "first");
    const auto created = install(fs, "one", at("dir/file"), std::nullopt, "t1");
    REQUIRE(created);
    CHECK(created->end == InstallEnd::created);
    CHECK(*fs.stat(at("dir/file")) == created->stat);
    stage(fs, "two", "second");
    const auto replaced = install(fs, "two", at("dir/file"), FileIdentity::of(created->stat), "t2");
    REQUIRE(replaced);
    CHECK(replaced->end == InstallEnd::replaced);
    CHECK(FileIdentity::of(*fs.stat_trash("t2")) == FileIdentity::of(created->stat));
    const FileIdentity second = FileIdentity::of(replaced->stat);
    REQUIRE(move_checked(fs, at("dir/file"), at("moved"), second));
    const auto removed = remove_to_trash(fs, at("moved"), second, "t3");
    REQUIRE(removed);
    CHECK(removed->end == InstallEnd::replaced);
    CHECK(sync_dirs(fs, {RelativePath(), at("dir")}).empty());
    REQUIRE(remove_dir(fs, at("dir"), FileIdentity::of(*fs.stat(at("dir")))));
    CHECK(names_in(fs, "").empty());
    CHECK(fs.list_stage()->empty());
  });
}

TEST_CASE("What a user did to a file is seen on every kind of disk", "[installer]") {
  for_each_world([](ShareWorld& world) {
    FileSystem& fs = world.fs();
    world.write("file", "as scanned");
    const FileIdentity scanned = FileIdentity::of(*fs.stat(at("file")));
    stage(fs, "s", "from another device");
    world.hold_open("file");
    CHECK(error_of(install(fs, "s", at("file"), scanned, "t")) == Errc::busy);
    world.let_go();
    world.replace("file", "edited since");
    CHECK(error_of(install(fs, "s", at("file"), scanned, "t")) == Errc::changed);
    CHECK(error_of(install(fs, "s", at("file"), std::nullopt, "t")) == Errc::changed);
    CHECK(error_of(remove_to_trash(fs, at("file"), scanned, "t")) == Errc::changed);
    CHECK(read_at_path(fs, "file") == "edited since");
    CHECK(fs.list_trash()->empty());
    CHECK(fs.list_stage()->size() == 1);
  });
}

}  // namespace lansync::test
