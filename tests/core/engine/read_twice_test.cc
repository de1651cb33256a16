// A file that is read once more before anybody was told what the first reading found.
#include <catch2/catch.hpp>

#include "core/engine/job_runner.h"
#include "core/engine/scan/scan.h"
#include "core/index/memory_index.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

// A look at a folder of two files. They are read in the order of their names.
struct Look {
  Look() {
    REQUIRE(fs.user_write("a", "first"));
    REQUIRE(fs.user_write("b", "second"));
    fs.set_root_identity(root);
    scan.set_root(root);
    scan.request(RelativePath(), true);
    list();
  }
  void list() {
    auto job = scan.poll_job();
    REQUIRE(job);
    auto result = JobRunner(fs).run(Job{JobId{1}, std::get<ListJob>(*job)});
    const Result<void> listed =
        scan.handle_listing(RelativePath(), std::get<Result<Listing>>(std::move(result)));
    REQUIRE(listed);
  }
  void read(const HashJob& job) {
    auto result = JobRunner(fs).run(Job{JobId{1}, job});
    scan.handle_hashed(job.path, std::get<Result<Hashed>>(std::move(result)), false, WallTime{});
  }
  HashJob next() {
    auto job = scan.poll_job();
    REQUIRE(job);
    return std::get<HashJob>(*job);
  }
  void publish() {
    for (const Found& found : scan.poll_found()) {
      DiskRow row;
      row.path = row.source = found.path;
      row.stat = found.seen->stat;
      row.content = found.seen->content;
      REQUIRE(index.put_disk(row));
    }
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

TEST_CASE("A file that could not be read a second time is no problem once it is known",
          "[engine][scan]") {
  Look look;
  look.read(look.next());
  const HashJob other = look.next();
  look.scan.request(RelativePath(), false);
  look.list();
  look.fs.fail_call(DiskOperation::open_read, 1, make_error_code(std::errc::too_many_files_open));
  const HashJob again = look.next();
  REQUIRE(again.path.text() == "a");
  look.read(again);
  REQUIRE(look.issues.all().contains("a"));
  look.read(other);
  look.publish();
  look.scan.request(RelativePath(), false);
  look.list();
  CHECK(look.scan.idle());
  CHECK(look.issues.all().empty());
}

}  // namespace
}  // namespace lansync::test
