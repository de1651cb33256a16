// What FileSystem promises of what is staged, held against the memory one and the real disk alike.
#include <catch2/catch.hpp>

#include "core/fs/file_system.h"
#include "tests/core/os/share_world.h"

namespace lansync::test {
namespace {

using std::errc;

}  // namespace

TEST_CASE("A staged file is private, grows as it is written, and is found again", "[fs]") {
  for_each_world([](ShareWorld& world) {
    FileSystem& fs = world.fs();
    {
      const auto file = fs.open_stage("s");
      REQUIRE(file);
      CHECK((*file)->stat()->mode == 0600);
      REQUIRE((*file)->write_at(4, as_bytes("tail")));
      CHECK(read_all(**file) == std::string("\0\0\0\0tail", 8));
      REQUIRE((*file)->write_at(0, as_bytes("head")));
      REQUIRE((*file)->sync());
    }
    const auto again = fs.open_stage("s");
    REQUIRE(again);
    CHECK(read_all(**again) == "headtail");
    REQUIRE((*again)->truncate(2));
    CHECK(read_all(**again) == "he");
    REQUIRE((*again)->write_at(2, {}));
    CHECK(fs.stat_stage("s")->size == 2);
    CHECK(*fs.list_stage() == Names{"s"});
    check_names(fs, "", {});
  });
}

TEST_CASE("A staged file gets its mode and time before anybody sees it", "[fs]") {
  for_each_world([](ShareWorld& world) {
    const auto file = world.fs().open_stage("s");
    REQUIRE(file);
    REQUIRE((*file)->write_at(0, as_bytes("x")));
    for (const std::int64_t ns : {std::int64_t{1'700'000'000'123'456'789}, std::int64_t{0},
                                  std::int64_t{-1}, std::int64_t{-1'500'000'000}}) {
      REQUIRE((*file)->set_mode_and_mtime(07754, {ns}));
      CHECK((*file)->stat()->mtime == WallTime{ns});
    }
    CHECK((*file)->stat()->mode == 0754);
    const FileStat staged = *world.fs().stat_stage("s");
    REQUIRE(world.fs().install_new("s", at("file")));
    CHECK(FileIdentity::of(*world.fs().stat(at("file"))) == FileIdentity::of(staged));
  });
}

TEST_CASE("A write beyond what a file may be is refused", "[fs]") {
  for_each_world([](ShareWorld& world) {
    const auto file = world.fs().open_stage("s");
    REQUIRE(file);
    CHECK(error_of((*file)->write_at(UINT64_MAX, as_bytes("x"))) == Errc::limit_exceeded);
    CHECK(error_of((*file)->write_at(std::uint64_t{16} << 40, as_bytes("x"))) ==
          Errc::limit_exceeded);
    CHECK(error_of((*file)->truncate(UINT64_MAX)) == Errc::limit_exceeded);
    CHECK((*file)->stat()->size == 0);
  });
}

TEST_CASE("Names in the staging folder and the trash are one component", "[fs]") {
  for_each_world([](ShareWorld& world) {
    FileSystem& fs = world.fs();
    world.write("file", "x");
    stage(fs, "s", "x");
    for (const std::string& name :
         {std::string(), std::string("."), std::string(".."), std::string("a/b"),
          std::string("../share"), std::string("/absent-entry-of-a-test"), std::string("a\0b", 3),
          std::string(256, 'n')}) {
      CAPTURE(name);
      CHECK(error_of(fs.open_stage(name)) == errc::invalid_argument);
      CHECK(error_of(fs.make_stage_link(name, "x")) == errc::invalid_argument);
      CHECK(error_of(fs.stat_stage(name)) == errc::invalid_argument);
      CHECK(error_of(fs.remove_stage(name)) == errc::invalid_argument);
      CHECK(error_of(fs.install_new(name, at("new"))) == errc::invalid_argument);
      CHECK(error_of(fs.exchange(name, at("file"))) == errc::invalid_argument);
      CHECK(error_of(fs.move_to_trash(at("file"), name)) == errc::invalid_argument);
      CHECK(error_of(fs.move_stage_to_trash(name, "t")) == errc::invalid_argument);
      CHECK(error_of(fs.move_stage_to_trash("s", name)) == errc::invalid_argument);
      CHECK(error_of(fs.move_from_trash(name, at("new"))) == errc::invalid_argument);
      CHECK(error_of(fs.exchange_with_trash(name, at("file"))) == errc::invalid_argument);
      CHECK(error_of(fs.stat_trash(name)) == errc::invalid_argument);
      CHECK(error_of(fs.open_trash(name)) == errc::invalid_argument);
      CHECK(error_of(fs.remove_trash(name)) == errc::invalid_argument);
    }
    check_names(fs, "", {"file"});
  });
}

TEST_CASE("A staged link keeps its target and is no staged file", "[fs]") {
  for_each_world([](ShareWorld& world) {
    FileSystem& fs = world.fs();
    REQUIRE(fs.make_stage_link("l", "some/where"));
    CHECK(fs.stat_stage("l")->kind == NodeKind::link);
    CHECK(error_of(fs.make_stage_link("l", "else")) == errc::file_exists);
    CHECK(error_of(fs.open_stage("l")) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.make_stage_link("m", "")) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.make_stage_link("m", std::string(4096, 'x'))) == errc::invalid_argument);
    CHECK(error_of(fs.make_stage_link("m", std::string("a\0b", 3))) == errc::invalid_argument);
    REQUIRE(fs.install_new("l", at("link")));
    CHECK(*fs.read_link(at("link")) == "some/where");
    CHECK(fs.list_stage()->empty());
  });
}

TEST_CASE("What is not staged is gone without complaint", "[fs]") {
  for_each_world([](ShareWorld& world) {
    FileSystem& fs = world.fs();
    stage(fs, "s", "x");
    REQUIRE(fs.remove_stage("s"));
    REQUIRE(fs.remove_stage("s"));
    CHECK(error_of(fs.stat_stage("s")) == errc::no_such_file_or_directory);
    CHECK(fs.list_stage()->empty());
  });
}

TEST_CASE("A staged entry gets another name, if that is free", "[fs]") {
  for_each_world([](ShareWorld& world) {
    FileSystem& fs = world.fs();
    stage(fs, "s", "staged");
    stage(fs, "taken", "x");
    CHECK(error_of(fs.rename_stage("s", "taken")) == errc::file_exists);
    CHECK(error_of(fs.rename_stage("absent", "t")) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.rename_stage("s", "a/b")) == errc::invalid_argument);
    CHECK(error_of(fs.rename_stage("../share", "t")) == errc::invalid_argument);
    const FileStat before = *fs.stat_stage("s");
    REQUIRE(fs.rename_stage("s", "t"));
    CHECK(FileIdentity::of(*fs.stat_stage("t")) == FileIdentity::of(before));
    CHECK(error_of(fs.stat_stage("s")) == errc::no_such_file_or_directory);
    CHECK(fs.stat_stage("taken")->size == 1);
  });
}

TEST_CASE("A staged file that has another name is not written to", "[fs]") {
  for_each_world([](ShareWorld& world) {
    world.write("file", "the user's");
    world.make_second_name("file", "twin");
    stage(world.fs(), "s", "new");
    REQUIRE(world.fs().exchange("s", at("file")));
    CHECK(error_of(world.fs().open_stage("s")) == Errc::refused);
    CHECK(read_at_path(world.fs(), "twin") == "the user's");
  });
}

}  // namespace lansync::test
