// Something that is mounted inside a share is not part of it.
#include <thread>

#include <catch2/catch.hpp>
#include <sched.h>
#include <sys/mount.h>

#include "tests/core/os/disk_world.h"

namespace lansync::test {
namespace {

namespace stdfs = std::filesystem;
using std::errc;

// Runs `test` where what it mounts is nobody else's business; false if that is not permitted.
template <class Test>
bool with_own_mounts(Test test) {
  bool permitted = false;
  // A namespace of its own is a thread's.
  std::thread thread([&] {
    permitted = ::unshare(CLONE_NEWNS) == 0 &&
                ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (permitted) test();
  });
  thread.join();
  if (!permitted) WARN("mounts cannot be tested without being root");
  return permitted;
}

void bind(const stdfs::path& source, const stdfs::path& target) {
  REQUIRE(::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) == 0);
}

void unmount(const stdfs::path& target) { REQUIRE(::umount(target.c_str()) == 0); }

bool is_elsewhere(FileSystem& fs, std::string_view dir, std::string_view name) {
  const auto entries = fs.list(at(dir));
  REQUIRE(entries);
  for (const DirEntry& entry : *entries) {
    if (entry.name == name) return entry.elsewhere;
  }
  FAIL("no entry " << name);
  return false;
}

void check_out_of_reach(FileSystem& fs) {
  constexpr auto kElsewhere = errc::cross_device_link;
  CHECK(error_of(fs.list(at("dir"))) == kElsewhere);
  CHECK(error_of(fs.stat(at("dir"))) == kElsewhere);
  CHECK(error_of(fs.stat(at("dir/secret"))) == kElsewhere);
  CHECK(error_of(fs.open_read(at("dir/secret"))) == kElsewhere);
  CHECK(error_of(fs.read_link(at("dir/secret"))) == kElsewhere);
  CHECK(error_of(fs.make_dir(at("dir/new"), 0755)) == kElsewhere);
  CHECK(error_of(fs.set_mode(at("dir"), 0700)) == kElsewhere);
  CHECK(error_of(fs.set_mtime(at("dir"), WallTime{1})) == kElsewhere);
  CHECK(error_of(fs.sync_metadata(at("dir"))) == kElsewhere);
  CHECK(error_of(fs.sync_dir(at("dir"))) == kElsewhere);
  CHECK(error_of(fs.set_mode(at("dir/secret"), 0600)) == kElsewhere);
  CHECK(error_of(fs.move_to_trash(at("dir/secret"), "t")) == kElsewhere);
  CHECK(error_of(fs.move(at("dir/secret"), at("taken"))) == kElsewhere);
  CHECK(error_of(fs.move(at("link"), at("dir/link"))) == kElsewhere);
  stage(fs, "staged", "bytes");
  CHECK(error_of(fs.install_new("staged", at("dir/staged"))) == kElsewhere);
  CHECK(error_of(fs.exchange("staged", at("dir/secret"))) == kElsewhere);
  // The place itself stays where it is.
  CHECK(error_of(fs.remove_dir(at("dir"))));
  CHECK(error_of(fs.move_to_trash(at("dir"), "t")));
  CHECK(error_of(fs.exchange("staged", at("dir"))));
  // A file can be mounted, too.
  CHECK(error_of(fs.stat(at("file"))) == kElsewhere);
  CHECK(error_of(fs.open_read(at("file"))) == kElsewhere);
  CHECK(error_of(fs.set_mode(at("file"), 0600)) == kElsewhere);
  CHECK(error_of(fs.exchange("staged", at("file"))));
  CHECK(error_of(fs.move_to_trash(at("file"), "t")));
}

}  // namespace

TEST_CASE("What is mounted inside a share is told, and out of reach", "[fs][mount]") {
  with_own_mounts([] {
    for (const DiskForm& form : disk_forms()) {
      INFO(form.name);
      DiskWorld world(form.options);
      populate(world);
      FileSystem& fs = world.fs();
      const auto before = fingerprint(world.outside());
      bind(world.outside(), world.root() / "dir");
      bind(world.outside() / "secret", world.root() / "file");
      CHECK(is_elsewhere(fs, "", "dir"));
      CHECK(is_elsewhere(fs, "", "file"));
      CHECK_FALSE(is_elsewhere(fs, "", "link"));
      check_out_of_reach(fs);
      unmount(world.root() / "dir");
      unmount(world.root() / "file");
      CHECK(fingerprint(world.outside()) == before);
      CHECK_FALSE(is_elsewhere(fs, "", "dir"));
      CHECK_FALSE(is_elsewhere(fs, "", "file"));
      CHECK(read_at_path(fs, "dir/inner") == "inner");
    }
  });
}

TEST_CASE("A directory can be renamed while something is mounted in it", "[fs][mount]") {
  with_own_mounts([] {
    for (const DiskForm& form : disk_forms()) {
      INFO(form.name);
      DiskWorld world(form.options);
      populate(world);
      world.make_dir("dir/deep");
      FileSystem& fs = world.fs();
      const auto before = fs.stat(at("dir"));
      REQUIRE(before);
      bind(world.outside(), world.root() / "dir/deep");
      stdfs::rename(world.root() / "dir", world.root() / "moved");
      CHECK(is_elsewhere(fs, "moved", "deep"));
      // By which what it hides is known.
      CHECK(fs.stat(at("moved"))->inode == before->inode);
      unmount(world.root() / "moved/deep");
      CHECK_FALSE(is_elsewhere(fs, "moved", "deep"));
    }
  });
}

TEST_CASE("A share may itself be mounted where it is", "[fs][mount]") {
  with_own_mounts([] {
    for (const DiskForm& form : disk_forms()) {
      INFO(form.name);
      DiskWorld world(form.options);
      populate(world);
      const stdfs::path place = world.root().parent_path() / "place";
      stdfs::create_directory(place);
      bind(world.root(), place);
      {
        const auto there = ShareRoot::open(place.string(), form.options);
        REQUIRE(there);
        CHECK_FALSE(is_elsewhere(**there, "", "dir"));
        CHECK(read_at_path(**there, "dir/inner") == "inner");
      }
      unmount(place);
    }
  });
}

TEST_CASE("Emptying the trash leaves alone what is mounted in it", "[fs][mount]") {
  with_own_mounts([] {
    DiskWorld world({});
    populate(world);
    REQUIRE(world.fs().move_to_trash(at("dir"), "t"));
    const stdfs::path inner = world.root() / ".lansync/trash/t/inner dir";
    stdfs::create_directory(inner);
    const auto before = fingerprint(world.outside());
    bind(world.outside(), inner);
    CHECK(error_of(world.fs().remove_trash("t")) == errc::cross_device_link);
    unmount(inner);
    CHECK(fingerprint(world.outside()) == before);
    CHECK(world.fs().remove_trash("t"));
  });
}

}  // namespace lansync::test
