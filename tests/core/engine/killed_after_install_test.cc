// A file has come to where nothing was, a person takes it up at once, and the process is killed
// before its index knows of it.
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;
using Person = std::function<bool(MemoryFileSystem&)>;

constexpr std::size_t kSender = 0;
constexpr std::size_t kReceiver = 1;

// Two devices, of which the second is about to be killed.
class Killed {
 public:
  explicit Killed(const std::function<void(MemoryFileSystem&)>& send, std::uint64_t seed = 1)
      : cluster(2, seed) {
    cluster.connect_all();
    cluster.settle();
    send(fs(kSender));
    cluster.changed(kSender);
  }

  MemoryFileSystem& fs(std::size_t i) { return cluster.node(i).fs; }

  // The person acts as soon as everything is at its place, and the process dies before it hears.
  void act_and_kill(const Person& person) {
    bool acted = false;
    fs(kReceiver).before_each([&](DiskOperation operation) {
      const bool installed = fs(kReceiver).calls(DiskOperation::install_new) > 0;
      if (acted || !installed || operation != DiskOperation::sync_control) return;
      acted = person(fs(kReceiver));
    });
    for (int i = 0; i < 1'000'000 && !acted; ++i) cluster.run_for(1us);
    fs(kReceiver).before_each({});
    REQUIRE(acted);
    cluster.restart(kReceiver);
    REQUIRE_FALSE(cluster.node(kReceiver).index.intents()->empty());
  }

  void lose_power() {
    fs(kReceiver).lose_power([](std::size_t) -> std::size_t { return 0; });
    cluster.node(kReceiver).boot += " and another";
    cluster.restart(kReceiver);
  }

  SeenTree end() {
    cluster.connect_all();
    require_agreement(cluster);
    return cluster.tree(kSender);
  }

  Cluster cluster;
};

void send_f(MemoryFileSystem& fs) { fs.user_write("f", "theirs"); }
void send_d_f(MemoryFileSystem& fs) {
  fs.user_mkdir("d");
  fs.user_write("d/f", "theirs");
}

TEST_CASE("A file that was removed as it came stays removed, though the process was killed",
          "[engine][killed]") {
  Killed killed(send_f);
  killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_remove("f"); });
  SECTION("once") {}
  SECTION("and again before it had looked") { killed.cluster.restart(kReceiver); }
  SECTION("and again while it looked") {
    killed.cluster.run_for(3ms);
    killed.cluster.restart(kReceiver);
  }
  CHECK(killed.end().empty());
}

TEST_CASE("An edit of a file that has just come is an edit, though the process was killed",
          "[engine][killed]") {
  Killed killed(send_f);
  SECTION("in place") {
    killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_write("f", "mine"); });
  }
  SECTION("by another file") {
    killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_replace("f", "mine"); });
  }
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 1);
  CHECK(content_of(tree, "f") == "mine");
}

TEST_CASE("A file that was renamed as it came has one name, though the process was killed",
          "[engine][killed]") {
  Killed killed(send_f);
  killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_rename("f", "g"); });
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 1);
  CHECK(content_of(tree, "g") == "theirs");
}

TEST_CASE(
    "What takes the place of a file that has just come replaces it, though the process was "
    "killed",
    "[engine][killed]") {
  Killed killed(send_f);
  SECTION("a directory") {
    killed.act_and_kill([](MemoryFileSystem& fs) {
      return fs.user_remove("f") && fs.user_mkdir("f") && fs.user_write("f/g", "mine");
    });
    const SeenTree tree = killed.end();
    CHECK(tree.size() == 2);
    CHECK(content_of(tree, "f/g") == "mine");
  }
  SECTION("a link") {
    killed.act_and_kill([](MemoryFileSystem& fs) {
      return fs.user_remove("f") && fs.user_symlink("f", "elsewhere");
    });
    const SeenTree tree = killed.end();
    CHECK(tree.size() == 1);
    CHECK(tree.at("f").kind == NodeKind::link);
  }
}

TEST_CASE("A directory that was removed as it came stays removed, though the process was killed",
          "[engine][killed]") {
  Killed killed(send_d_f);
  killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_remove("d"); });
  CHECK(killed.end().empty());
}

TEST_CASE(
    "A conflict copy that was removed as it came stays removed, though the process was "
    "killed",
    "[engine][killed]") {
  Killed killed([](MemoryFileSystem&) {});
  Cluster& cluster = killed.cluster;
  cluster.disconnect(kSender, kReceiver);
  killed.fs(kSender).user_write("f", "theirs, which is the older one");
  cluster.changed(kSender);
  cluster.run_for(1s);
  killed.fs(kReceiver).user_write("f", "mine");
  cluster.changed(kReceiver);
  cluster.run_for(1s);
  cluster.connect_all();
  killed.act_and_kill([](MemoryFileSystem& fs) {
    for (const auto& [path, node] : fs.snapshot()) {
      if (path != "f") return fs.user_remove(path);
    }
    return false;
  });
  const SeenTree tree = killed.end();
  CHECK(tree.size() == 1);
  CHECK(content_of(tree, "f") == "mine");
}

