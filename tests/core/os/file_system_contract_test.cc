// What FileSystem promises, held against the memory one and the real disk alike.
#include <algorithm>

#include <catch2/catch.hpp>

#include "core/fs/file_system.h"
#include "tests/core/os/share_world.h"

namespace lansync::test {
namespace {

using std::errc;
DirEntry entry_named(const std::vector<DirEntry>& entries, std::string_view name) {
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const DirEntry& candidate) {
    return candidate.name == name;
  });
  REQUIRE(entry != entries.end());
  return *entry;
}

}  // namespace

TEST_CASE("A listing has every entry with its kind, and never the control folder", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    check_names(world.fs(), "", {"dir", "file", "link", "other"});
    check_names(world.fs(), "dir", {"inner"});
    const auto entries = world.fs().list({});
    REQUIRE(entries);
    CHECK(entry_named(*entries, "file").stat.kind == NodeKind::file);
    CHECK(entry_named(*entries, "file").stat.size == 7);
    CHECK(entry_named(*entries, "dir").stat.kind == NodeKind::dir);
    CHECK(entry_named(*entries, "link").stat.kind == NodeKind::link);
    CHECK(entry_named(*entries, "other").stat.kind == NodeKind::other);
    for (const DirEntry& entry : *entries) {
      CHECK(entry.stat == *world.fs().stat(at(entry.name)));
    }
  });
}

TEST_CASE("What can't be listed is an error, not an empty directory", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    CHECK(error_of(world.fs().list(at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(world.fs().list(at("absent/deeper"))) == errc::no_such_file_or_directory);
    CHECK(error_of(world.fs().list(at("file"))) == errc::not_a_directory);
    CHECK(error_of(world.fs().list(at("file/deeper"))) == errc::not_a_directory);
    CHECK(error_of(world.fs().list(at("link"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(world.fs().list(at("link/inner"))) == errc::too_many_symbolic_link_levels);
  });
}

TEST_CASE("stat tells what is at a path and never looks through a link", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    CHECK(world.fs().stat({})->kind == NodeKind::dir);
    CHECK(world.fs().stat(at("dir/inner"))->size == 5);
    CHECK(world.fs().stat(at("link"))->kind == NodeKind::link);
    CHECK(world.fs().stat(at("file"))->links == 1);
    world.make_second_name("file", "twin");
    CHECK(world.fs().stat(at("file"))->links == 2);
    CHECK(world.fs().stat(at("file"))->inode == world.fs().stat(at("twin"))->inode);
    CHECK(error_of(world.fs().stat(at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(world.fs().stat(at("dir/absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(world.fs().stat(at("file/x"))) == errc::not_a_directory);
    CHECK(error_of(world.fs().stat(at("link/inner"))) == errc::too_many_symbolic_link_levels);
  });
}

TEST_CASE("Reading gives what was asked for, and less only at the end", "[fs]") {
  for_each_world([](ShareWorld& world) {
    world.write("file", "0123456789");
    const auto file = world.fs().open_read(at("file"));
    REQUIRE(file);
    std::array<std::byte, 4> four{};
    CHECK(*(*file)->read_at(0, four) == 4);
    CHECK(as_text(four) == "0123");
    CHECK(*(*file)->read_at(8, four) == 2);
    CHECK(as_text(ByteView(four).first(2)) == "89");
    CHECK(*(*file)->read_at(10, four) == 0);
    CHECK(*(*file)->read_at(1000, four) == 0);
    CHECK(*(*file)->read_at(3, {}) == 0);
    CHECK(error_of((*file)->read_at(UINT64_MAX, four)) == Errc::limit_exceeded);
  });
}

TEST_CASE("A file being read stays the same file whatever happens to its name", "[fs]") {
  for_each_world([](ShareWorld& world) {
    world.write("file", "first");
    const auto file = world.fs().open_read(at("file"));
    REQUIRE(file);
    const auto before = (*file)->stat();
    world.replace("file", "second");
    CHECK(read_all(**file) == "first");
    CHECK((*file)->stat()->inode == before->inode);
    world.remove("file");
    CHECK(read_all(**file) == "first");
  });
}

TEST_CASE("Only regular files are opened", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    CHECK(error_of(world.fs().open_read({})) == Errc::refused);
    CHECK(error_of(world.fs().open_read(at("dir"))) == Errc::changed);
    CHECK(error_of(world.fs().open_read(at("link"))) == Errc::changed);
    CHECK(error_of(world.fs().open_read(at("other"))) == Errc::changed);
    CHECK(error_of(world.fs().open_read(at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(world.fs().open_read(at("link/inner"))) == errc::too_many_symbolic_link_levels);
    CHECK(error_of(world.fs().open_read(at("file/x"))) == errc::not_a_directory);
  });
}

TEST_CASE("A link's target is read as it is", "[fs]") {
  for_each_world([](ShareWorld& world) {
    world.make_link("link", "../../some/where");
    world.write("file", "");
    CHECK(*world.fs().read_link(at("link")) == "../../some/where");
    CHECK(error_of(world.fs().read_link(at("file"))) == errc::invalid_argument);
    CHECK(error_of(world.fs().read_link(at("absent"))) == errc::no_such_file_or_directory);
    CHECK(error_of(world.fs().read_link({})) == Errc::refused);
  });
}

TEST_CASE("A file that a program holds open for writing is known as such", "[fs]") {
  for_each_world([](ShareWorld& world) {
    populate(world);
    CHECK_FALSE(*world.fs().is_open_for_writing(at("file")));
    world.hold_open("file");
    CHECK(*world.fs().is_open_for_writing(at("file")));
    world.let_go();
    CHECK_FALSE(*world.fs().is_open_for_writing(at("file")));
    CHECK_FALSE(*world.fs().is_open_for_writing(at("dir")));
    CHECK_FALSE(*world.fs().is_open_for_writing(at("link")));
    CHECK_FALSE(*world.fs().is_open_for_writing(at("other")));
    CHECK(error_of(world.fs().is_open_for_writing(at("absent"))) ==
          errc::no_such_file_or_directory);
  });
}

TEST_CASE("A disk says how much is free", "[fs]") {
  for_each_world([](ShareWorld& world) {
    const auto free = world.fs().free_bytes();
    REQUIRE(free);
    CHECK(*free > 0);
  });
}

TEST_CASE("The root is the same directory at every look", "[fs]") {
  for_each_world([](ShareWorld& world) {
    const auto identity = world.fs().root_identity();
    REQUIRE(identity);
    CHECK_FALSE(identity->marker.empty());
    CHECK(*identity == *world.fs().root_identity());
  });
}

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
