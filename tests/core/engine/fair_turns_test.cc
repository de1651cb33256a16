// No author's files and no member's silence take what others need.
#include <catch2/catch.hpp>

#include "core/chunk/hash.h"
#include "core/engine/transfer/fetcher.h"
#include "core/index/memory_index.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;

DeviceId device(int number) {
  DeviceId id;
  id.bytes.front() = static_cast<std::byte>(number);
  return id;
}

// Files of one chunk each, `bytes` long, that an author published.
struct ManyFiles {
  ManyFiles() : fetcher(index, peers) {}

  void join(int number) {
    PeerState& peer = peers[device(number)];
    peer.device = device(number);
    peer.joined = peer.clock_known = true;
  }
  void start(int author, std::uint32_t bytes = 100) {
    const std::string name = std::to_string(++files);
    Wanted wanted;
    wanted.path = wanted.source = RelativePath::parse(name).value();
    wanted.content.bytes = chunk_hash(as_bytes(name)).bytes;
    wanted.size = bytes;
    wanted.version = {{device(author), 1}, files};
    wanted.stage = name;
    REQUIRE(fetcher.start(wanted));
  }
  std::size_t start_all(int author, std::uint32_t bytes = 100) {
    std::size_t started = 0;
    for (; fetcher.room_for(device(author)) > 0; ++started) start(author, bytes);
    return started;
  }
  void has_files_of(int peer, int author) {
    peers.at(device(peer)).state.clock.advance({device(author), 1}, 1'000'000);
  }
  // Nothing is here already.
  void stage_all() {
    while (const auto job = fetcher.poll_job()) {
      REQUIRE(std::holds_alternative<StageJob>(job->work));
      fetcher.handle_staged(job->fetch, Staged{{0}});
    }
  }
  // Bytes that are asked of each, by what there is to ask now.
  std::map<DeviceId, std::uint64_t> ask() {
    std::map<DeviceId, std::uint64_t> asked;
    while (const auto request = fetcher.poll_request(now)) {
      for (const ChunkRef& ref : std::get<ChunkRequest>(request->body).chunks) {
        asked[request->peer] += ref.chunk.bytes;
      }
    }
    return asked;
  }
  void wait_in_vain() {
    now = *fetcher.next_deadline();
    fetcher.handle_timeout(now);
  }

  MemoryIndex index;
  std::map<DeviceId, PeerState> peers;
  Fetcher fetcher;
  std::uint64_t files = 0;
  TimePoint now{TimePoint{} + 1h};
};

TEST_CASE("No author's files take the room of another's", "[engine][fetcher]") {
  ManyFiles many;
  many.join(1);
  many.has_files_of(1, 7);
  CHECK(many.start_all(7) == Fetcher::kFetchesMax);
  CHECK(many.start_all(8) == Fetcher::kFetchesMax);
  many.stage_all();
  // Of what nobody has, more is kept, and never so much that nothing is left.
  CHECK(many.start_all(7) == 0);
  for (int author = 10; author < 14; ++author) {
    while (many.fetcher.room_for(device(author)) > 0) {
      many.start(author);
      many.stage_all();
    }
    CHECK(many.fetcher.room_for(device(author + 1)) > 0);
  }
  CHECK(many.fetcher.stages().size() < Fetcher::kFetchesKeptMax);
  many.start(99);
  const std::size_t room = many.start_all(98);
  many.fetcher.cancel(RelativePath::parse(std::to_string(many.files)).value());
  CHECK(many.start_all(98) == 1);
  CHECK(room > 0);
}

TEST_CASE("Who answers nothing does not use up what may be asked for", "[engine][fetcher]") {
  constexpr std::uint32_t kBytes = 1 << 20;
  ManyFiles many;
  many.join(1);
  many.has_files_of(1, 7);
  many.start_all(7, kBytes);
  many.stage_all();
  CHECK(many.ask().at(device(1)) == Fetcher::kBytesInFlightMax / 2);
  many.join(2);
  many.has_files_of(2, 8);
  many.start_all(8, kBytes);
  many.stage_all();
  CHECK(many.ask().at(device(2)) >= Fetcher::kBytesInFlightMax / 4);
}

TEST_CASE("Who did not answer once is asked for what nobody else has", "[engine][fetcher]") {
  ManyFiles many;
  many.join(1);
  many.has_files_of(1, 7);
  many.peers.at(device(1)).state.in_sync = true;
  many.start(7);
  many.stage_all();
  REQUIRE(many.ask().contains(device(1)));
  many.wait_in_vain();
  many.join(2);
  many.has_files_of(2, 7);
  many.now = *many.fetcher.next_deadline();  // The end of the pause.
  many.fetcher.handle_timeout(many.now);
  CHECK(many.ask().contains(device(2)));
  many.wait_in_vain();
  many.fetcher.handle_peer_down(device(2));
  many.peers.erase(device(2));
  CHECK(many.ask().contains(device(1)));
}

}  // namespace
}  // namespace lansync
