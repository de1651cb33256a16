#include "core/os/inotify_watcher.h"

#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "tests/core/os/disk_world.h"

namespace lansync::test {
namespace {

namespace stdfs = std::filesystem;

// How long a test waits for what must come anyway.
constexpr int kPatienceMs = 30'000;

// A share that is watched from its root down.
struct Watched {
  explicit Watched(InotifyWatcherOptions options = {}) : world({}) {
    auto created = InotifyWatcher::create(world.share(), options);
    REQUIRE(created);
    watcher = *std::move(created);
  }

  // What is said about everything that happened before this call.
  std::map<std::string, bool> events() {
    pollfd waiting{watcher->descriptor(), POLLIN, 0};
    REQUIRE(::poll(&waiting, 1, kPatienceMs) == 1);
    std::map<std::string, bool> result;
    while (::poll(&waiting, 1, 0) == 1) {
      for (const WatchEvent& event : watcher->handle_readable()) {
        result[event.dir.text()] |= event.recursive;
        written.insert(event.written.begin(), event.written.end());
      }
    }
    return result;
  }

  bool quiet() const {
    pollfd waiting{watcher->descriptor(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 0;
  }

  DiskWorld world;
  std::unique_ptr<InotifyWatcher> watcher;
  std::set<std::string> written;  // As all events so far say.
};

using Events = std::map<std::string, bool>;

}  // namespace

TEST_CASE("Whatever happens to a file is an event of its directory", "[watcher]") {
  Watched watched;
  DiskWorld& world = watched.world;
  world.make_dir("dir");
  world.write("dir/file", "x");
  watched.watcher->watch_tree({});
  (void)watched.watcher->handle_readable();
  CHECK(watched.watcher->watches() == 2);
  const stdfs::path file = world.root() / "dir/file";

  world.write("dir/file", "written");
  CHECK(watched.events() == Events{{"dir", false}});
  std::ofstream(file, std::ios::app) << "appended";
  CHECK(watched.events() == Events{{"dir", false}});
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  CHECK(watched.events() == Events{{"dir", false}});
  stdfs::last_write_time(file, stdfs::file_time_type{});
  CHECK(watched.events() == Events{{"dir", false}});
  stdfs::rename(file, world.root() / "moved");
  CHECK(watched.events() == Events{{"", false}, {"dir", false}});
  world.make_link("dir/link", "nowhere");
  CHECK(watched.events() == Events{{"dir", false}});
  world.remove("moved");
  CHECK(watched.events() == Events{{"", false}});
  CHECK(watched.quiet());
}

TEST_CASE("A program that writes and does not close is noticed", "[watcher]") {
  Watched watched;
  watched.watcher->watch_tree({});
  std::ofstream log(watched.world.root() / "log");
  CHECK(watched.events() == Events{{"", false}});
  log << "line" << std::flush;
  CHECK(watched.events() == Events{{"", false}});
}

TEST_CASE("A new directory is watched, and reported with what is in it by then", "[watcher]") {
  Watched watched;
  watched.watcher->watch_tree({});
  stdfs::create_directories(watched.world.root() / "a/b/c");
  Events events = watched.events();
  CHECK(events.at("a"));
  CHECK(watched.watcher->watches() == 4);
  watched.world.write("a/b/c/file", "x");
  CHECK(watched.events() == Events{{"a/b/c", false}});
}

TEST_CASE("A directory that moves is watched under its new name only", "[watcher]") {
  Watched watched;
  stdfs::create_directories(watched.world.root() / "a/b");
  stdfs::create_directories(watched.world.root() / "a-sibling");
  watched.watcher->watch_tree({});
  (void)watched.watcher->handle_readable();
  stdfs::rename(watched.world.root() / "a", watched.world.root() / "z");
  CHECK(watched.events() == Events{{"", false}, {"z", true}});
  watched.world.write("z/b/file", "x");
  CHECK(watched.events() == Events{{"z/b", false}});
  watched.world.write("a-sibling/file", "x");
  CHECK(watched.events() == Events{{"a-sibling", false}});
  CHECK(watched.watcher->watches() == 4);
}

TEST_CASE("A directory that leaves the share is no longer watched", "[watcher]") {
  Watched watched;
  stdfs::create_directories(watched.world.root() / "a/b");
  watched.watcher->watch_tree({});
  (void)watched.watcher->handle_readable();
  stdfs::rename(watched.world.root() / "a", watched.world.outside() / "a");
  CHECK(watched.events() == Events{{"", false}});
  std::ofstream(watched.world.outside() / "a/b/file") << "x";
  CHECK(watched.quiet());
  CHECK(watched.watcher->watches() == 1);
}

TEST_CASE("A directory that is removed and made again is watched again", "[watcher]") {
  Watched watched;
  stdfs::create_directories(watched.world.root() / "a/b");
  watched.watcher->watch_tree({});
  stdfs::remove_all(watched.world.root() / "a");
  stdfs::create_directories(watched.world.root() / "a");
  CHECK(watched.events().at("a"));
  CHECK(watched.watcher->watches() == 2);
  watched.world.write("a/file", "x");
  CHECK(watched.events() == Events{{"a", false}});
  stdfs::remove_all(watched.world.root() / "a");
  CHECK(watched.events().at("") == false);
  CHECK(watched.watcher->watches() == 1);
}

TEST_CASE("What lansync keeps in its own folder is no event", "[watcher]") {
  Watched watched;
  watched.watcher->watch_tree({});
  stage(watched.world.fs(), "s", "x");
  REQUIRE(watched.world.fs().move_stage_to_trash("s", "t"));
  REQUIRE(::chmod((watched.world.root() / ".lansync").c_str(), 0700) == 0);
  std::ofstream(watched.world.root() / ".lansync/extra") << "x";
  if (!watched.quiet()) CHECK(watched.events().empty());
  stage(watched.world.fs(), "s", "x");
  REQUIRE(watched.world.fs().install_new("s", at("file")));
  CHECK(watched.events() == Events{{"", false}});
}

TEST_CASE("No link is followed, not even one that replaces a directory", "[watcher]") {
  Watched watched;
  watched.world.make_link("link", watched.world.outside().string());
  watched.world.make_dir("dir");
  watched.watcher->watch_tree({});
  watched.watcher->watch_tree(at("link"));
  CHECK(watched.watcher->watches() == 2);
  stdfs::remove(watched.world.root() / "dir");
  watched.world.make_link("dir", watched.world.outside().string());
  (void)watched.events();
  watched.watcher->watch_tree(at("dir"));
  watched.watcher->watch_tree(at("dir/dir"));
  CHECK(watched.watcher->watches() == 1);
  CHECK(watched.watcher->state() == InotifyWatcher::State::complete);
  std::ofstream(watched.world.outside() / "new") << "x";
  CHECK(watched.quiet());
}

TEST_CASE("A directory without a valid name is not watched, but seen", "[watcher]") {
  Watched watched;
  watched.watcher->watch_tree({});
  stdfs::create_directory(watched.world.root() / "\xff\xfe");
  CHECK(watched.events() == Events{{"", false}});
  CHECK(watched.watcher->watches() == 1);
}

TEST_CASE("Too many directories make the watcher say so, until they fit again", "[watcher]") {
  Watched watched({.watches_max = 3});
  watched.watcher->watch_tree({});
  CHECK(watched.watcher->state() == InotifyWatcher::State::complete);
  for (const char* name : {"a", "b", "c"}) watched.world.make_dir(name);
  const Events events = watched.events();
  CHECK(events.size() == 4);
  CHECK(watched.watcher->state() == InotifyWatcher::State::incomplete);
  CHECK(watched.watcher->watches() == 3);
  watched.world.remove("a");
  (void)watched.events();
  watched.watcher->watch_tree({});
  CHECK(watched.watcher->state() == InotifyWatcher::State::complete);
  CHECK(watched.watcher->watches() == 3);
}

TEST_CASE("Events that were dropped mean that everything has to be looked at", "[watcher]") {
  std::size_t queue = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue;
  if (queue == 0 || queue > 100'000) return;  // It would take too long.
  Watched watched;
  watched.world.make_dir("kept");
  watched.world.make_dir("removed");
  watched.watcher->watch_tree({});
  // Two events each, and never two alike in a row.
  for (std::size_t file = 0; file <= queue / 2; ++file) {
    const std::string path = "kept/" + std::to_string(file % 2);
    watched.world.write(path, "x");
    watched.world.remove(path);
  }
  stdfs::remove(watched.world.root() / "removed");
  stdfs::create_directories(watched.world.root() / "unseen/inner");
  CHECK(watched.events().at(""));
  CHECK(watched.watcher->watches() == 4);
  watched.world.write("unseen/inner/file", "x");
  CHECK(watched.events() == Events{{"unseen/inner", false}});
  watched.world.write("kept/file", "x");
  CHECK(watched.events() == Events{{"kept", false}});
}

TEST_CASE("A file that is written to is told from one that takes a name", "[watcher]") {
  Watched watched;
  DiskWorld& world = watched.world;
  world.make_dir("dir");
  world.write("dir/file", "x");
  world.write("dir/other", "x");
  const stdfs::path file = world.root() / "dir/file";
  watched.watcher->watch_tree({});
  (void)watched.events();

  const auto is_written = [&](const std::set<std::string>& names) {
    watched.written.clear();
    (void)watched.events();
    return watched.written == names;
  };
  world.write("dir/file", "written");
  CHECK(is_written({"file"}));
  stdfs::last_write_time(file, stdfs::file_time_type{});
  CHECK(is_written({"file"}));
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  CHECK(is_written({"file"}));
  REQUIRE(::renameat2(AT_FDCWD, file.c_str(), AT_FDCWD, (world.root() / "dir/other").c_str(),
                      RENAME_EXCHANGE) == 0);
  CHECK(is_written({}));
  stdfs::rename(file, world.root() / "moved");
  CHECK(is_written({}));
  stdfs::rename(world.root() / "moved", world.root() / "dir/other");
  CHECK(is_written({}));
  world.remove("dir/other");
  CHECK(is_written({}));
  world.make_dir("dir/inner");
  CHECK(is_written({}));
}

TEST_CASE("The root's own end is an event", "[watcher]") {
  Watched watched;
  watched.watcher->watch_tree({});
  stdfs::rename(watched.world.root(), watched.world.outside() / "moved share");
  CHECK(watched.events() == Events{{"", true}});
}

}  // namespace lansync::test
