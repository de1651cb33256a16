// That who takes on too much is noticed.
#include "tests/sim/bounds.h"

#include <catch2/catch.hpp>

#include "core/engine/history/exchange.h"
#include "core/engine/scan/scan.h"
#include "core/engine/transfer/fetcher.h"
#include "core/engine/transfer/server.h"
#include "core/wire/chunk_data.h"

namespace lansync::sim {
namespace {

constexpr TimePoint kNow{std::chrono::hours(1)};

ChunkRequest request_for(std::uint32_t number, std::uint32_t bytes) {
  ChunkRef ref;
  ref.chunk.bytes = bytes;
  return {number, {ref}};
}

TEST_CASE("Jobs under way are limited by their kind", "[sim]") {
  Bounds bounds(1);
  for (std::size_t i = 0; i < Scan::kHashesMax; ++i) bounds.begin_job({JobId{i}, HashJob{}});
  CHECK_FALSE(bounds.check(kNow));
  bounds.begin_job({JobId{100}, HashJob{}});
  const auto found = bounds.check(kNow);
  REQUIRE(found);
  CHECK(found->invariant == "R1");
  bounds.end_job(JobId{0}, false);
  CHECK_FALSE(bounds.check(kNow));
}

TEST_CASE("Requests to one peer are limited until they are answered", "[sim]") {
  Bounds bounds(1);
  const auto most = static_cast<std::uint32_t>(Fetcher::kRequestsPerPeerMax);
  for (std::uint32_t i = 0; i < most; ++i) bounds.sent(1, request_for(i, 10), kNow);
  CHECK_FALSE(bounds.check(kNow));
  bounds.sent(2, request_for(0, 10), kNow);
  CHECK_FALSE(bounds.check(kNow));
  bounds.sent(1, ChunkListRequest{most, {}, 0}, kNow);
  CHECK(bounds.check(kNow));

  SECTION("by all of a chunk") {
    ChunkData header;
    header.request = 3;
    bounds.got(1, header, 9, kNow);
    CHECK(bounds.check(kNow));
    header.offset = 9;
    bounds.got(1, header, 1, kNow);
    CHECK_FALSE(bounds.check(kNow));
  }
  SECTION("by a list") {
    bounds.heard(1, ChunkListReply{most, 0, 0, {}}, kNow);
    CHECK_FALSE(bounds.check(kNow));
  }
  SECTION("by a refusal") {
    bounds.heard(1, ChunksMissing{2, {0}}, kNow);
    CHECK_FALSE(bounds.check(kNow));
  }
  SECTION("or given up") { CHECK_FALSE(bounds.check(kNow + Fetcher::kRequestTimeout)); }
  SECTION("or the connection is lost") {
    bounds.lost(1);
    CHECK_FALSE(bounds.check(kNow));
  }
}

TEST_CASE("Bytes in memory are limited", "[sim]") {
  constexpr std::uint32_t kChunk = 16 << 20;
  Bounds bounds(1);

  SECTION("those that were asked for, and wait to be written") {
    for (std::uint32_t i = 0; i < 3; ++i) bounds.sent(1, request_for(i, kChunk), kNow);
    CHECK_FALSE(bounds.check(kNow));
    bounds.begin_job({JobId{1}, WriteJob{.bytes = Bytes(kChunk)}});
    CHECK(bounds.check(kNow));
    bounds.end_job(JobId{1}, false);
    CHECK_FALSE(bounds.check(kNow));
  }
  SECTION("those that were read for a peer") {
    Job job{JobId{1}, ReadJob{.chunk = {kChunk, {}}}};
    bounds.begin_job(job);
    CHECK_FALSE(bounds.check(kNow));
    job.id = JobId{2};
    bounds.begin_job(job);
    CHECK(bounds.check(kNow));
    SECTION("until it takes them") {
      bounds.end_job(JobId{1}, false);
      CHECK(bounds.check(kNow));
      bounds.gave(kChunk);
      CHECK_FALSE(bounds.check(kNow));
    }
    SECTION("or they cannot be read") {
      bounds.end_job(JobId{1}, true);
      CHECK_FALSE(bounds.check(kNow));
    }
  }
  SECTION("messages that nobody takes") {
    CHECK_FALSE(Bounds::check_waiting(Exchange::kWaitingMax));
    CHECK(Bounds::check_waiting(2 * Exchange::kWaitingMax));
  }
}

}  // namespace
}  // namespace lansync::sim
