// What FileSystem promises of the trash, held against the memory one and the real disk alike.
#include <catch2/catch.hpp>

#include "core/fs/file_system.h"
#include "tests/core/os/share_world.h"

namespace lansync::test {
namespace {

using std::errc;

}  // namespace

TEST_CASE("What goes to the trash comes back whole", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    for (const char* path : {"file", "link", "dir", "other"}) {
      const FileIdentity before = FileIdentity::of(*fs.stat(at(path)));
      REQUIRE(fs.move_to_trash(at(path), path));
      CHECK(error_of(fs.stat(at(path))) == errc::no_such_file_or_directory);
      CHECK(FileIdentity::of(*fs.stat_trash(path)) == before);
    }
    CHECK(fs.list_trash()->size() == 4);
    const auto kept = fs.open_trash("file");
    REQUIRE(kept);
    CHECK(read_all(**kept) == "content");
    for (const char* path : {"file", "link", "dir", "other"}) {
      REQUIRE(fs.move_from_trash(path, at(path)));
    }
    CHECK(fs.list_trash()->empty());
    check_names(fs, "dir", {"inner"});
    CHECK(*fs.read_link(at("link")) == "dir");
  });
}

TEST_CASE("What is in the trash changes places with what is at a path", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    world.write("second", "second");
    const FileIdentity file = FileIdentity::of(*fs.stat(at("file")));
    const FileIdentity second = FileIdentity::of(*fs.stat(at("second")));
    REQUIRE(fs.move_to_trash(at("file"), "t"));
    REQUIRE(fs.exchange_with_trash("t", at("second")));
    CHECK(FileIdentity::of(*fs.stat(at("second"))) == file);
    CHECK(FileIdentity::of(*fs.stat_trash("t")) == second);
    CHECK(error_of(fs.exchange_with_trash("t", at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.exchange_with_trash("u", at("second"))) == errc::no_such_file_or_directory);
    CHECK(FileIdentity::of(*fs.stat_trash("t")) == second);
  });
}

TEST_CASE("Nothing in the trash and nothing put back from it replaces anything", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    world.write("second", "second");
    stage(fs, "s", "staged");
    REQUIRE(fs.move_to_trash(at("file"), "t"));
    CHECK(error_of(fs.move_to_trash(at("second"), "t")) == errc::file_exists);
    CHECK(error_of(fs.move_stage_to_trash("s", "t")) == errc::file_exists);
    CHECK(error_of(fs.move_from_trash("t", at("second"))) == errc::file_exists);
    CHECK(error_of(fs.move_from_trash("t", at("absent/x"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.move_from_trash("t", at("link/x"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.move_from_trash("absent", at("x"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.move_to_trash(at("absent"), "u")) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.move_to_trash(at("link/inner"), "u")) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.move_to_trash({}, "u")) == Errc::refused);
    CHECK(error_of(fs.move_stage_to_trash("absent", "u")) == errc::no_such_file_or_directory);
    CHECK(read_at_path(fs, "second") == "second");
    CHECK(fs.stat_stage("s")->size == 6);
    CHECK(fs.stat_trash("t")->size == 7);
    CHECK(fs.list_trash()->size() == 1);
  });
}

TEST_CASE("A staged file can be given up to the trash", "[fs]") {
  for_each_world([](ShareWorld& world) {
    stage(world.fs(), "s", "staged");
    REQUIRE(world.fs().move_stage_to_trash("s", "t"));
    CHECK(world.fs().list_stage()->empty());
    CHECK(world.fs().stat_trash("t")->size == 6);
  });
}

TEST_CASE("The trash is emptied entry by entry", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    world.make_dir("dir/deep");
    world.make_link("dir/deep/link", "../../file");
    FileSystem& fs = world.fs();
    REQUIRE(fs.move_to_trash(at("dir"), "d"));
    REQUIRE(fs.move_to_trash(at("link"), "l"));
    CHECK(error_of(fs.open_trash("d")) == Errc::changed);
    CHECK(error_of(fs.open_trash("l")) == Errc::changed);
    CHECK(error_of(fs.open_trash("absent")) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.stat_trash("absent")) == errc::no_such_file_or_directory);
    REQUIRE(fs.remove_trash("d"));
    REQUIRE(fs.remove_trash("l"));
    CHECK(error_of(fs.remove_trash("l")) == errc::no_such_file_or_directory);
    CHECK(fs.list_trash()->empty());
    check_names(fs, "", {"file", "other"});
  });
}

}  // namespace lansync::test
