// A file that was renamed on one device is renamed on the others: no byte of it is read, sent or
// written, and whatever a person does with it meanwhile is kept.
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "core/engine/apply/apply.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;
using Person = std::function<bool(MemoryFileSystem&)>;

constexpr std::size_t kSender = 0;
constexpr std::size_t kReceiver = 1;

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

// Two devices with some files in a directory, all at rest.
struct Folder {
  explicit Folder(int files = 2) {
    cluster.connect_all();
    sender.user_mkdir("d");
    for (int i = 0; i < files; ++i) {
      sender.user_write("d/" + std::to_string(i), "content " + std::to_string(i));
    }
    cluster.changed(kSender);
    require_agreement(cluster);
    cluster.run_for(10s);
    inodes = receiver.inodes();
    staged = receiver.calls(DiskOperation::open_stage);
  }
  void rename(const std::string& from, const std::string& to) {
    REQUIRE(sender.user_rename(from, to));
    cluster.changed(kSender);
  }
  // The person acts as the receiver moves a file, before or after that.
  void rename_and(DiskOperation when, const Person& person) {
    rename("d/0", "m");
    bool acted = false;
    receiver.before_each([&](DiskOperation operation) {
      const bool moved = receiver.calls(DiskOperation::move_from_trash) > 0;
      if (acted || operation != when || (when == DiskOperation::sync_control && !moved)) return;
      acted = person(receiver);
    });
    for (int i = 0; i < 1'000'000 && !acted; ++i) cluster.run_for(1us);
    receiver.before_each({});
    REQUIRE(acted);
  }
  // The process dies as soon as the person has acted on what was moved.
  void rename_and_kill(const Person& person) {
    rename_and(DiskOperation::sync_control, person);
    cluster.restart(kReceiver);
    REQUIRE_FALSE(cluster.node(kReceiver).index.intents()->empty());
    cluster.connect_all();
  }
  [[nodiscard]] bool nothing_staged() {
    return receiver.calls(DiskOperation::open_stage) == staged;
  }

  Cluster cluster{2, 1};
  MemoryFileSystem& sender = cluster.node(kSender).fs;
  MemoryFileSystem& receiver = cluster.node(kReceiver).fs;
  std::map<std::string, std::uint64_t> inodes;
  std::uint64_t staged = 0;
};

TEST_CASE("What was renamed elsewhere is renamed here", "[engine][moves]") {
  Folder folder;
  SECTION("a file") {
    folder.rename("d/0", "m");
    require_agreement(folder.cluster);
    CHECK(folder.receiver.inodes().at("m") == folder.inodes.at("d/0"));
  }
  SECTION("a directory") {
    folder.rename("d", "m");
    require_agreement(folder.cluster);
    CHECK(folder.receiver.inodes().at("m/1") == folder.inodes.at("d/1"));
  }
  SECTION("a directory, to where it comes last in the look") {
    folder.rename("d", "a");
    require_agreement(folder.cluster);
    CHECK(folder.receiver.inodes().at("a/1") == folder.inodes.at("d/1"));
  }
  CHECK(folder.nothing_staged());
  CHECK(folder.receiver.trash_snapshot().empty());
}

TEST_CASE("Of many files that were renamed none is copied", "[engine][moves]") {
  constexpr int kFiles = 3'000;
  Folder folder(kFiles);
  folder.rename("d", "m");
  require_agreement(folder.cluster);
  CHECK(folder.nothing_staged());
  CHECK(folder.receiver.inodes().at("m/1999") == folder.inodes.at("d/1999"));
}

TEST_CASE("What is in a directory that was renamed is not read again", "[engine][moves]") {
  Folder folder;
  const auto readings = folder.sender.calls(DiskOperation::open_read);
  folder.rename("d", "m");
  require_agreement(folder.cluster);
  CHECK(folder.sender.calls(DiskOperation::open_read) == readings);
}

TEST_CASE("What was overwritten before its directory was renamed is read", "[engine][moves]") {
  Folder folder;
  const WallTime mtime = folder.sender.stat(path_of("d/0"))->mtime;
  REQUIRE(folder.sender.user_write("d/0", "CONTENT 0"));
  REQUIRE(folder.sender.user_touch("d/0", mtime));
  folder.rename("d", "m");
  require_agreement(folder.cluster);
  CHECK(content_of(folder.cluster.tree(kReceiver), "m/0") == "CONTENT 0");
}

