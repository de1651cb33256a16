// What ShareRoot does beyond FileSystem's contract: the control folder, the marker, the root.
#include "core/os/share_root.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/core/os/disk_world.h"

namespace lansync::test {
namespace {

namespace stdfs = std::filesystem;

std::error_code open_error(const stdfs::path& path) {
  return error_of(ShareRoot::open(path.string()));
}

unsigned int mode_of(const stdfs::path& path) {
  struct stat raw{};
  REQUIRE(::lstat(path.c_str(), &raw) == 0);
  return raw.st_mode & 07777U;
}

// Whom modes keep from anything, as they do not root; the folder is theirs.
class NotRoot {
 public:
  explicit NotRoot(const stdfs::path& folder) : root_(::geteuid() == 0) {
    if (!root_) return;
    REQUIRE(::chown(folder.c_str(), kNobody, kNobody) == 0);
    REQUIRE(::seteuid(kNobody) == 0);
  }
  ~NotRoot() {
    if (root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  static constexpr uid_t kNobody = 65534;

  const bool root_;
};

}  // namespace

TEST_CASE("A new share has private folders of its own and a marker", "[share_root]") {
  const TemporaryFolder folder;
  const mode_t mask = ::umask(0);
  const auto share = ShareRoot::create(folder.path().string(), kShareIdHex);
  ::umask(mask);
  REQUIRE(share);
  for (const char* name : {".lansync", ".lansync/stage", ".lansync/trash"}) {
    CHECK(mode_of(folder.path() / name) == 0700);
  }
  CHECK((*share)->root_identity()->marker == kShareIdHex);
  const auto again = ShareRoot::open(folder.path().string());
  REQUIRE(again);
  CHECK(*(*again)->root_identity() == *(*share)->root_identity());
}

TEST_CASE("A folder is founded once, and only for one share", "[share_root]") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  REQUIRE(ShareRoot::create(path, kShareIdHex));
  REQUIRE(ShareRoot::create(path, kShareIdHex));
  CHECK(error_of(ShareRoot::create(path, std::string(64, 'b'))) == std::errc::file_exists);
  CHECK((*ShareRoot::open(path))->root_identity()->marker == kShareIdHex);
}

TEST_CASE("An id that is none founds nothing", "[share_root]") {
  const TemporaryFolder folder;
  for (const std::string& id : {std::string(), std::string(63, 'a'), std::string(65, 'a'),
                                std::string(64, 'g'), std::string(64, '/')}) {
    CHECK(error_of(ShareRoot::create(folder.path().string(), id)) == std::errc::invalid_argument);
  }
  CHECK(stdfs::is_empty(folder.path()));
}

TEST_CASE("A folder without a marker is no share", "[share_root]") {
  const TemporaryFolder folder;
  CHECK(open_error(folder.path()) == Errc::not_found);
  CHECK(open_error(folder.path() / "absent") == std::errc::no_such_file_or_directory);
  std::ofstream(folder.path() / "file") << "x";
  CHECK(open_error(folder.path() / "file") == std::errc::not_a_directory);
  REQUIRE(ShareRoot::create(folder.path().string(), kShareIdHex));
  stdfs::remove(folder.path() / ".lansync" / "share");
  CHECK(open_error(folder.path()) == Errc::not_found);
}

TEST_CASE("A creation that was cut short is completed", "[share_root]") {
  const TemporaryFolder folder;
  stdfs::create_directories(folder.path() / ".lansync" / "stage");
  stdfs::permissions(folder.path() / ".lansync", stdfs::perms::owner_all);
  std::ofstream(folder.path() / ".lansync" / "share.new") << "half";
  const auto share = ShareRoot::create(folder.path().string(), kShareIdHex);
  REQUIRE(share);
  CHECK((*share)->root_identity()->marker == kShareIdHex);
  CHECK_FALSE(stdfs::exists(folder.path() / ".lansync" / "share.new"));
}

TEST_CASE("A control folder that is a link is not followed", "[share_root]") {
  for (const char* name : {".lansync", ".lansync/stage", ".lansync/trash"}) {
    CAPTURE(name);
    const TemporaryFolder folder;
    const TemporaryFolder elsewhere;
    REQUIRE(ShareRoot::create(folder.path().string(), kShareIdHex));
    stdfs::remove_all(elsewhere.path());
    stdfs::rename(folder.path() / name, elsewhere.path());
    stdfs::create_directory_symlink(elsewhere.path(), folder.path() / name);
    CHECK(open_error(folder.path()) == std::errc::not_a_directory);
    CHECK(error_of(ShareRoot::create(folder.path().string(), kShareIdHex)) ==
          std::errc::not_a_directory);
  }
}

TEST_CASE("A control folder that others could write to is refused, one they could read is closed",
          "[share_root]") {
  const TemporaryFolder folder;
  REQUIRE(ShareRoot::create(folder.path().string(), kShareIdHex));
  for (const char* name : {".lansync", ".lansync/stage", ".lansync/trash"}) {
    CAPTURE(name);
    const stdfs::path path = folder.path() / name;
    REQUIRE(::chmod(path.c_str(), 0720) == 0);
    CHECK(open_error(folder.path()) == Errc::refused);
    REQUIRE(::chmod(path.c_str(), 0702) == 0);
    CHECK(open_error(folder.path()) == Errc::refused);
    REQUIRE(::chmod(path.c_str(), 0755) == 0);
    CHECK_FALSE(open_error(folder.path()));
    CHECK(mode_of(path) == 0700);
  }
}

TEST_CASE("A control folder of another user is refused", "[share_root]") {
  if (::geteuid() != 0) return;  // Only root can give a folder away.
  const TemporaryFolder folder;
  REQUIRE(ShareRoot::create(folder.path().string(), kShareIdHex));
  REQUIRE(::chown((folder.path() / ".lansync/stage").c_str(), 12345, 12345) == 0);
  CHECK(open_error(folder.path()) == Errc::refused);
}

TEST_CASE("A marker that is no marker of ours is malformed, not another share", "[share_root]") {
  const TemporaryFolder folder;
  REQUIRE(ShareRoot::create(folder.path().string(), kShareIdHex));
  std::ofstream(folder.path() / ".lansync" / "share") << std::string(1 << 20, 'x');
  CHECK(open_error(folder.path()) == Errc::malformed);
}

TEST_CASE("The identity is that of the directory at the path now", "[share_root]") {
  const TemporaryFolder folder;
  const stdfs::path path = folder.path() / "share";
  stdfs::create_directory(path);
  const auto share = ShareRoot::create(path.string(), kShareIdHex);
  REQUIRE(share);
  const RootIdentity before = *(*share)->root_identity();
  stdfs::rename(path, folder.path() / "away");
  CHECK(error_of((*share)->root_identity()) == std::errc::no_such_file_or_directory);
  stdfs::create_directory(path);
  const RootIdentity empty = *(*share)->root_identity();
  CHECK(empty.marker.empty());
  CHECK(empty.inode != before.inode);
  stdfs::remove(path);
  stdfs::rename(folder.path() / "away", path);
  CHECK(*(*share)->root_identity() == before);
}

TEST_CASE("A trash entry that is too deep stays, and says so", "[share_root]") {
  DiskWorld world({});
  stdfs::path deep = world.root() / "deep";
  for (int depth = 0; depth < 300; ++depth) deep /= "d";
  stdfs::create_directories(deep);
  REQUIRE(world.fs().move_to_trash(at("deep"), "t"));
  CHECK(error_of(world.fs().remove_trash("t")) == Errc::limit_exceeded);
  CHECK(world.fs().stat_trash("t"));
}

TEST_CASE("Where names can neither be kept from replacing nor be linked, files stay as they are",
          "[share_root]") {
  ShareRootOptions options;
  options.renames = {false, false, false};
  DiskWorld world(options);
  populate(world);
  stage(world.fs(), "s", "staged");
  CHECK(error_of(world.fs().install_new("s", at("new"))) == Errc::unsupported);
  CHECK(error_of(world.fs().exchange("s", at("file"))) == Errc::unsupported);
  CHECK(error_of(world.fs().move(at("file"), at("moved"))) == Errc::unsupported);
  CHECK(error_of(world.fs().move_to_trash(at("file"), "t")) == Errc::unsupported);
  CHECK(read_at_path(world.fs(), "file") == "content");
  CHECK(*world.fs().list_stage() == Names{"s"});
  CHECK(world.fs().list_trash()->empty());
  check_names(world.fs(), "", {"dir", "file", "link", "other"});
}

TEST_CASE("What is in the staging folder and is no file of ours is not written to",
          "[share_root]") {
  DiskWorld world({});
  const stdfs::path staged = world.root() / ".lansync/stage/s";
  SECTION("a pipe") { REQUIRE(::mkfifo(staged.c_str(), 0600) == 0); }
  SECTION("another user's") {
    if (::geteuid() != 0) return;
    world.write(".lansync/stage/s", "another user's");
    REQUIRE(::chown(staged.c_str(), 12345, 12345) == 0);
  }
  CHECK(error_of(world.fs().open_stage("s")) == Errc::refused);
}

TEST_CASE("What an interrupted exchange left aside is not written over", "[share_root]") {
  ShareRootOptions options;
  options.renames.exchange = false;
  DiskWorld world(options);
  populate(world);
  stage(world.fs(), "s", "staged");
  stage(world.fs(), "s~", "a user's");
  CHECK(error_of(world.fs().exchange("s", at("file"))) == std::errc::file_exists);
  CHECK(read_at_path(world.fs(), "file") == "content");
  CHECK(world.fs().stat_stage("s~")->size == 8);
}

TEST_CASE("Looking for writers does not end the process that opens the file meanwhile",
          "[share_root]") {
  DiskWorld world({});
  world.write("file", "x");
  std::atomic<bool> stopped = false;
  std::thread writer([&] {
    while (!stopped) {
      const UniqueFd fd(::open((world.root() / "file").c_str(), O_WRONLY | O_CLOEXEC));
    }
  });
  for (int round = 0; round < 2000; ++round) CHECK(world.fs().is_open_for_writing(at("file")));
  stopped = true;
  writer.join();
}

// An installation sets the mode first, and may come to nothing then.
TEST_CASE("A staged file that is read only is made writable again", "[share_root]") {
  const TemporaryFolder folder;
  const NotRoot user(folder.path());
  REQUIRE(ShareRoot::create(folder.path().string(), kShareIdHex));
  const auto share = ShareRoot::open(folder.path().string());
  REQUIRE(share);
  stage(**share, "s", "content");
  const stdfs::path staged = folder.path() / ".lansync/stage/s";
  for (const mode_t mode : {0444U, 0U}) {
    REQUIRE(::chmod(staged.c_str(), mode) == 0);
    const auto file = (*share)->open_stage("s");
    REQUIRE(file);
    CHECK(read_all(**file) == "content");
    CHECK(mode_of(staged) == 0600);
  }
  SECTION("not if its bytes are another file's, too") {
    REQUIRE(::chmod(staged.c_str(), 0444) == 0);
    REQUIRE(::link(staged.c_str(), (folder.path() / "second").c_str()) == 0);
    CHECK(error_of((*share)->open_stage("s")) == std::errc::permission_denied);
    CHECK(mode_of(staged) == 0444);
  }
}

}  // namespace lansync::test
