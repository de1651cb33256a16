#include "core/fs/installer.h"

#include "tests/core/fs/installer_scene.h"

namespace lansync::test {
namespace {

using std::errc;

}  // namespace

TEST_CASE("What is staged appears where nothing was", "[installer]") {
  Scene scene;
  const auto outcome = install(scene.fs, "s", at("dir/other"), std::nullopt, "t");
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::created);
  CHECK(FileIdentity::of(outcome->stat) == scene.new_file);
  CHECK(identity_at(scene.fs, "dir/other") == scene.new_file);
  CHECK(scene.fs.trash_snapshot().empty());
  CHECK(scene.fs.stage_snapshot().empty());
}

TEST_CASE("What is replaced goes to the trash", "[installer]") {
  Scene scene;
  const auto outcome = install_step(scene);
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::replaced);
  CHECK(FileIdentity::of(outcome->stat) == scene.new_file);
  CHECK(identity_at(scene.fs, "dir/file") == scene.new_file);
  CHECK(FileIdentity::of(*scene.fs.stat_trash("t")) == scene.old_file);
  CHECK(scene.fs.stage_snapshot().empty());
}

TEST_CASE("An installation that can't be made changes nothing", "[installer]") {
  Scene scene;
  REQUIRE(scene.fs.user_symlink("link", "dir"));
  const FileIdentity other{NodeKind::file, 999, 1, {}};
  const struct {
    const char* name;
    const char* stage;
    const char* path;
    std::optional<FileIdentity> expected;
    std::error_code error;
  } rows[] = {
      {"something is there", "s", "dir/file", std::nullopt, Errc::changed},
      {"a directory is there", "s", "dir", std::nullopt, Errc::changed},
      {"a link is there", "s", "link", std::nullopt, Errc::changed},
      {"something else is there", "s", "dir/file", other, Errc::changed},
      {"a directory instead of a file", "s", "dir", scene.old_file, Errc::changed},
      {"nothing is there", "s", "dir/absent", scene.old_file, Errc::changed},
      {"no parent", "s", "absent/x", std::nullopt,
       make_error_code(errc::no_such_file_or_directory)},
      {"no parent, though something was expected", "s", "absent/x", scene.old_file,
       make_error_code(errc::no_such_file_or_directory)},
      {"the parent is a link", "s", "link/file", scene.old_file,
       make_error_code(errc::too_many_symbolic_link_levels)},
      {"the parent is a file", "s", "dir/file/x", std::nullopt,
       make_error_code(errc::not_a_directory)},
      {"nothing staged", "absent", "dir/file", scene.old_file,
       make_error_code(errc::no_such_file_or_directory)},
  };
  const SeenTree before = scene.fs.snapshot();
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(error_of(install(scene.fs, row.stage, at(row.path), row.expected, "t")) == row.error);
    CHECK(scene.fs.snapshot() == before);
    CHECK(scene.fs.trash_snapshot().empty());
    CHECK(content_of(scene.fs.stage_snapshot(), "s") == kNew);
  }
}

TEST_CASE("A file that got its time back after it was overwritten is not the expected one",
          "[installer]") {
  Scene scene;
  REQUIRE(scene.fs.user_write("dir/file", kOld));
  const FileStat known = *scene.fs.stat(at("dir/file"));
  const FileIdentity expected = FileIdentity::of(known);
  scene.fs.set_time({3000});
  const std::string written(known.size, 'w');
  REQUIRE(scene.fs.user_write("source", written));
  REQUIRE(scene.fs.set_mtime(at("source"), known.mtime));
  REQUIRE(scene.fs.user_copy("source", "dir/file", /*keep_times=*/true));
  REQUIRE(identity_at(scene.fs, "dir/file") == expected);
  SECTION("by an installation") {
    const auto outcome =
        install(scene.fs, "s", at("dir/file"), expected, "t", nullptr, known.ctime);
    CHECK(error_of(outcome) == make_error_code(Errc::changed));
  }
  SECTION("by a removal") {
    const auto outcome = remove_to_trash(scene.fs, at("dir/file"), expected, "t", known.ctime);
    CHECK(error_of(outcome) == make_error_code(Errc::changed));
  }
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == written);
  CHECK(scene.fs.trash_snapshot().empty());
}