TEST_CASE("What is renamed and changed is copied where it cannot be moved", "[engine][moves]") {
  Folder folder;
  SECTION("with another mode") {
    REQUIRE(folder.sender.user_chmod("d/0", 0600));
    folder.rename("d/0", "m");
  }
  SECTION("while a program has it open for writing") {
    REQUIRE(folder.receiver.user_hold_open("d/0", true));
    folder.rename("d/0", "m");
    folder.cluster.run_for(20s);
    CHECK(content_of(folder.cluster.tree(kReceiver), "m") == "content 0");
    REQUIRE(folder.receiver.user_hold_open("d/0", false));
  }
  require_agreement(folder.cluster);
  CHECK(content_of(folder.cluster.tree(kReceiver), "m") == "content 0");
  CHECK(folder.receiver.inodes().at("m") != folder.inodes.at("d/0"));
}

TEST_CASE("A person who is faster than a move keeps what is theirs", "[engine][moves]") {
  Folder folder;
  std::string theirs = "d/0";
  SECTION("who edits the file") {
    folder.rename_and(DiskOperation::move_to_trash,
                      [](MemoryFileSystem& fs) { return fs.user_write("d/0", "mine"); });
  }
  SECTION("who replaces it") {
    folder.rename_and(DiskOperation::move_to_trash,
                      [](MemoryFileSystem& fs) { return fs.user_replace("d/0", "mine"); });
  }
  SECTION("who puts another where it is to go") {
    folder.rename_and(DiskOperation::move_from_trash,
                      [](MemoryFileSystem& fs) { return fs.user_write("m", "mine"); });
    theirs = "m";
  }
  SECTION("who edits it as it has come") {
    folder.rename_and(DiskOperation::sync_control,
                      [](MemoryFileSystem& fs) { return fs.user_write("m", "mine"); });
    theirs = "m";
  }
  folder.cluster.changed(kReceiver);
  require_agreement(folder.cluster);
  const SeenTree tree = folder.cluster.tree(kSender);
  const bool replaced = content_of(tree, theirs) == "mine";
  const bool beside = std::ranges::any_of(tree, [](const auto& entry) {
    return entry.first.contains("conflict") && entry.second.content == "mine";
  });
  CHECK((replaced || beside));
}

TEST_CASE("An edit in the tick of a move is an edit", "[engine][moves][newcomers]") {
  Folder folder;
  folder.rename_and(DiskOperation::sync_control, [](MemoryFileSystem& fs) {
    const auto moved = fs.stat(path_of("m"));
    return fs.user_write("m", "CONTENT 0") && fs.user_touch("m", moved->mtime);
  });
  const auto tell = [&] {
    folder.cluster.node(kReceiver).engine->handle_written(RelativePath(), {"m"},
                                                          folder.cluster.now());
    folder.cluster.changed(kReceiver);
  };
  SECTION("of which the device hears first") { tell(); }
  SECTION("of which the device hears later") {
    folder.cluster.run_for(100ms);
    tell();
  }
  require_agreement(folder.cluster);
  CHECK(content_of(folder.cluster.tree(kSender), "m") == "CONTENT 0");
}

TEST_CASE("An edit of which the watcher tells under the old name is an edit",
          "[engine][moves][newcomers]") {
  Folder folder;
  // The move sets the ctime that would tell.
  folder.rename_and(DiskOperation::move_to_trash, [](MemoryFileSystem& fs) {
    const auto before = fs.stat(path_of("d/0"));
    return fs.user_write("d/0", "CONTENT 0") && fs.user_touch("d/0", before->mtime);
  });
  const auto tell = [&] {
    folder.cluster.node(kReceiver).engine->handle_written(path_of("d"), {"0"},
                                                          folder.cluster.now());
    folder.cluster.changed(kReceiver);
  };
  SECTION("before it knows of the move") { tell(); }
  SECTION("after it") {
    folder.cluster.run_for(100ms);
    tell();
  }
  require_agreement(folder.cluster);
  CHECK(content_of(folder.cluster.tree(kSender), "m") == "CONTENT 0");
}

TEST_CASE("Who edits a file as it is moved, and writes to where it goes, keeps both",
          "[engine][moves]") {
  Folder folder;
  folder.rename_and(DiskOperation::move_to_trash,
                    [](MemoryFileSystem& fs) { return fs.user_write("d/0", "mine"); });
  bool wrote = false;
  folder.receiver.before_each([&](DiskOperation) {
    // As soon as anything is there.
    if (!wrote && folder.receiver.inodes().contains("m")) {
      wrote = folder.receiver.user_write("m", "mine, too");
    }
  });
  folder.cluster.changed(kReceiver);
  folder.cluster.run_for(20s);
  folder.receiver.before_each({});
  folder.cluster.changed(kReceiver);
  require_agreement(folder.cluster);
  REQUIRE(wrote);
  CHECK(content_of(folder.cluster.tree(kSender), "d/0") == "mine");
  CHECK(content_of(folder.cluster.tree(kSender), "m") == "mine, too");
}

