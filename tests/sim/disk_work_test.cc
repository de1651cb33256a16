// That work of a disk that is of no use is noticed.
#include "tests/sim/disk_work.h"

#include <catch2/catch.hpp>

namespace lansync::sim {
namespace {

using test::Area;
using test::DiskEffect;
using test::MemoryFileSystem;

constexpr WallTime kNow{1'800'000'000'000'000'000};
constexpr std::uint64_t kSize = 100;

DiskEffect moved(Area from, Area to, std::uint64_t inode) {
  DiskEffect effect;
  effect.from = from;
  effect.to = to;
  effect.path = "name";
  effect.stat.inode = inode;
  effect.stat.size = kSize;
  return effect;
}

DiskEffect written(std::uint64_t bytes) {
  DiskEffect effect = moved(Area::stage, Area::stage, 1);
  effect.kind = DiskEffect::Kind::bytes;
  effect.written = bytes;
  return effect;
}

TEST_CASE("What is fetched is written once", "[sim]") {
  DiskWork work;
  work.note(moved(Area::nowhere, Area::stage, 1));
  work.note(written(kSize));

  SECTION("if it comes to the folder") {
    work.note(moved(Area::stage, Area::folder, 1));
    CHECK_FALSE(work.rested());
  }
  SECTION("and not again") {
    work.note(written(kSize));
    work.note(moved(Area::stage, Area::folder, 1));
    CHECK(work.rested());
    CHECK_FALSE(work.rested());
  }
  SECTION("or is not wanted any more, but for once only") {
    work.note(moved(Area::stage, Area::nowhere, 1));
    work.note(moved(Area::nowhere, Area::stage, 2));
    work.note(written(kSize));
    work.note(moved(Area::stage, Area::nowhere, 2));
    CHECK(work.rested());
  }
}

TEST_CASE("What has been read is known", "[sim]") {
  DiskWork work;
  const MemoryFileSystem fs;
  HashJob reading;
  reading.path = *RelativePath::parse("a");
  reading.stat.mtime = {kNow.ns - std::chrono::nanoseconds(std::chrono::hours(1)).count()};
  const JobResult good = Result<Hashed>(Hashed{});
  WallTime now = kNow;
  const auto is_waste = [&] {
    work.begin_job(fs);
    now.ns += 2'000'000'000;
    return work.end_job({JobId{1}, reading}, good, fs, now).has_value();
  };

  SECTION("so that it need not be read again") {
    CHECK_FALSE(is_waste());
    CHECK(is_waste());
    reading.path = *RelativePath::parse("b");
    CHECK_FALSE(is_waste());
  }
  SECTION("unless the first reading has just ended") {
    CHECK_FALSE(is_waste());
    now.ns -= 2'000'000'000;
    CHECK_FALSE(is_waste());
  }
  SECTION("unless somebody was there meanwhile") {
    CHECK_FALSE(is_waste());
    work.acted();
    CHECK_FALSE(is_waste());
  }
  SECTION("or it was so new that it may have changed without a trace") {
    reading.stat.mtime = kNow;
    CHECK_FALSE(is_waste());
    CHECK_FALSE(is_waste());
  }
}

TEST_CASE("A job waits for the disk as often as it has reasons", "[sim]") {
  DiskWork work;
  MemoryFileSystem fs;
  const auto is_waste = [&](decltype(Job::work) job, const JobResult& result) {
    return work.end_job({JobId{1}, std::move(job)}, result, fs, kNow).has_value();
  };
  ApplyJob batch;
  batch.steps.resize(2);
  batch.steps[0].kind = ApplyStep::Kind::install_file;
  batch.steps[0].path = *RelativePath::parse("d/a");
  batch.steps[1].path = *RelativePath::parse("d/b");
  REQUIRE(fs.user_mkdir("d"));
  const RelativePath dir = *RelativePath::parse("d");
  auto staged = fs.open_stage("name");
  REQUIRE(staged);

  work.begin_job(fs);
  REQUIRE((*staged)->sync());
  REQUIRE(fs.sync_dir(dir));
  REQUIRE(fs.sync_control());
  CHECK_FALSE(is_waste(batch, Result<Applied>(Applied{})));
  CHECK(is_waste(WriteJob{}, Result<Written>(Written{})));

  SECTION("for a directory") {
    REQUIRE(fs.sync_dir(dir));
    CHECK(is_waste(batch, Result<Applied>(Applied{})));
  }
  SECTION("for a file") {
    REQUIRE((*staged)->sync());
    CHECK(is_waste(batch, Result<Applied>(Applied{})));
  }
}

}  // namespace
}  // namespace lansync::sim
