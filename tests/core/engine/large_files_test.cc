// Files that are read in pieces, and what is told of large files before all have been read.
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "core/chunk/content_hasher.h"
#include "core/engine/job_runner.h"
#include "core/engine/scan/scan.h"
#include "core/index/memory_index.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{8} << 20;  // Of a file of up to 64 MiB.

std::string random_content(std::size_t size) {
  std::mt19937_64 random(7);
  std::string content(size, '\0');
  for (char& byte : content) byte = static_cast<char>(random());
  return content;
}

ContentId content_id(const std::string& content) {
  ContentHasher hasher(ChunkClass::kib64);
  hasher.update(as_bytes(content));
  return std::move(hasher).finish().content_id();
}

// A look at a folder.
struct Look {
  Look() {
    fs.set_root_identity(root);
    scan.set_root(root);
  }
  void list() {
    scan.request(RelativePath(), true);
    auto job = scan.poll_job();
    REQUIRE(job);
    handle_listing(std::get<Result<Listing>>(run(std::get<ListJob>(*job))));
  }
  void handle_listing(Result<Listing> listing) {
    const Result<void> handled = scan.handle_listing(RelativePath(), std::move(listing));
    REQUIRE(handled);
  }
  template <class Work>
  JobResult run(Work work) {
    return JobRunner(fs).run(Job{JobId{1}, std::move(work)});
  }
  // All that it asks for now.
  std::vector<HashJob> poll() {
    std::vector<HashJob> jobs;
    while (auto job = scan.poll_job()) jobs.push_back(std::get<HashJob>(*job));
    return jobs;
  }
  void read(const HashJob& job, bool racy = false) {
    scan.handle_hashed(job.path, std::get<Result<Hashed>>(run(job)), racy, WallTime{});
  }

  const RootIdentity root{1, 2, "mark"};
  MemoryFileSystem fs;
  MemoryIndex index;
  PathIssues issues;
  HeldDeletions held;
  Intents intents{index};
  Unsynced unsynced{index, {}};
  Scan scan{index, issues, held, intents, unsynced};
};

TEST_CASE("A large file is read in pieces, and has the content that it has", "[engine][scan]") {
  Look look;
  const std::string content = random_content(6 * kPieceBytes + 1);
  REQUIRE(look.fs.user_write("large", content));
  look.list();
  std::vector<HashJob> jobs = look.poll();
  CHECK(jobs.size() == Scan::kPiecesMax);
  std::size_t pieces = 0;
  for (; !jobs.empty(); jobs = look.poll()) {
    // The last that was asked for comes back first.
    for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) look.read(*job, ++pieces == 3);
  }
  CHECK(pieces == 7);
  const std::vector<Found> found = look.scan.poll_found();
  REQUIRE(found.size() == 1);
  CHECK(found[0].seen->content == content_id(content));
  CHECK(found[0].list.size() == content.size());
  CHECK(found[0].seen->racy);
  CHECK(look.scan.idle());
}

TEST_CASE("A large file that changes while its pieces are read is read again", "[engine][scan]") {
  Look look;
  std::string content = random_content(3 * kPieceBytes);
  REQUIRE(look.fs.user_write("large", content));
  look.list();
  const std::vector<HashJob> jobs = look.poll();
  REQUIRE(jobs.size() == 3);
  look.read(jobs[0]);
  SECTION("by another version") {
    content = "another";
    REQUIRE(look.fs.user_write("large", content));
  }
  SECTION("by its end being cut off") {
    content.resize(100);
    REQUIRE(look.fs.user_write("large", content));
  }
  look.read(jobs[1]);
  CHECK(look.scan.poll_found().empty());
  look.read(jobs[2]);
  CHECK_FALSE(look.scan.idle());
  CHECK(look.issues.all().empty());
  look.list();
  for (const HashJob& job : look.poll()) look.read(job);
  const std::vector<Found> found = look.scan.poll_found();
  REQUIRE(found.size() == 1);
  CHECK(found[0].seen->content == content_id(content));
}