TEST_CASE("A person who does nothing has done nothing, though the process was killed",
          "[engine][killed]") {
  Killed killed(send_d_f);
  killed.act_and_kill([](MemoryFileSystem&) { return true; });
  const SeenTree tree = killed.end();
  CHECK(content_of(tree, "d/f") == "theirs");
  CHECK(killed.cluster.node(kReceiver)
            .index.log_end({killed.cluster.node(kReceiver).keys.id(), 1})
            ->counter == 0);
}

// There is nothing to look into then, and so nothing to end the doubt about it by.
TEST_CASE("A directory in one that was removed as both came is no concern once neither is wanted",
          "[engine][killed]") {
  Killed killed([](MemoryFileSystem& fs) { fs.user_mkdir("d"); });
  Cluster& cluster = killed.cluster;
  MemoryFileSystem& fs = killed.fs(kReceiver);
  require_agreement(cluster);
  cluster.disconnect(kSender, kReceiver);
  REQUIRE(fs.user_remove("d"));
  cluster.changed(kReceiver);
  REQUIRE(killed.fs(kSender).user_mkdir("d/e"));
  cluster.changed(kSender);
  cluster.run_for(1s);
  cluster.connect_all();
  bool acted = false;
  fs.before_each([&](DiskOperation operation) {
    const bool came = fs.snapshot().contains("d/e");
    if (!acted && came && operation == DiskOperation::sync_control) acted = fs.user_remove("d");
  });
  for (int i = 0; i < 1'000'000 && !acted; ++i) cluster.run_for(1us);
  fs.before_each({});
  REQUIRE(acted);
  cluster.restart(kReceiver);
  REQUIRE(cluster.node(kReceiver).index.intents()->size() == 2);
  REQUIRE(killed.fs(kSender).user_remove("d"));
  cluster.changed(kSender);
  cluster.run_for(1s);
  CHECK(killed.end().empty());
  CHECK(cluster.node(kReceiver).index.intents()->empty());
}

// The power may have taken the file from its place, and not put it back into the staging folder.
TEST_CASE("After a power failure a file that is not at its place is not taken for removed",
          "[engine][killed]") {
  Killed killed(send_f);
  killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_remove("f"); });
  SECTION("that came at once") { killed.lose_power(); }
  SECTION("that came while it recovered") {
    killed.cluster.run_for(1ms);
    killed.lose_power();
  }
  SECTION("that came some starts ago") {
    killed.lose_power();
    killed.cluster.restart(kReceiver);
  }
  SECTION("or if it is not known whether there was one") {
    killed.cluster.node(kReceiver).boot = "";
    killed.cluster.restart(kReceiver);
    killed.cluster.node(kReceiver).boot = "the first";
    killed.cluster.restart(kReceiver);
  }
  CHECK(content_of(killed.end(), "f") == "theirs");
}

TEST_CASE("After a power failure an edit of a file that has just come is kept beside it",
          "[engine][killed]") {
  Killed killed(send_f);
  killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_write("f", "mine"); });
  killed.lose_power();
  CHECK(killed.end().size() == 2);
}

// The index was put back: what it says was begun was done another time.
TEST_CASE("A copied index does not take what is not staged for installed", "[engine][killed]") {
  Killed killed(send_f);
  killed.act_and_kill([](MemoryFileSystem& fs) { return fs.user_remove("f"); });
  // As the shell has it for the start with a copy, and for the next one.
  killed.cluster.node(kReceiver).boot = "";
  killed.cluster.restart(kReceiver);
  killed.cluster.run_for(1ms);
  killed.cluster.node(kReceiver).boot = "the first";
  killed.cluster.restart(kReceiver);
  CHECK(content_of(killed.end(), "f") == "theirs");
}

// Otherwise it would be missed there, and taken for installed.
TEST_CASE("What is staged for a step in doubt is not tidied away", "[engine][killed]") {
  int in_doubt = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Killed killed(send_f, seed);
    auto& fs = killed.fs(kReceiver);
    fs.fail_call(DiskOperation::install_new, 1,
                 std::make_error_code(std::errc::no_space_on_device));
    bool tidied = false;
    fs.before_each([&](DiskOperation operation) {
      const bool failed = fs.calls(DiskOperation::install_new) > 0;
      tidied = tidied || (failed && operation == DiskOperation::list_stage);
    });
    for (int i = 0; i < 1'000'000 && !tidied; ++i) killed.cluster.run_for(1us);
    fs.before_each({});
    REQUIRE(tidied);
    killed.cluster.restart(kReceiver);
    if (!killed.cluster.node(kReceiver).index.intents()->empty()) ++in_doubt;
    CHECK(content_of(killed.end(), "f") == "theirs");
  }
  CHECK(in_doubt > 0);
}

}  // namespace
}  // namespace lansync::test
