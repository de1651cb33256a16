// What FileSystem promises of looking at a share, held against the memory one and the real disk
// alike.
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

}  // namespace lansync::test
