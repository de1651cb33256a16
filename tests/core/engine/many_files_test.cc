// A folder of more files than are held in memory at once.
#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "core/engine/job_runner.h"
#include "core/engine/scan/scan.h"
#include "core/index/memory_index.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

TEST_CASE("Directories are not listed far ahead of the reading of what is in them",
          "[engine][scan]") {
  constexpr std::size_t kDirectories = 12;
  constexpr std::size_t kFilesInEach = 1000;
  const RootIdentity root{1, 2, "mark"};
  MemoryFileSystem fs;
  fs.set_root_identity(root);
  for (std::size_t dir = 0; dir < kDirectories; ++dir) {
    const std::string name = "dir " + std::to_string(dir);
    REQUIRE(fs.user_mkdir(name));
    for (std::size_t file = 0; file < kFilesInEach; ++file) {
      REQUIRE(fs.user_write(name + "/" + std::to_string(file), std::to_string(dir)));
    }
  }
  MemoryIndex index;
  PathIssues issues;
  HeldDeletions held;
  Intents intents(index);
  Unsynced unsynced(index, {});
  Scan scan(index, issues, held, intents, unsynced);
  scan.set_root(root);
  scan.request(RelativePath(), true);

  JobRunner runner(fs);
  std::size_t waiting_max = 0;
  std::size_t read = 0;
  // The listings come back at once, and of the readings each as the next is asked for.
  while (auto job = scan.poll_job()) {
    if (const auto* list = std::get_if<ListJob>(&*job)) {
      auto listing = std::get<Result<Listing>>(runner.run(Job{JobId{1}, *list}));
      const bool handled = scan.handle_listing(list->dir, std::move(listing)).has_value();
      REQUIRE(handled);
      waiting_max = std::max(waiting_max, scan.waiting());
    } else {
      const auto& hash = std::get<HashJob>(*job);
      auto hashed = std::get<Result<Hashed>>(runner.run(Job{JobId{1}, hash}));
      scan.handle_hashed(hash.path, std::move(hashed), false, WallTime{});
      ++read;
    }
    for (const Found& found : scan.poll_found()) {
      DiskRow row;
      row.path = row.source = found.path;
      row.stat = found.seen->stat;
      row.content = found.seen->content;
      REQUIRE(index.put_disk(row));
    }
  }
  CHECK(scan.idle());
  CHECK(read == kDirectories * kFilesInEach);
  CHECK(waiting_max < Scan::kToHashMax + kFilesInEach + kDirectories);
}

}  // namespace
}  // namespace lansync::test
