// Steps that meet what nobody expected.
#include <catch2/catch.hpp>

#include "core/engine/apply/apply.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

using Kind = ApplyStep::Kind;

constexpr WallTime kBefore{1'000'000'000};
constexpr WallTime kGiven{2'000'000'000};
const std::error_code kFailure = std::make_error_code(std::errc::io_error);

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

void stage(MemoryFileSystem& fs, const std::string& name, const std::string& content) {
  const auto file = fs.open_stage(name);
  REQUIRE(file);
  REQUIRE((*file)->write_at(0, as_bytes(content)));
}

// Puts "new" in the place of what is at "f".
struct Replacement {
  Replacement() {
    fs.set_time(kBefore);
    REQUIRE(fs.user_write("f", "old"));
    stage(fs, "staged", "new");
    step.kind = Kind::install_file;
    step.path = path_of("f");
    step.expected = FileIdentity::of(*fs.stat(step.path));
    step.stage = "staged";
    step.size = 3;
    step.trash = "old f";
    step.mode = 0644;
    step.mtime = kGiven;
  }
  Result<ApplyStepDone> apply() { return apply_steps(fs, {&step, 1}).steps.at(0); }
  bool is_somewhere(const std::string& content) { return fs.all_contents().contains(content); }

  MemoryFileSystem fs;
  ApplyStep step;
};

TEST_CASE("A staged file of another size is not installed", "[engine][apply]") {
  Replacement replacement;
  replacement.step.size = 4;
  const auto done = replacement.apply();
  REQUIRE_FALSE(done);
  CHECK(done.error().code == make_error_code(Errc::corrupt));
  CHECK(replacement.fs.snapshot().at("f").content == "old");
}

// That a name is gone from the staging folder means that it was installed.
TEST_CASE("What was staged and could not be made durable keeps its name, and not its bytes",
          "[engine][apply]") {
  Replacement replacement;
  MemoryFileSystem& fs = replacement.fs;
  fs.fail_sync_and_forget(1);
  SECTION("whatever they were") {
    CHECK_FALSE(replacement.apply());
    CHECK(fs.stage_snapshot().at("staged").content.empty());
  }
  SECTION("even if they cannot be cut off") {
    const auto inode = fs.stat_stage("staged")->inode;
    fs.fail_call(DiskOperation::truncate, 1, kFailure);
    CHECK_FALSE(replacement.apply());
    CHECK(fs.stage_snapshot().at("staged").content.empty());
    CHECK(fs.stat_stage("staged")->inode != inode);
  }
  SECTION("nor does a file stay that has none") {
    REQUIRE(fs.remove_stage("staged"));
    replacement.step.size = 0;
    CHECK_FALSE(replacement.apply());
    CHECK(fs.stage_snapshot().empty());
  }
  CHECK(fs.snapshot().at("f").content == "old");
}

// Names that are one to the disk, in one directory.
std::vector<ApplyStep> clashes(MemoryFileSystem& fs, Kind kind, std::size_t count) {
  std::vector<ApplyStep> steps;
  for (std::size_t i = 0; i < count; ++i) {
    for (const char* letter : {"a", "A"}) {
      ApplyStep step;
      step.kind = kind;
      step.path = path_of(std::to_string(i) + letter);
      step.stage = "staged " + step.path.text();
      step.mode = 0755;
      step.mtime = kGiven;
      if (kind == Kind::install_file) stage(fs, step.stage, "");
      steps.push_back(step);
    }
  }
  return steps;
}

TEST_CASE("Names that clash in one directory do not have it listed for each", "[engine][apply]") {
  constexpr std::size_t kClashes = 200;
  MemoryFileSystem fs;
  fs.set_folds_case(true);
  fs.set_time(kBefore);
  const Kind kind = GENERATE(Kind::install_file, Kind::make_dir);
  const std::vector<ApplyStep> steps = clashes(fs, kind, kClashes);
  const Applied applied = apply_steps(fs, steps);
  for (std::size_t i = 0; i < steps.size(); i += 2) {
    CHECK(applied.steps[i]);
    REQUIRE_FALSE(applied.steps[i + 1]);
    CHECK(applied.steps[i + 1].error().code == make_error_code(Errc::mismatch));
  }
  CHECK(fs.calls(DiskOperation::list) == 1);
}

TEST_CASE("What an earlier attempt left under a step's name is kept", "[engine][apply]") {
  Replacement replacement;
  MemoryFileSystem& fs = replacement.fs;
  stage(fs, "claimed-old f", "a person's, perhaps");
  SECTION("and the step goes on") {
    REQUIRE(replacement.apply());
    CHECK(fs.snapshot().at("f").content == "new");
    CHECK(fs.trash_snapshot().at("old f").content == "old");
    CHECK(fs.trash_snapshot().at("old f-found").content == "a person's, perhaps");
  }
  SECTION("or the step fails") {
    fs.fail_call(DiskOperation::move_stage_to_trash, 1, kFailure);
    CHECK_FALSE(replacement.apply());
    CHECK(fs.snapshot().at("f").content == "old");
    CHECK(replacement.is_somewhere("a person's, perhaps"));
  }
  CHECK(replacement.is_somewhere("old"));
}

TEST_CASE("An exchange that cannot be undone gives the person's file to the trash",
          "[engine][apply]") {
  Replacement replacement;
  MemoryFileSystem& fs = replacement.fs;
  int exchanges = 0;
  // A person is faster, and from then on nothing can be exchanged.
  fs.before_each([&](DiskOperation operation) {
    if (operation != DiskOperation::exchange) return;
    if (++exchanges == 1) {
      fs.user_replace("f", "a person's");
      fs.fail_call(DiskOperation::exchange, 2, kFailure);
    }
  });
  const auto done = replacement.apply();
  fs.before_each({});
  fs.clear_faults();
  CHECK(replacement.is_somewhere("a person's"));
  REQUIRE(done);
  CHECK(done->rescued);
  CHECK(done->trashed);
  CHECK(fs.trash_snapshot().at("old f").content == "a person's");
  CHECK(fs.snapshot().at("f").content == "new");
}

TEST_CASE("Mode and mtime are not given to what is something else by now", "[engine][apply]") {
  Replacement replacement;
  MemoryFileSystem& fs = replacement.fs;
  replacement.step.kind = Kind::set_metadata;
  REQUIRE(fs.user_replace("f", "a person's"));
  const auto done = replacement.apply();
  REQUIRE_FALSE(done);
  CHECK(done.error().code == make_error_code(Errc::changed));
  CHECK(fs.stat(path_of("f"))->mtime != kGiven);
}

TEST_CASE("A link has neither mode nor mtime to set", "[engine][apply]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_symlink("l", "target"));
  ApplyStep step;
  step.kind = Kind::set_metadata;
  step.path = path_of("l");
  step.mode = 0600;
  step.mtime = kGiven;
  const FileStat before = *fs.stat(step.path);
  const auto done = apply_steps(fs, {&step, 1}).steps.at(0);
  REQUIRE(done);
  CHECK_FALSE(done->racy);
  CHECK(fs.stat(step.path)->mtime == before.mtime);
  CHECK(fs.calls(DiskOperation::set_mode) == 0);
  CHECK(fs.calls(DiskOperation::set_mtime) == 0);
}

TEST_CASE("One step that fails holds up no other, but for a folder that is not durable",
          "[engine][apply]") {
  MemoryFileSystem fs;
  REQUIRE(fs.user_mkdir("d"));
  REQUIRE(fs.user_mkdir("e"));
  std::vector<ApplyStep> steps(3);
  for (auto& step : steps) step.kind = Kind::make_dir;
  steps[0].path = path_of("d/one");
  steps[1].path = path_of("nowhere/two");
  steps[2].path = path_of("e/three");
  for (auto& step : steps) step.mode = 0755;
  SECTION("all durable") {
    const Applied applied = apply_steps(fs, steps);
    CHECK(applied.steps[0]);
    CHECK_FALSE(applied.steps[1]);
    CHECK(applied.steps[2]);
  }
  SECTION("one folder not") {
    fs.fail_call(DiskOperation::sync_dir, 1, kFailure);
    const Applied applied = apply_steps(fs, steps);
    CHECK(applied.steps[0].has_value() != applied.steps[2].has_value());
    CHECK(fs.snapshot().contains("d/one"));
    CHECK(fs.snapshot().contains("e/three"));
  }
}

TEST_CASE("What a crash left half exchanged goes to the trash, whatever is there already",
          "[engine][apply]") {
  MemoryFileSystem fs;
  stage(fs, "claimed-f", "half exchanged");
  stage(fs, "being assembled", "half a file");
  stage(fs, "claimed-g", "another");
  stage(fs, "f", "an older one");
  REQUIRE(fs.move_stage_to_trash("f", "f"));
  SECTION("nothing fails") {
    CHECK(recover_claimed(fs, "recovered-").value() == std::vector<std::string>{"being assembled"});
    CHECK(fs.trash_snapshot().at("f").content == "an older one");
    CHECK(fs.trash_snapshot().at("recovered-claimed-f").content == "half exchanged");
    CHECK(fs.trash_snapshot().at("g").content == "another");
    CHECK(fs.stage_snapshot().size() == 1);
    CHECK(fs.stage_snapshot().contains("being assembled"));
  }
  SECTION("something does") {
    const auto operation = GENERATE(DiskOperation::list_stage, DiskOperation::move_stage_to_trash);
    fs.fail_call(operation, 1, kFailure);
    CHECK_FALSE(recover_claimed(fs, "recovered-"));
  }
  for (const char* const content : {"half exchanged", "half a file", "another", "an older one"}) {
    CHECK(fs.all_contents().contains(content));
  }
}

}  // namespace
}  // namespace lansync::test
