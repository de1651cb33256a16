// That nothing outside a share's root is ever reached, whatever the path and whoever interferes.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <stdio.h>

#include "tests/core/os/disk_world.h"
#include "tests/core/os/path_operations.h"
#include "tests/support/bad_names.h"

namespace lansync::test {
namespace {

void for_each_disk(const std::function<void(DiskWorld&)>& test) {
  for (const DiskForm& form : disk_forms()) {
    DYNAMIC_SECTION(form.name) {
      DiskWorld world(form.options);
      test(world);
    }
  }
}

void make_parents(FileSystem& fs, const RelativePath& path) {
  if (path.parent().is_root()) return;
  make_parents(fs, path.parent());
  const auto made = fs.make_dir(path.parent(), 0755);
  REQUIRE((made || made.error().code == std::errc::file_exists));
}

// Swaps two names as fast as it can until it is destroyed.
class Swapper {
 public:
  Swapper(std::filesystem::path one, std::filesystem::path other)
      : thread_([this, one, other] {
          while (!stopped_) {
            (void)::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
          }
        }) {}
  ~Swapper() {
    stopped_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

// A link to outside that takes turns with a directory of the same content.
void prepare_swap(DiskWorld& world) {
  world.make_dir("p");
  world.write("p/secret", "inside");
  world.make_dir("p/dir");
  world.write("p/dir/secret", "inside");
  world.make_link("swapped", world.outside().string());
}

// Enough for each operation to meet both states many times.
constexpr int kRaceRounds = 200;

}  // namespace

TEST_CASE("Every hostile name does what it should and touches nothing outside", "[confinement]") {
  for_each_disk([](DiskWorld& world) {
    const auto outside = fingerprint(world.outside());
    for (const BadName& name : read_bad_names()) {
      CAPTURE(name.id, name.note);
      const auto path = RelativePath::parse(name.path);
      REQUIRE(path.has_value() == name.is_legal);
      if (!path) continue;
      make_parents(world.fs(), *path);
      stage(world.fs(), "s", name.id);
      REQUIRE(world.fs().install_new("s", *path));
      const auto siblings = names_in(world.fs(), path->parent().text());
      CHECK(std::count(siblings.begin(), siblings.end(), path->name()) == 1);
      for (const PathOperation& operation : path_operations()) {
        // Its error is not the question here: some need a directory, some a free name.
        (void)operation.run(world.fs(), *path);
      }
      CHECK(world.fs().root_identity()->marker == kShareIdHex);
    }
    CHECK(fingerprint(world.outside()) == outside);
  });
}

TEST_CASE("No operation goes through a link, near or far up the path", "[confinement]") {
  for_each_disk([](DiskWorld& world) {
    world.make_link("outside", world.outside().string());
    world.make_link("up", "..");
    world.make_dir("a");
    // Every link leads to a folder of the test's own: a ShareRoot that is broken must not be able
    // to do harm where the tests run.
    world.make_link("a/absolute", world.outside().parent_path().string());
    world.make_link("self", "self");
    world.make_dir("inside");
    world.write("inside/secret", "inside");
    world.make_link("harmless", "inside");
    const auto before = fingerprint(world.outside());
    for (const char* path :
         {"outside/secret", "outside/dir/secret", "outside/new", "outside/dir", "up/outside/secret",
          "up/share/inside/secret", "a/absolute/outside/secret", "self/x", "harmless/secret",
          "harmless/new"}) {
      for (const PathOperation& operation : path_operations()) {
        CAPTURE(path, operation.name);
        CHECK(operation.run(world.fs(), at(path)) == std::errc::too_many_symbolic_link_levels);
      }
    }
    CHECK(fingerprint(world.outside()) == before);
    CHECK(read_at_path(world.fs(), "inside/secret") == "inside");
  });
}

TEST_CASE("No operation is done to what a link points to", "[confinement]") {
  for_each_disk([](DiskWorld& world) {
    const auto before = fingerprint(world.outside());
    for (const PathOperation& operation : path_operations()) {
      for (const char* target : {"secret", "dir", "absent"}) {
        CAPTURE(operation.name, target);
        world.make_link("link", (world.outside() / target).string());
        (void)operation.run(world.fs(), at("link"));
        std::filesystem::remove(world.root() / "link");
      }
    }
    CHECK(fingerprint(world.outside()) == before);
  });
}

TEST_CASE("A directory that turns into a link while we work leads nowhere", "[confinement]") {
  for_each_disk([](DiskWorld& world) {
    prepare_swap(world);
    const auto before = fingerprint(world.outside());
    const Swapper swapper(world.root() / "p", world.root() / "swapped");
    for (const PathOperation& operation : path_operations()) {
      CAPTURE(operation.name);
      for (const char* path : {"p/secret", "p/dir", "p/dir/secret", "p/new"}) {
        for (int round = 0; round < kRaceRounds / 4; ++round) {
          (void)operation.run(world.fs(), at(path));
          // Back again, for the next round.
          stage(world.fs(), "s", "inside");
          (void)world.fs().make_dir(at("p/dir"), 0755);
          (void)world.fs().install_new("s", at(path));
          (void)world.fs().remove_stage("s");
        }
      }
      REQUIRE(fingerprint(world.outside()) == before);
    }
  });
}

TEST_CASE("What is read while a directory turns into a link is from inside", "[confinement]") {
  for_each_disk([](DiskWorld& world) {
    prepare_swap(world);
    const Swapper swapper(world.root() / "p", world.root() / "swapped");
    for (int round = 0; round < kRaceRounds; ++round) {
      const auto file = world.fs().open_read(at("p/secret"));
      if (file) {
        CHECK(read_all(**file) == "inside");
      } else {
        CHECK(file.error().code == std::errc::too_many_symbolic_link_levels);
      }
      const auto stat = world.fs().stat(at("p/secret"));
      if (stat) CHECK(stat->size == 6);
      const auto entries = world.fs().list(at("p/dir"));
      if (entries) CHECK(entries->front().stat.size == 6);
    }
  });
}

TEST_CASE("A fifo in the share keeps nobody waiting", "[confinement]") {
  for_each_disk([](DiskWorld& world) {
    for (const PathOperation& operation : path_operations()) {
      CAPTURE(operation.name);
      world.make_other("fifo");
      const std::error_code error = operation.run(world.fs(), at("fifo"));
      if (operation.name == "open_read") CHECK(error == Errc::changed);
      if (operation.name == "is_open_for_writing") CHECK(!error);
      std::filesystem::remove(world.root() / "fifo");
    }
  });
}

TEST_CASE("A file from outside that has a name in the share keeps content, mode and time",
          "[confinement]") {
  for_each_disk([](DiskWorld& world) {
    const auto secret = world.outside() / "secret";
    const auto time = std::filesystem::last_write_time(secret);
    const auto mode = std::filesystem::status(secret).permissions();
    for (const PathOperation& operation : path_operations()) {
      CAPTURE(operation.name);
      std::filesystem::create_hard_link(secret, world.root() / "twin");
      (void)operation.run(world.fs(), at("twin"));
      std::filesystem::remove(world.root() / "twin");
      CHECK(std::filesystem::last_write_time(secret) == time);
      CHECK(std::filesystem::status(secret).permissions() == mode);
      CHECK(std::filesystem::file_size(secret) == 7);
    }
  });
}

}  // namespace lansync::test