TEST_CASE("A move that was cut short half-way leaves the file in the trash, for its new path",
          "[engine][moves][killed]") {
  Folder folder;
  folder.rename("d/0", "m");
  folder.receiver.fail_call(DiskOperation::move_from_trash, 1,
                            std::make_error_code(std::errc::io_error));
  folder.receiver.fail_call(DiskOperation::move_from_trash, 2,
                            std::make_error_code(std::errc::io_error));
  for (int i = 0; i < 1'000'000 && folder.receiver.has_faults_left(); ++i) {
    folder.cluster.run_for(1us);
  }
  SECTION("and the process goes on") {}
  SECTION("and was killed") {
    folder.cluster.restart(kReceiver);
    folder.cluster.connect_all();
  }
  const auto received = folder.cluster.node(kReceiver).content_bytes_received;
  require_agreement(folder.cluster);
  CHECK(content_of(folder.cluster.tree(kReceiver), "m") == "content 0");
  CHECK(folder.cluster.node(kReceiver).content_bytes_received == received);
}

TEST_CASE("What was moved before the process was killed has one name", "[engine][moves][killed]") {
  Folder folder;
  folder.rename_and_kill([](MemoryFileSystem&) { return true; });
  SECTION("") {}
  SECTION("and the power failed") {
    folder.receiver.lose_power([](std::size_t) -> std::size_t { return 1; });
    folder.cluster.node(kReceiver).boot = "another";
    folder.cluster.restart(kReceiver);
    folder.cluster.connect_all();
  }
  require_agreement(folder.cluster);
  const SeenTree tree = folder.cluster.tree(kReceiver);
  CHECK(content_of(tree, "m") == "content 0");
  CHECK_FALSE(tree.contains("d/0"));
  CHECK(tree.size() == 3);
}

TEST_CASE("A person at what was moved before the process was killed loses nothing",
          "[engine][moves][killed]") {
  Folder folder;
  std::size_t files = 3;
  SECTION("who edits it") {
    folder.rename_and_kill([](MemoryFileSystem& fs) { return fs.user_write("m", "mine"); });
    require_agreement(folder.cluster);
    CHECK(content_of(folder.cluster.tree(kSender), "m") == "mine");
  }
  SECTION("who puts another in its place") {
    folder.rename_and_kill([](MemoryFileSystem& fs) { return fs.user_replace("m", "mine"); });
    require_agreement(folder.cluster);
    const SeenTree tree = folder.cluster.tree(kSender);
    CHECK(std::ranges::any_of(tree, [](const auto& one) { return one.second.content == "mine"; }));
    files = 4;  // Nothing tells that the one replaced the other (sync.md): both are there.
  }
  SECTION("who removes it") {
    folder.rename_and_kill([](MemoryFileSystem& fs) { return fs.user_remove("m"); });
    require_agreement(folder.cluster);
    // Nor is a removal seen then.
    CHECK(content_of(folder.cluster.tree(kSender), "m") == "content 0");
  }
  CHECK(folder.cluster.tree(kSender).size() == files);
}

TEST_CASE("What cannot be made durable is not moved, and what is not counts as not moved",
          "[engine][moves][apply]") {
  MemoryFileSystem fs;
  REQUIRE((fs.user_mkdir("d") && fs.user_mkdir("e") && fs.user_write("d/f", "content")));
  ApplyStep step;
  step.kind = ApplyStep::Kind::move;
  step.from = path_of("d/f");
  step.path = path_of("e/f");
  step.expected = FileIdentity::of(*fs.stat(step.from));
  step.trash = "t";
  const std::error_code failure = std::make_error_code(std::errc::io_error);
  SECTION("its bytes") {
    fs.fail_call(DiskOperation::sync_metadata, 1, failure);
    CHECK_FALSE(apply_steps(fs, {&step, 1}).steps.at(0));
    CHECK(content_of(fs.snapshot(), "d/f") == "content");
  }
  SECTION("one of the directories") {
    fs.fail_call(DiskOperation::sync_dir, GENERATE(1U, 2U), failure);
    CHECK_FALSE(apply_steps(fs, {&step, 1}).steps.at(0));
    CHECK(content_of(fs.snapshot(), "e/f") == "content");
  }
}

}  // namespace
}  // namespace lansync::test