TEST_CASE("A link is installed as a file is", "[installer]") {
  Scene scene;
  const auto made = install_link(scene.fs, "l", "target", at("dir/link"), std::nullopt, "t");
  REQUIRE(made);
  CHECK(made->end == InstallEnd::created);
  CHECK(*scene.fs.read_link(at("dir/link")) == "target");
  const auto replaced =
      install_link(scene.fs, "l", "other", at("dir/link"), FileIdentity::of(made->stat), "t");
  REQUIRE(replaced);
  CHECK(replaced->end == InstallEnd::replaced);
  CHECK(*scene.fs.read_link(at("dir/link")) == "other");
  const auto over_file = install_link(scene.fs, "l", "third", at("dir/file"), scene.old_file, "u");
  REQUIRE(over_file);
  CHECK(content_of(scene.fs.trash_snapshot(), "u") == kOld);
  CHECK(error_of(install_link(scene.fs, "s", "x", at("dir/new"), std::nullopt, "v")) ==
        errc::file_exists);
}

TEST_CASE("rescue_stage tells ours from a user's", "[installer]") {
  Scene scene;
  CHECK(*rescue_stage(scene.fs, "s", scene.new_file, "r") == false);
  CHECK(*rescue_stage(scene.fs, "absent", scene.new_file, "r") == false);
  REQUIRE(scene.fs.exchange("s", at("dir/file")));
  CHECK(*rescue_stage(scene.fs, "s", scene.new_file, "r") == true);
  CHECK(content_of(scene.fs.trash_snapshot(), "r") == kOld);
}

TEST_CASE("What is removed is in the trash, and only what was expected is", "[installer]") {
  Scene scene;
  const FileIdentity other{NodeKind::file, 999, 1, {}};
  CHECK(error_of(remove_to_trash(scene.fs, at("dir/file"), other, "t")) == Errc::changed);
  CHECK(error_of(remove_to_trash(scene.fs, at("dir/absent"), other, "t")) == Errc::changed);
  CHECK(error_of(remove_to_trash(scene.fs, at("absent/x"), other, "t")) ==
        errc::no_such_file_or_directory);
  CHECK(error_of(remove_to_trash(scene.fs, at("dir"), other, "t")) == Errc::changed);
  REQUIRE(remove_step(scene));
  CHECK_FALSE(scene.fs.snapshot().contains("dir/file"));
  CHECK(content_of(scene.fs.trash_snapshot(), "t") == kOld);
}

TEST_CASE("A removal that caught a new file puts it back, or keeps it", "[installer]") {
  Scene scene;
  scene.fs.before_each([&](DiskOperation operation) {
    if (operation == DiskOperation::move_to_trash) {
      REQUIRE(scene.fs.user_replace("dir/file", "the user's"));
    }
  });
  CHECK(error_of(remove_step(scene)) == Errc::changed);
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == "the user's");

  Scene busy;
  busy.fs.before_each([&](DiskOperation operation) {
    if (operation == DiskOperation::move_to_trash) {
      REQUIRE(busy.fs.user_replace("dir/file", "first"));
    }
    if (operation == DiskOperation::move_from_trash) {
      REQUIRE(busy.fs.user_write("dir/file", "second"));
    }
  });
  const auto outcome = remove_step(busy);
  REQUIRE(outcome);
  CHECK(outcome->end == InstallEnd::rescued);
  CHECK(content_of(busy.fs.snapshot(), "dir/file") == "second");
  CHECK(content_of(busy.fs.trash_snapshot(), "t") == "first");
}

TEST_CASE("A move takes what was expected and nothing else", "[installer]") {
  Scene scene;
  const FileIdentity dir = identity_at(scene.fs, "dir");
  CHECK(error_of(move_checked(scene.fs, at("dir"), at("moved"), scene.old_file)) == Errc::changed);
  CHECK(error_of(move_checked(scene.fs, at("absent"), at("moved"), dir)) == Errc::changed);
  CHECK(error_of(move_checked(scene.fs, at("dir"), at("absent/x"), dir)) ==
        errc::no_such_file_or_directory);
  CHECK(error_of(move_checked(scene.fs, at("dir/file"), at("dir"), scene.old_file)) ==
        errc::file_exists);
  const auto moved = move_checked(scene.fs, at("dir"), at("moved"), dir);
  REQUIRE(moved);
  CHECK(FileIdentity::of(*moved) == dir);
  CHECK(content_of(scene.fs.snapshot(), "moved/file") == kOld);
}

