// One file to several members at once.
#include <algorithm>
#include <random>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "core/engine/transfer/held_chunks.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/core/engine/fetching.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFileBytes = std::size_t{8} << 20;

std::string random_content(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string content(kFileBytes, '\0');
  for (char& byte : content) byte = static_cast<char>(random());
  return content;
}

// A fetch of a file of many chunks whose author, member 9, has everything; the others load it too.
struct Spreading {
  explicit Spreading(std::set<int> others) {
    join(9);
    peers.at(device(9)).state.in_sync = true;
    for (const int other : others) {
      join(other);
      peers.at(device(other)).spreads = true;
    }
    Wanted wanted;
    wanted.path = wanted.source = RelativePath::parse("f").value();
    wanted.content = list.content_id();
    wanted.size = list.size();
    wanted.one_chunk = false;
    wanted.version = {{device(9), 1}, 1};
    wanted.stage = "stage-f";
    REQUIRE(index.put_chunk_list(wanted.content, list));
    REQUIRE(fetcher.start(wanted));
    const auto job = fetcher.poll_job();
    REQUIRE(job);
    Staged staged;
    for (std::uint32_t i = 0; i < list.chunks.size(); ++i) staged.missing.push_back(i);
    fetcher.handle_staged(job->fetch, staged);
  }

  void join(int number) {
    PeerState& peer = peers[device(number)];
    peer.device = device(number);
    peer.joined = peer.clock_known = true;
    peer.state.clock.advance({device(9), 1}, 1);
  }
  // The chunks that a member is asked for now.
  std::set<std::uint32_t> asked_of(int number) {
    std::set<std::uint32_t> chunks;
    while (const auto request = fetcher.poll_request(now)) {
      for (const ChunkRef& ref : std::get<ChunkRequest>(request->body).chunks) {
        asked[request->peer].insert(ref.index);
      }
    }
    return asked[device(number)];
  }
  ChunksHeld held(std::vector<std::uint32_t> chunks) const {
    return {list.content_id(), std::move(chunks), false};
  }

  const ChunkList list = chunks_of(random_content(1));
  MemoryIndex index;
  std::map<DeviceId, PeerState> peers;
  Fetcher fetcher{index, peers, device(1)};
  std::map<DeviceId, std::set<std::uint32_t>> asked;
  TimePoint now{TimePoint{} + 1h};
};

std::uint64_t sent_by_the_source(Cluster& cluster) { return cluster.node(0).content_bytes_sent; }

TEST_CASE("A file for several members is not sent to each of them by its source",
          "[engine][spreading]") {
  const std::size_t receivers = GENERATE(as<std::size_t>(), 2, 4, 8);
  CAPTURE(receivers);
  Cluster cluster(receivers + 1, 1);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  const std::uint64_t before = sent_by_the_source(cluster);
  cluster.node(0).fs.user_write("film", random_content(2));
  cluster.changed(0);
  require_agreement(cluster);
  // This network has no rate at which the others could be busy, so that more is asked of the
  // source.
  CHECK(sent_by_the_source(cluster) - before < kFileBytes * receivers * 3 / 4);
}

TEST_CASE("A file of which the source has gone half way arrives when it is back",
          "[engine][spreading]") {
  Cluster cluster(4, 2);
  cluster.connect_all();
  REQUIRE(cluster.settle());
  cluster.node(0).fs.user_write("film", random_content(3));
  cluster.changed(0);
  for (int i = 0; i < 10'000 && sent_by_the_source(cluster) < kFileBytes / 2; ++i) {
    cluster.run_for(1ms);
  }
  REQUIRE(sent_by_the_source(cluster) >= kFileBytes / 2);
  for (std::size_t i = 1; i < cluster.size(); ++i) cluster.disconnect(0, i);
  cluster.run_for(60s);
  cluster.connect_all();
  require_agreement(cluster);
}

TEST_CASE("Members that load the same file ask its source for different chunks",
          "[engine][spreading]") {
  Spreading alone({});
  Spreading with_two({2, 3});
  const auto all = alone.asked_of(9);
  const auto own = with_two.asked_of(9);
  CHECK(all.size() == alone.list.chunks.size());
  CHECK(own.size() > all.size() / 6);
  CHECK(own.size() < all.size() / 2);
}

TEST_CASE("A member that is loading is asked for what it says that it has", "[engine][spreading]") {
  Spreading spreading({2});
  const auto own = spreading.asked_of(9);
  CHECK(spreading.asked_of(2).empty());
  std::vector<std::uint32_t> others;
  for (std::uint32_t i = 0; others.size() < 3; ++i) {
    if (!own.contains(i)) others.push_back(i);
  }
  REQUIRE(spreading.fetcher.handle_held(device(2), spreading.held(others)));
  CHECK(spreading.asked_of(2) == std::set<std::uint32_t>(others.begin(), others.end()));
}

TEST_CASE("A chunk that the content does not have is the member's fault", "[engine][spreading]") {
  Spreading spreading({2});
  const auto count = static_cast<std::uint32_t>(spreading.list.chunks.size());
  CHECK(spreading.fetcher.handle_held(device(2), spreading.held({count - 1})));
  const auto wrong = spreading.fetcher.handle_held(device(2), spreading.held({count}));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == make_error_code(Errc::malformed));
  // Of what is not loaded here nothing is known.
  CHECK(spreading.fetcher.handle_held(device(2), {ContentId{}, {count}, false}));
}

TEST_CASE("Who loads a file says so, and says when it does no longer", "[engine][spreading]") {
  Spreading spreading({2, 3});
  const auto greeting = spreading.fetcher.poll_held(device(2));
  REQUIRE(greeting);
  CHECK(*greeting == spreading.held({}));
  CHECK_FALSE(spreading.fetcher.poll_held(device(2)));
  // Who has everything need not know, and who would not understand is not told.
  CHECK_FALSE(spreading.fetcher.poll_held(device(9)));
  spreading.peers.at(device(3)).spreads = false;
  CHECK_FALSE(spreading.fetcher.poll_held(device(3)));
  spreading.fetcher.cancel(RelativePath::parse("f").value());
  CHECK(spreading.fetcher.poll_held(device(2)) ==
        ChunksHeld{spreading.list.content_id(), {}, true});
  CHECK_FALSE(spreading.fetcher.poll_held(device(2)));
}

TEST_CASE("Whoever begins to load later is told everything", "[engine][spreading]") {
  HeldChunks held(3000);
  CHECK(held.poll_held(device(2)) == std::vector<std::uint32_t>{});
  for (std::uint32_t i = 0; i < 2000; ++i) held.add(i);
  // It has not said that it would listen.
  CHECK_FALSE(held.poll_held(device(2)));
  held.handle_held(device(2), {});
  std::size_t told = 0;
  while (const auto chunks = held.poll_held(device(2))) {
    CHECK(chunks->size() <= limits::kRequestChunksMax);
    told += chunks->size();
  }
  CHECK(told == 2000);
  held.add(2500);
  CHECK(held.poll_held(device(2)) == std::vector<std::uint32_t>{2500});
}

}  // namespace
}  // namespace lansync::test
