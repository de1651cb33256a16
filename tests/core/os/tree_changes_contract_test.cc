// What FileSystem promises of changes to the visible tree, held against the memory one and the real
// disk alike.
#include <catch2/catch.hpp>

#include "core/fs/file_system.h"
#include "tests/core/os/share_world.h"

namespace lansync::test {
namespace {

using std::errc;

}  // namespace

TEST_CASE("install_new puts the staged entry where nothing is", "[fs]") {
  for_each_world([](ShareWorld& world) {
    FileSystem& fs = world.fs();
    world.make_dir("dir");
    stage(fs, "s", "content");
    const FileIdentity staged = FileIdentity::of(*fs.stat_stage("s"));
    REQUIRE(fs.install_new("s", at("dir/file")));
    CHECK(read_at_path(fs, "dir/file") == "content");
    CHECK(FileIdentity::of(*fs.stat(at("dir/file"))) == staged);
    CHECK(fs.stat(at("dir/file"))->links == 1);
    CHECK(fs.list_stage()->empty());
  });
}

TEST_CASE("install_new never replaces anything", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    stage(fs, "s", "new");
    for (const char* path : {"file", "dir", "link", "other"}) {
      const FileStat before = *fs.stat(at(path));
      CHECK(error_of(fs.install_new("s", at(path))) == errc::file_exists);
      CHECK(*fs.stat(at(path)) == before);
    }
    CHECK(error_of(fs.install_new("s", {})) == Errc::refused);
    CHECK(error_of(fs.install_new("s", at("absent/x"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.install_new("s", at("file/x"))) == errc::not_a_directory);
    CHECK(error_of(fs.install_new("s", at("link/x"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.install_new("absent", at("x"))) == errc::no_such_file_or_directory);
    CHECK(read_at_path(fs, "file") == "content");
    CHECK(fs.stat_stage("s")->size == 3);
    check_names(fs, "dir", {"inner"});
  });
}

TEST_CASE("exchange swaps the staged file with whatever is at the path", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    for (const char* path : {"file", "link", "other", "dir"}) {
      CAPTURE(path);
      stage(fs, path, "new");
      const FileIdentity fresh = FileIdentity::of(*fs.stat_stage(path));
      const FileIdentity old = FileIdentity::of(*fs.stat(at(path)));
      REQUIRE(fs.exchange(path, at(path)));
      CHECK(FileIdentity::of(*fs.stat(at(path))) == fresh);
      CHECK(FileIdentity::of(*fs.stat_stage(path)) == old);
      REQUIRE(fs.exchange(path, at(path)));
      CHECK(FileIdentity::of(*fs.stat(at(path))) == old);
      CHECK(FileIdentity::of(*fs.stat_stage(path)) == fresh);
      CHECK(fs.stat(at(path))->links >= 1);
    }
    CHECK(fs.list_stage()->size() == 4);
    check_names(fs, "dir", {"inner"});
  });
}

TEST_CASE("exchange needs both sides", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    stage(fs, "s", "new");
    CHECK(error_of(fs.exchange("s", at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.exchange("absent", at("file"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.exchange("s", {})) == Errc::refused);
    CHECK(error_of(fs.exchange("s", at("link/inner"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.exchange("s", at("file/x"))) == errc::not_a_directory);
    CHECK(read_at_path(fs, "file") == "content");
    CHECK(*fs.list_stage() == Names{"s"});
  });
}

TEST_CASE("move takes a file, a link or a whole directory to a free name", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    const FileIdentity file = FileIdentity::of(*fs.stat(at("file")));
    REQUIRE(fs.move(at("file"), at("dir/moved")));
    CHECK(FileIdentity::of(*fs.stat(at("dir/moved"))) == file);
    REQUIRE(fs.move(at("link"), at("moved link")));
    CHECK(*fs.read_link(at("moved link")) == "dir");
    REQUIRE(fs.move(at("dir"), at("moved dir")));
    check_names(fs, "moved dir", {"inner", "moved"});
    check_names(fs, "", {"moved dir", "moved link", "other"});
  });
}

TEST_CASE("move never replaces anything, not even an empty directory", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    world.make_dir("empty");
    FileSystem& fs = world.fs();
    for (const char* from : {"file", "dir", "link"}) {
      for (const char* to : {"file", "dir", "link", "other", "empty", "dir/inner"}) {
        CAPTURE(from, to);
        CHECK(error_of(fs.move(at(from), at(to))) == errc::file_exists);
      }
    }
    CHECK(error_of(fs.move(at("dir"), at("dir/itself"))) == errc::invalid_argument);
    CHECK(error_of(fs.move(at("absent"), at("x"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.move(at("file"), at("absent/x"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.move(at("file"), at("link/x"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.move(at("link/inner"), at("x"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.move({}, at("x"))) == Errc::refused);
    CHECK(error_of(fs.move(at("file"), {})) == Errc::refused);
    check_names(fs, "", {"dir", "empty", "file", "link", "other"});
  });
}

TEST_CASE("A directory is made with exactly its mode, once", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    REQUIRE(fs.make_dir(at("new"), 07777));
    CHECK(fs.stat(at("new"))->kind == NodeKind::dir);
    CHECK(fs.stat(at("new"))->mode == 0777);
    REQUIRE(fs.make_dir(at("new/inner"), 0500));
    CHECK(fs.stat(at("new/inner"))->mode == 0500);
    for (const char* path : {"file", "dir", "link", "other"}) {
      CHECK(error_of(fs.make_dir(at(path), 0755)) == errc::file_exists);
    }
    CHECK(error_of(fs.make_dir(at("absent/x"), 0755)) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.make_dir(at("file/x"), 0755)) == errc::not_a_directory);
    CHECK(error_of(fs.make_dir(at("link/x"), 0755)) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.make_dir({}, 0755)) == Errc::refused);
  });
}

TEST_CASE("Only an empty directory is removed", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    CHECK(error_of(fs.remove_dir(at("dir"))) == errc::directory_not_empty);
    CHECK(error_of(fs.remove_dir(at("file"))) == errc::not_a_directory);
    CHECK(error_of(fs.remove_dir(at("link"))) == errc::not_a_directory);
    CHECK(error_of(fs.remove_dir(at("other"))) == errc::not_a_directory);
    CHECK(error_of(fs.remove_dir(at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.remove_dir(at("link/inner"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.remove_dir({})) == Errc::refused);
    world.remove("dir/inner");
    REQUIRE(fs.remove_dir(at("dir")));
    check_names(fs, "", {"file", "link", "other"});
  });
}

TEST_CASE("Modes are set on files and directories, never through a link", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    const std::uint32_t inner_mode = fs.stat(at("dir"))->mode;
    CHECK(error_of(fs.set_mode(at("link"), 0700)) == errc::too_many_symbolic_link_levels);
    CHECK(fs.stat(at("dir"))->mode == inner_mode);
    REQUIRE(fs.set_mode(at("file"), 07640));
    CHECK(fs.stat(at("file"))->mode == 0640);
    REQUIRE(fs.set_mode(at("dir"), 0711));
    CHECK(fs.stat(at("dir"))->mode == 0711);
    CHECK(error_of(fs.set_mode(at("other"), 0600)) == Errc::changed);
    CHECK(error_of(fs.set_mode(at("absent"), 0600)) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.set_mode(at("link/inner"), 0600)) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.set_mode({}, 0600)) == Errc::refused);
  });
}

TEST_CASE("Times are set on files, directories and links themselves", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    FileSystem& fs = world.fs();
    const WallTime time{1'234'567'890'987'654'321};
    const WallTime inner_time = fs.stat(at("dir"))->mtime;
    REQUIRE(fs.set_mtime(at("link"), time));
    CHECK(fs.stat(at("link"))->mtime == time);
    CHECK(fs.stat(at("dir"))->mtime == inner_time);
    for (const char* path : {"file", "dir"}) {
      REQUIRE(fs.set_mtime(at(path), time));
      CHECK(fs.stat(at(path))->mtime == time);
    }
    CHECK(error_of(fs.set_mtime(at("other"), time)) == Errc::changed);
    CHECK(error_of(fs.set_mtime(at("absent"), time)) == errc::no_such_file_or_directory);
    CHECK(error_of(fs.set_mtime(at("link/inner"), time)) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(fs.set_mtime({}, time)) == Errc::refused);
  });
}

