#include "core/engine/apply/apply.h"

#include <catch2/catch.hpp>

#include "core/engine/names.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

constexpr WallTime kBefore{1'000'000'000};
constexpr WallTime kGiven{2'000'000'000};

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

ApplyStep touch(MemoryFileSystem& fs, const std::string& path) {
  ApplyStep step;
  step.kind = ApplyStep::Kind::set_metadata;
  step.path = path_of(path);
  step.expected = FileIdentity::of(*fs.stat(step.path));
  step.mode = 0600;
  step.mtime = kGiven;
  return step;
}

Result<ApplyStepDone> apply_one(MemoryFileSystem& fs, const ApplyStep& step) {
  return apply_steps(fs, {&step, 1}).steps.at(0);
}

// Does what a person does right before the engine's operation, once.
void right_before(MemoryFileSystem& fs, DiskOperation operation, std::function<void()> act) {
  fs.before_each([operation, act = std::move(act), done = false](DiskOperation what) mutable {
    if (what != operation || done) return;
    done = true;
    act();
  });
}

TEST_CASE("A file gets its mode and mtime, and is read again", "[engine][apply]") {
  MemoryFileSystem fs;
  fs.set_time(kBefore);
  fs.user_write("f", "content");
  const auto done = apply_one(fs, touch(fs, "f"));
  REQUIRE(done);
  CHECK(done->stat.mtime == kGiven);
  CHECK(done->stat.mode == 0600);
  // Somebody may have written the file just before, and its time does not tell any more.
  CHECK(done->racy);
}

TEST_CASE("What a person does while mode and mtime are set is not taken for ours",
          "[engine][apply]") {
  MemoryFileSystem fs;
  fs.set_time(kBefore);
  fs.user_write("f", "content");
  const ApplyStep step = touch(fs, "f");
  const auto operation = GENERATE(DiskOperation::set_mode, DiskOperation::set_mtime);
  SECTION("another file") {
    right_before(fs, operation, [&] { fs.user_replace("f", "CONTENT"); });
  }
  SECTION("a longer one") {
    right_before(fs, operation, [&] { fs.user_append("f", " and more"); });
  }
  const auto done = apply_one(fs, step);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == make_error_code(Errc::changed));
}

TEST_CASE("A chmod while the mtime is set is a person's", "[engine][apply]") {
  MemoryFileSystem fs;
  fs.set_time(kBefore);
  fs.user_write("f", "content");
  const ApplyStep step = touch(fs, "f");
  right_before(fs, DiskOperation::set_mtime, [&] { fs.user_chmod("f", 0777); });
  const auto done = apply_one(fs, step);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == make_error_code(Errc::changed));
}

TEST_CASE("Two names in the trash differ, also after a restart", "[engine][apply]") {
  const RelativePath path = path_of("dir/f");
  CHECK(trash_name(path, WallTime{1}, 1) != trash_name(path, WallTime{1}, 2));
  CHECK(trash_name(path, WallTime{1}, 1) != trash_name(path, WallTime{2}, 1));
}

}  // namespace
}  // namespace lansync::test