TEST_CASE("A piece that cannot be read is a problem of its file", "[engine][scan]") {
  Look look;
  REQUIRE(look.fs.user_write("large", random_content(2 * kPieceBytes)));
  look.list();
  const std::vector<HashJob> jobs = look.poll();
  look.fs.fail_call(DiskOperation::open_read, 1, make_error_code(std::errc::io_error));
  for (const HashJob& job : jobs) look.read(job);
  CHECK(look.poll().empty());
  CHECK(look.issues.all().contains("large"));
  CHECK(look.scan.idle());
}

FileStat file_of(std::uint64_t bytes, std::uint64_t inode) {
  FileStat stat;
  stat.kind = NodeKind::file;
  stat.size = bytes;
  stat.inode = inode;
  return stat;
}

TEST_CASE("Who has saved a small file waits for no large ones to be read", "[engine][scan]") {
  // More than are read at once, of small ones too, and all of them before it in order.
  constexpr std::uint64_t kLarge = Scan::kHashesMax + 1;
  Look look;
  Listing listing;
  for (std::uint64_t i = 0; i < kLarge; ++i) {
    listing.entries.push_back({"large " + std::to_string(i), file_of(2 * kPieceBytes, i + 10)});
  }
  REQUIRE(look.fs.user_write("small", "what was just saved"));
  listing.entries.push_back({"small", *look.fs.stat(RelativePath::parse("small").value())});
  look.scan.request(RelativePath(), true);
  REQUIRE(look.scan.poll_job());
  look.handle_listing(std::move(listing));
  std::optional<HashJob> small;
  for (const HashJob& job : look.poll()) {
    if (job.path.text() == "small") small = job;
  }
  REQUIRE(small);
  CHECK(look.scan.poll_found().empty());
  look.read(*small);
  const std::vector<Found> found = look.scan.poll_found();
  REQUIRE(found.size() == 1);
  CHECK(found[0].path.text() == "small");
}

TEST_CASE("What is beside a file that is being read may change meanwhile", "[engine][scan]") {
  Look look;
  REQUIRE(look.fs.user_write("large", random_content(2 * kPieceBytes)));
  look.list();
  const std::vector<HashJob> jobs = look.poll();
  REQUIRE(jobs.size() == 2);
  const auto touches = [&](std::string_view path) {
    return look.scan.touches(RelativePath::parse(path).value());
  };
  CHECK(touches("large"));
  CHECK_FALSE(touches("beside"));
  look.scan.request(RelativePath(), false);
  REQUIRE(look.scan.poll_job());  // A listing.
  CHECK(touches("beside"));
}

TEST_CASE("What has been read is told before all has been, if it is much", "[engine][scan]") {
  Look look;
  Listing listing;
  for (int i = 0; i < 10; ++i) {
    FileStat stat;
    stat.kind = NodeKind::file;
    stat.size = kPieceBytes;
    stat.inode = static_cast<std::uint64_t>(i) + 10;
    listing.entries.push_back({"file " + std::to_string(i), stat});
  }
  look.scan.request(RelativePath(), true);
  REQUIRE(look.scan.poll_job());
  look.handle_listing(std::move(listing));
  const std::vector<HashJob> jobs = look.poll();
  REQUIRE(jobs.size() == 10);
  const auto hash = [&](const HashJob& job) {
    Hashed hashed;
    hashed.stat = job.stat;
    look.scan.handle_hashed(job.path, std::move(hashed), false, WallTime{});
  };
  for (std::size_t i = 0; i < 7; ++i) hash(jobs[i]);
  CHECK(look.scan.poll_found().empty());
  hash(jobs[7]);
  CHECK(look.scan.poll_found().size() == 8);
  hash(jobs[8]);
  CHECK(look.scan.poll_found().empty());
  hash(jobs[9]);
  CHECK(look.scan.poll_found().size() == 2);
}

}  // namespace
}  // namespace lansync::test
