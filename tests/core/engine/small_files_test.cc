// Many files of one chunk: what is left out for them, and that none is.
#include <string>

#include <catch2/catch.hpp>

#include "core/chunk/hash.h"
#include "core/engine/apply/applier.h"
#include "core/engine/job_runner.h"
#include "core/engine/transfer/fetcher.h"
#include "core/index/memory_index.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/core/engine/fetching.h"
#include "tests/support/cluster.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// A fetcher that is told of files of one chunk, which a member has.
struct SmallFiles {
  SmallFiles() : fetcher(index, peers) {
    PeerState& peer = peers[device(1)];
    peer.device = device(1);
    peer.joined = peer.clock_known = true;
    peer.state.clock.advance({device(9), 1}, 100);
  }
  Wanted start(const std::string& name, std::string_view content) {
    Wanted wanted;
    wanted.path = wanted.source = RelativePath::parse(name).value();
    wanted.content.bytes = chunk_hash(as_bytes(content)).bytes;
    wanted.size = content.size();
    wanted.version = {{device(9), 1}, ++files};
    wanted.stage = "stage-" + name;
    REQUIRE(fetcher.start(wanted));
    return wanted;
  }
  bool asks() { return fetcher.poll_request(now).has_value(); }

  MemoryIndex index;
  std::map<DeviceId, PeerState> peers;
  Fetcher fetcher;
  std::uint64_t files = 0;
  TimePoint now{TimePoint{} + 1h};
};

TEST_CASE("A file of one chunk that is nowhere here is asked for at once, and written whole",
          "[engine][fetcher]") {
  SmallFiles small;
  const Wanted wanted = small.start("f", "content");
  CHECK_FALSE(small.fetcher.poll_job());
  const auto request = small.fetcher.poll_request(small.now);
  REQUIRE(request);
  const ChunkData header{.request = std::get<ChunkRequest>(request->body).request};
  REQUIRE(small.fetcher.handle_data(device(1), header, as_bytes("content"), small.now));
  const auto job = small.fetcher.poll_job();
  REQUIRE(job);
  const auto& write = std::get<WriteJob>(job->work);
  CHECK(write.stage == wanted.stage);
  CHECK(write.whole);
}

TEST_CASE("What may be in the staging folder is looked for there first", "[engine][fetcher]") {
  SmallFiles small;
  const std::string left = "stage-f";
  small.fetcher.find_staged(std::array{left});
  small.start("f", "content");
  CHECK_FALSE(small.asks());
  const auto job = small.fetcher.poll_job();
  REQUIRE(job);
  CHECK(std::holds_alternative<StageJob>(job->work));
}

TEST_CASE("After a file that did not fit it is seen to that the next one does",
          "[engine][fetcher]") {
  SmallFiles small;
  small.start("f", "content");
  REQUIRE_FALSE(small.fetcher.poll_job());
  const auto request = small.fetcher.poll_request(small.now);
  REQUIRE(request);
  const ChunkData header{.request = std::get<ChunkRequest>(request->body).request};
  REQUIRE(small.fetcher.handle_data(device(1), header, as_bytes("content"), small.now));
  const auto write = small.fetcher.poll_job();
  REQUIRE(write);
  small.fetcher.handle_written(
      *write, Error{std::make_error_code(std::errc::no_space_on_device), "stage-f"});
  REQUIRE(small.fetcher.poll_failed());

  small.start("g", "another");
  const auto looked = small.fetcher.poll_job();
  REQUIRE(looked);
  REQUIRE(std::holds_alternative<StageJob>(looked->work));
  small.fetcher.handle_staged(looked->fetch, Staged{{0}});
  // There was room for one.
  small.start("h", "a third");
  CHECK_FALSE(small.fetcher.poll_job());
}

TEST_CASE("Of what was in the staged file nothing is left in one that is written whole",
          "[engine][jobs]") {
  MemoryFileSystem fs;
  const std::string longer = "what an attempt left";
  REQUIRE((*fs.open_stage("s"))->write_at(0, as_bytes(longer)));
  const Chunk chunk{4, {hash_of(as_bytes("good"))}};
  const WriteJob job{"s", 0, chunk, to_bytes(std::string_view("good")), true};
  REQUIRE(std::get<Result<Written>>(JobRunner(fs).run({JobId{1}, job})));
  CHECK(fs.stage_snapshot().at("s").content == "good");
}

TEST_CASE("More files than may be under way at a time all come", "[engine]") {
  Cluster cluster(2, 1);
  cluster.connect(0, 1);
  REQUIRE(cluster.settle());
  const std::size_t files = 2 * Applier::kWindowPaths;
  MemoryFileSystem& fs = cluster.node(0).fs;
  for (std::size_t i = 0; i < files; ++i) {
    fs.user_write("file " + std::to_string(i), "content " + std::to_string(i));
  }
  cluster.changed(0);
  cluster.run_for(5s);
  CHECK(cluster.node(1).engine->status().need.files == 0);
  CHECK(content_of(cluster.tree(1), "file 0") == "content 0");
}

// Which delays it takes for that, the seed decides.
TEST_CASE("A version that is heard of while the one before is being installed comes after it",
          "[engine]") {
  for (int seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Cluster cluster(3, static_cast<std::uint64_t>(seed));
    cluster.connect(0, 2);
    cluster.node(0).fs.user_write("f", "first");
    cluster.changed(0);
    REQUIRE(cluster.settle());
    cluster.disconnect(0, 2);
    cluster.node(2).fs.user_write("f", "the second");
    cluster.changed(2);
    REQUIRE(cluster.settle());
    cluster.connect(0, 1);
    cluster.run_for(seed % 40 * 1ms);
    cluster.connect(1, 2);
    REQUIRE(cluster.settle());
    CHECK(content_of(cluster.tree(1), "f") == "the second");
  }
}

}  // namespace
}  // namespace lansync::test