TEST_CASE("A move that caught something else is undone", "[installer]") {
  Scene scene;
  scene.fs.before_each([&, done = false](DiskOperation operation) mutable {
    if (operation != DiskOperation::move || done) return;
    done = true;
    REQUIRE(scene.fs.user_replace("dir/file", "the user's"));
  });
  CHECK(error_of(move_checked(scene.fs, at("dir/file"), at("dir/moved"), scene.old_file)) ==
        Errc::changed);
  CHECK(content_of(scene.fs.snapshot(), "dir/file") == "the user's");
  CHECK_FALSE(scene.fs.snapshot().contains("dir/moved"));
}

TEST_CASE("A directory is made once and removed only when empty", "[installer]") {
  Scene scene;
  const auto made = make_dir(scene.fs, at("new"), 0750);
  REQUIRE(made);
  CHECK(made->mode == 0750);
  CHECK(make_dir(scene.fs, at("new"), 0700)->inode == made->inode);
  CHECK(error_of(make_dir(scene.fs, at("dir/file"), 0755)) == errc::file_exists);
  CHECK(error_of(make_dir(scene.fs, at("absent/x"), 0755)) == errc::no_such_file_or_directory);
  const FileIdentity identity = FileIdentity::of(*made);
  CHECK(error_of(remove_dir(scene.fs, at("dir"), identity)) == Errc::changed);
  CHECK(error_of(remove_dir(scene.fs, at("absent"), identity)) == Errc::changed);
  CHECK(error_of(remove_dir(scene.fs, at("dir"), identity_at(scene.fs, "dir"))) ==
        errc::directory_not_empty);
  REQUIRE(remove_dir(scene.fs, at("new"), identity));
  CHECK_FALSE(scene.fs.snapshot().contains("new"));
}

TEST_CASE("One staged file that fails to sync holds up no other", "[installer]") {
  MemoryFileSystem fs;
  std::vector<std::unique_ptr<StageFile>> files;
  std::vector<StageFile*> pointers;
  for (const char* name : {"a", "b", "c"}) {
    files.push_back(*fs.open_stage(name));
    pointers.push_back(files.back().get());
  }
  fs.fail_call(DiskOperation::sync_file, 2, make_error_code(errc::io_error));
  const auto results = sync_stage(fs, pointers);
  REQUIRE(results.size() == 3);
  CHECK(results[0]);
  CHECK(error_of(results[1]) == errc::io_error);
  CHECK(results[2]);
}

TEST_CASE("Many staged files are durable after one wait for the disk", "[installer]") {
  MemoryFileSystem fs;
  REQUIRE(fs.sync_control());
  std::vector<std::unique_ptr<StageFile>> files;
  std::vector<StageFile*> pointers;
  for (std::size_t i = 0; i < kSyncTogetherMin; ++i) {
    files.push_back(*fs.open_stage("s" + std::to_string(i)));
    REQUIRE(files.back()->write_at(0, to_bytes(std::string_view("bytes"))));
    pointers.push_back(files.back().get());
  }
  const auto count_failed = [](const std::vector<Result<void>>& results) {
    REQUIRE(results.size() == kSyncTogetherMin);
    return std::ranges::count_if(results, [](const auto& result) { return !result; });
  };
  SECTION("all of them") {
    CHECK(count_failed(sync_stage(fs, pointers)) == 0);
    CHECK(fs.calls(DiskOperation::sync_all) == 1);
    files.clear();
    fs.lose_power([](std::size_t count) { return count - 1; });
    for (std::size_t i = 0; i < kSyncTogetherMin; ++i) {
      CHECK(fs.stat_stage("s" + std::to_string(i))->size == 5);
    }
  }
  SECTION("but for one that cannot be written") {
    fs.fail_call(DiskOperation::sync_file, 3, make_error_code(errc::io_error));
    const auto results = sync_stage(fs, pointers);
    CHECK(count_failed(results) == 1);
    CHECK(error_of(results[2]) == errc::io_error);
  }
  SECTION("or none, if the disk fails") {
    fs.fail_call(DiskOperation::sync_all, 1, make_error_code(errc::io_error));
    CHECK(count_failed(sync_stage(fs, pointers)) == std::ssize(pointers));
  }
}

TEST_CASE("Directories that could not be synced are named", "[installer]") {
  Scene scene;
  const std::set<RelativePath> dirs{RelativePath(), at("dir"), at("absent")};
  const auto failures = sync_dirs(scene.fs, dirs);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].dir == at("absent"));
  CHECK(scene.fs.calls(DiskOperation::sync_control) == 1);
  scene.fs.fail_call(DiskOperation::sync_control, 1, make_error_code(errc::io_error));
  CHECK(sync_dirs(scene.fs, dirs).size() == 3);
}

}  // namespace lansync::test