TEST_CASE("A file with several names keeps its mode and time", "[fs]") {
  for_each_world([](ShareWorld& world) {
    world.write("file", "x");
    world.make_second_name("file", "twin");
    const FileStat before = *world.fs().stat(at("twin"));
    CHECK(error_of(world.fs().set_mode(at("file"), 0600)) == Errc::refused);
    CHECK(error_of(world.fs().set_mtime(at("file"), {1})) == Errc::refused);
    CHECK(*world.fs().stat(at("twin")) == before);
  });
}

TEST_CASE("Directories are synced where they are", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    REQUIRE(world.fs().sync_dir({}));
    REQUIRE(world.fs().sync_dir(at("dir")));
    REQUIRE(world.fs().sync_control());
    REQUIRE(world.fs().sync_all());
    CHECK(error_of(world.fs().sync_dir(at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(world.fs().sync_dir(at("file"))) == errc::not_a_directory);
    CHECK(error_of(world.fs().sync_dir(at("link"))) == errc::too_many_symbolic_link_levels);
  });
}

TEST_CASE("Metadata is synced of files and directories, whatever their mode", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    REQUIRE(world.fs().sync_metadata(at("file")));
    REQUIRE(world.fs().sync_metadata(at("dir")));
    REQUIRE(world.fs().set_mode(at("file"), 0));
    CHECK(world.fs().sync_metadata(at("file")));
    CHECK(error_of(world.fs().sync_metadata(at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(world.fs().sync_metadata(at("link"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(world.fs().sync_metadata(at("other"))) == Errc::changed);
    CHECK(error_of(world.fs().sync_metadata({})) == Errc::refused);
  });
}

}  // namespace lansync::test
