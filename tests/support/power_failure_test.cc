// Every state that a MemoryFileSystem may be in after a power failure, for small scripts.
#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "tests/support/choose.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/memory_node.h"

namespace lansync::test {
namespace {

using Outcomes = std::set<std::string>;

RelativePath at(const std::string& path) { return RelativePath::parse(path).value(); }

void describe(const SeenTree& tree, const std::string& where, std::string& text) {
  for (const auto& [path, node] : tree) {
    text += where + path;
    if (node.kind == NodeKind::dir) text += "/";
    if (node.kind == NodeKind::file) {
      // Runs of a byte as the byte and how often: zeros show as 0.
      for (std::size_t i = 0; i < node.content.size();) {
        const std::size_t end =
            std::min(node.content.find_first_not_of(node.content[i], i), node.content.size());
        const char shown = node.content[i] == '\0' ? '0' : node.content[i];
        text += std::string(i == 0 ? "=" : ",") + shown + std::to_string(end - i);
        i = end;
      }
    }
    if (node.kind == NodeKind::link) text += ">" + node.target;
    text += " ";
  }
}

std::string contents(const MemoryFileSystem& fs) {
  std::string text;
  describe(fs.snapshot(), "", text);
  describe(fs.stage_snapshot(), "stage:", text);
  describe(fs.trash_snapshot(), "trash:", text);
  if (!text.empty()) text.pop_back();
  return text;
}

// What may be left of what `script` did.
template <class Script>
Outcomes outcomes(Script script, Durability durability = Durability::strict) {
  Outcomes all;
  ChoiceTape tape;
  bool first = true;
  do {
    MemoryFileSystem fs;
    fs.set_durability(durability);
    script(fs);
    const std::string before = contents(fs);
    fs.lose_power(tape.choose());
    const std::string after = contents(fs);
    if (first) CHECK(after == before);  // The gentlest.
    first = false;
    all.insert(after);
    // What is left is durable.
    fs.lose_power([](std::size_t) -> std::size_t { return 1; });
    CHECK(contents(fs) == after);
  } while (tape.advance());
  return all;
}

std::unique_ptr<StageFile> write_staged(MemoryFileSystem& fs, const std::string& name,
                                        const std::string& bytes) {
  auto file = fs.open_stage(name);
  REQUIRE(file);
  REQUIRE((*file)->write_at(0, as_bytes(bytes)));
  return *std::move(file);
}

void write_synced(MemoryFileSystem& fs, const std::string& name, const std::string& bytes) {
  REQUIRE(write_staged(fs, name, bytes)->sync());
}

}  // namespace

TEST_CASE("A file installed without a sync may be there empty or full of zeros",
          "[memory][power]") {
  CHECK(outcomes([](MemoryFileSystem& fs) {
          write_staged(fs, "s", "aaa");
          REQUIRE(fs.install_new("s", at("f")));
        }) == Outcomes{"", "stage:s", "stage:s=03", "stage:s=a3", "f", "f=03", "f=a3"});
}

TEST_CASE("What was done before all is synced stays", "[memory][power]") {
  const auto change = [](MemoryFileSystem& fs) {
    write_staged(fs, "s", "aaa");
    REQUIRE(fs.install_new("s", at("f")));
    REQUIRE(fs.set_mtime(at("f"), {1}));
    REQUIRE(fs.sync_all());
  };
  CHECK(outcomes(change) == Outcomes{"f=a3"});
  CHECK(outcomes(change, Durability::journaled) == Outcomes{"f=a3"});
}

TEST_CASE("What was done before its disk is unmounted stays", "[memory][power]") {
  CHECK(outcomes([](MemoryFileSystem& fs) {
          write_staged(fs, "s", "aaa");
          REQUIRE(fs.install_new("s", at("f")));
          REQUIRE(fs.make_dir(at("d"), 0755));
          fs.unmount();
          fs.mount();
        }) == Outcomes{"d/ f=a3"});
  // A disk that is pulled out is not written to any more.
  CHECK(outcomes([](MemoryFileSystem& fs) {
          REQUIRE(fs.make_dir(at("d"), 0755));
          fs.unmount(Unmounted::unreadable);
          fs.mount();
        }) == Outcomes{"", "d/"});
}

TEST_CASE("A file synced before it is installed is whole wherever it is", "[memory][power]") {
  CHECK(outcomes([](MemoryFileSystem& fs) {
          write_synced(fs, "s", "aaa");
          REQUIRE(fs.install_new("s", at("f")));
        }) == Outcomes{"", "stage:s=a3", "f=a3"});
  CHECK(outcomes([](MemoryFileSystem& fs) {
          write_synced(fs, "s", "aaa");
          REQUIRE(fs.install_new("s", at("f")));
          REQUIRE(fs.sync_dir({}));
        }) == Outcomes{"f=a3"});
}

TEST_CASE("A page that is written may be torn between sectors", "[memory][power]") {
  const auto overwrite = [](MemoryFileSystem& fs) {
    write_synced(fs, "s", std::string(1500, 'a'));
    REQUIRE(fs.sync_control());
    write_staged(fs, "s", std::string(1200, 'b'));
  };
  CHECK(outcomes(overwrite) ==
        Outcomes{"stage:s=b1200,a300", "stage:s=a1500", "stage:s=b512,a988", "stage:s=b1024,a476"});
}

TEST_CASE("Pages and the size are written in any order", "[memory][power]") {
  const auto grow = [](MemoryFileSystem& fs) {
    write_synced(fs, "s", std::string(kPageBytes, 'a'));
    REQUIRE(fs.sync_control());
    const auto file = fs.open_stage("s");
    REQUIRE((*file)->write_at(0, as_bytes("bb")));
    REQUIRE((*file)->write_at(kPageBytes, as_bytes("cc")));
  };
  CHECK(outcomes(grow) == Outcomes{"stage:s=b2,a4094,c2", "stage:s=b2,a4094,02", "stage:s=a4096,c2",
                                   "stage:s=a4096,02", "stage:s=b2,a4094", "stage:s=a4096"});
}

TEST_CASE("What happens to one file happens in order, and a rename as a whole", "[memory][power]") {
  const auto replace = [](MemoryFileSystem& fs) {
    REQUIRE(fs.user_write("f", "a"));
    write_synced(fs, "s", "b");
    REQUIRE(fs.sync_control());
    REQUIRE(fs.rename_stage("s", "c"));
    REQUIRE(fs.exchange("c", at("f")));
    REQUIRE(fs.move_stage_to_trash("c", "t"));
  };
  CHECK(outcomes(replace) ==
        Outcomes{"f=a1 stage:s=b1", "f=a1 stage:c=b1", "f=b1 stage:c=a1", "f=b1 trash:t=a1"});
  // Half of an operation is not made durable without the other, nor without what it builds on.
  CHECK(outcomes([&](MemoryFileSystem& fs) {
          replace(fs);
          REQUIRE(fs.sync_dir({}));
        }) == Outcomes{"f=b1 stage:c=a1", "f=b1 trash:t=a1"});
  CHECK(outcomes([&](MemoryFileSystem& fs) {
          replace(fs);
          REQUIRE(fs.sync_control());
        }) == Outcomes{"f=b1 trash:t=a1"});
}

TEST_CASE("Files are independent of one another, unless there is one journal", "[memory][power]") {
  const auto two = [](MemoryFileSystem& fs) {
    write_synced(fs, "s", "a");
    write_synced(fs, "z", "b");
    REQUIRE(fs.sync_control());
    REQUIRE(fs.install_new("s", at("f")));
    REQUIRE(fs.install_new("z", at("g")));
  };
  CHECK(outcomes(two) ==
        Outcomes{"stage:s=a1 stage:z=b1", "f=a1 stage:z=b1", "g=b1 stage:s=a1", "f=a1 g=b1"});
  CHECK(outcomes(two, Durability::journaled) ==
        Outcomes{"stage:s=a1 stage:z=b1", "f=a1 stage:z=b1", "f=a1 g=b1"});
}

TEST_CASE("A synced file may lose its name, unless there is one journal", "[memory][power]") {
  const auto synced = [](MemoryFileSystem& fs) { write_synced(fs, "s", "a"); };
  CHECK(outcomes(synced) == Outcomes{"", "stage:s=a1"});
  CHECK(outcomes(synced, Durability::journaled) == Outcomes{"stage:s=a1"});
}

TEST_CASE("Nothing is in a directory that was never made, nor lost with one that was removed",
          "[memory][power]") {
  CHECK(outcomes([](MemoryFileSystem& fs) {
          write_synced(fs, "s", "a");
          REQUIRE(fs.sync_control());
          REQUIRE(fs.make_dir(at("d"), 0755));
          REQUIRE(fs.install_new("s", at("d/f")));
        }) == Outcomes{"stage:s=a1", "d/ stage:s=a1", "d/ d/f=a1"});
  CHECK(outcomes([](MemoryFileSystem& fs) {
          REQUIRE(fs.user_mkdir("d"));
          REQUIRE(fs.user_write("d/f", "a"));
          REQUIRE(fs.move_to_trash(at("d/f"), "t"));
          REQUIRE(fs.remove_dir(at("d")));
        }) == Outcomes{"d/ d/f=a1", "d/ trash:t=a1", "trash:t=a1"});
  CHECK(outcomes([](MemoryFileSystem& fs) {
          REQUIRE(fs.user_mkdir("d"));
          REQUIRE(fs.user_mkdir("d/e"));
          REQUIRE(fs.user_write("d/e/f", "a"));
          REQUIRE(fs.move_to_trash(at("d/e/f"), "t"));
          REQUIRE(fs.move_to_trash(at("d"), "tree"));
          REQUIRE(fs.remove_trash("tree"));
        }).contains("d/ d/e/") == false);
}

TEST_CASE("A link is as durable as its name", "[memory][power]") {
  CHECK(outcomes([](MemoryFileSystem& fs) {
          REQUIRE(fs.make_stage_link("s", "target"));
          REQUIRE(fs.install_new("s", at("l")));
        }) == Outcomes{"", "stage:s>target", "l>target"});
}

TEST_CASE("Metadata set on a visible file needs more than its directory's sync",
          "[memory][power]") {
  const auto seen_after = [](Durability durability, bool synced) {
    std::set<std::pair<std::uint32_t, std::int64_t>> seen;
    ChoiceTape tape;
    do {
      MemoryFileSystem fs;
      fs.set_durability(durability);
      fs.set_time({5});
      REQUIRE(fs.user_write("f", "a"));
      REQUIRE(fs.set_mode(at("f"), 0600));
      REQUIRE(fs.set_mtime(at("f"), {7}));
      REQUIRE(fs.sync_dir({}));
      if (synced) REQUIRE(fs.sync_metadata(at("f")));
      fs.lose_power(tape.choose());
      const FileStat stat = *fs.stat(at("f"));
      seen.emplace(stat.mode, stat.mtime.ns);
    } while (tape.advance());
    return seen;
  };
  using Seen = std::set<std::pair<std::uint32_t, std::int64_t>>;
  CHECK(seen_after(Durability::strict, false) == Seen{{0644, 5}, {0600, 7}});
  CHECK(seen_after(Durability::strict, true) == Seen{{0600, 7}});
  CHECK(seen_after(Durability::journaled, false) == Seen{{0600, 7}});
}

TEST_CASE("After a failed sync the next one lies", "[memory][power]") {
  const auto forget = [](MemoryFileSystem& fs) {
    const auto file = write_staged(fs, "s", "aaa");
    fs.fail_sync_and_forget(1);
    CHECK((*file).sync().error().code == std::errc::io_error);
    REQUIRE((*file).sync());
    REQUIRE(fs.sync_control());
  };
  Outcomes left;
  ChoiceTape tape;
  do {
    MemoryFileSystem fs;
    forget(fs);
    CHECK(contents(fs) == "stage:s=a3");  // As long as nobody looks at the disk.
    fs.lose_power(tape.choose());
    left.insert(contents(fs));
  } while (tape.advance());
  CHECK(left == Outcomes{"stage:s=03"});
  // Written again it is as good as new.
  CHECK(outcomes([&](MemoryFileSystem& fs) {
          forget(fs);
          write_synced(fs, "s", "aaa");
        }) == Outcomes{"stage:s=a3"});
}

TEST_CASE("What a user did is durable, with what it was done to", "[memory][power]") {
  const auto edit = [](MemoryFileSystem& fs) {
    write_synced(fs, "s", "a");
    REQUIRE(fs.install_new("s", at("f")));
    REQUIRE(fs.user_append("f", "b"));
    REQUIRE(fs.user_mkdir("d"));
    REQUIRE(fs.user_rename("f", "d/g"));
  };
  CHECK(outcomes(edit) == Outcomes{"d/ d/g=a1,b1"});
}

TEST_CASE("A user who does not sync may lose what was done", "[memory][power]") {
  const auto edit = [](MemoryFileSystem& fs) {
    REQUIRE(fs.user_write("f", "a"));
    fs.set_users_durable(false);
    REQUIRE(fs.user_write("f", "bb"));
    REQUIRE(fs.user_write("g", "c"));
  };
  const Outcomes all = outcomes(edit);
  for (const char* const f : {"f=a1", "f=b2", "f=a1,01", "f=b1"}) {
    for (const char* const g : {"", " g", " g=01", " g=c1"}) {
      CHECK(all.contains(std::string(f) + g));
    }
  }
  CHECK(all.size() == 16);
}

TEST_CASE("An index may remember what the disk has lost, and the disk have what it does not know",
          "[memory][power]") {
  std::set<std::pair<bool, bool>> seen;  // On the disk, in the index.
  for (const bool commits : {false, true}) {
    ChoiceTape tape;
    do {
      MemoryFileSystem fs;
      MemoryIndex index;
      REQUIRE(fs.make_dir(at("d"), 0755));
      REQUIRE(index.put_fact("d", {}));
      if (commits) REQUIRE(index.commit());
      fs.lose_power(tape.choose());
      index.crash();
      seen.emplace(fs.stat(at("d")).has_value(), (*index.fact("d")).has_value());
    } while (tape.advance());
  }
  CHECK(seen.size() == 4);
}

TEST_CASE("What was open when the power failed is open no more", "[memory][power]") {
  MemoryFileSystem fs;
  auto file = write_staged(fs, "s", "aaa");
  REQUIRE(fs.user_write("f", "b"));
  REQUIRE(fs.user_hold_open("f", true));
  fs.lose_power([](std::size_t) -> std::size_t { return 0; });
  CHECK(file->write_at(0, as_bytes("x")).error().code == std::errc::bad_file_descriptor);
  CHECK(file->sync().error().code == std::errc::bad_file_descriptor);
  CHECK_FALSE(*fs.is_open_for_writing(at("f")));
  file.reset();
  CHECK(contents(fs) == "f=b1 stage:s=a3");
}

TEST_CASE("Space is free as soon as a file has no name, and taken when it gets it back",
          "[memory][power]") {
  MemoryFileSystem fs;
  fs.set_capacity(10);
  write_synced(fs, "s", "aaa");
  REQUIRE(fs.sync_control());
  REQUIRE(fs.remove_stage("s"));
  CHECK(*fs.free_bytes() == 10);
  fs.lose_power([](std::size_t) -> std::size_t { return 1; });
  CHECK(contents(fs) == "stage:s=a3");
  CHECK(*fs.free_bytes() == 7);
}

}  // namespace lansync::test
