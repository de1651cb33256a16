// What members may ask for that is not there.
#include "core/engine/transfer/server.h"

#include <catch2/catch.hpp>

#include "core/chunk/content_hasher.h"
#include "tests/support/watched_index.h"

namespace lansync {
namespace {

DeviceId device(int number) {
  DeviceId id;
  id.bytes.front() = static_cast<std::byte>(number);
  return id;
}

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

// Serves one file of several chunks, and one of a single one.
struct Serving {
  Serving() {
    std::string content;
    for (int i = 0; content.size() < 300'000; ++i) content += std::to_string(i * i);
    ContentHasher hasher(ChunkClass::kib64);
    hasher.update(as_bytes(content));
    list = std::move(hasher).finish();
    REQUIRE(list.chunks.size() > 2);
    large.path = large.source = path_of("large");
    large.stat.kind = NodeKind::file;
    large.stat.size = list.size();
    large.content = list.content_id();
    REQUIRE(index.put_chunk_list(large.content, list));
    REQUIRE(index.put_disk(large));
  }

  ChunkRequest request_for(std::vector<ChunkRef> chunks) {
    return {.request = ++last_request, .chunks = std::move(chunks)};
  }
  [[nodiscard]] ChunkRef ref(std::uint32_t place) const {
    return {large.content, place, list.chunks[place]};
  }
  // The places of the last request that are said to be missing.
  std::vector<std::uint32_t> missing() {
    std::vector<std::uint32_t> places;
    for (auto answer = *server.poll_answer(device(1)); answer;
         answer = *server.poll_answer(device(1))) {
      const auto& missing = std::get<ChunksMissing>(*answer);
      CHECK(missing.request == last_request);
      places.insert(places.end(), missing.places.begin(), missing.places.end());
    }
    return places;
  }

  ChunkList list;
  DiskRow large;
  test::WatchedIndex index;
  std::map<DeviceId, PeerState> peers;
  Fetcher fetcher{index, peers};
  Server server{index, fetcher};
  std::uint32_t last_request = 0;
};

TEST_CASE("A request for nothing, and one too many, are the peer's fault", "[engine][server]") {
  Serving serving;
  const auto nothing = serving.server.handle_chunk_request(device(1), serving.request_for({}));
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == make_error_code(Errc::malformed));
  Result<void> taken;
  for (int i = 0; i < 1000 && taken; ++i) {
    taken = serving.server.handle_chunk_request(device(1), serving.request_for({serving.ref(0)}));
  }
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == make_error_code(Errc::limit_exceeded));
  // It is not held against another.
  CHECK(serving.server.handle_chunk_request(device(2), serving.request_for({serving.ref(0)})));
}

TEST_CASE("What is not here, or not so, is refused piece by piece", "[engine][server]") {
  Serving serving;
  ChunkRef beyond = serving.ref(0);
  beyond.index = static_cast<std::uint32_t>(serving.list.chunks.size());
  ChunkRef other = serving.ref(0);
  other.chunk = serving.list.chunks[1];
  ChunkRef unknown = serving.ref(0);
  unknown.content.bytes.front() ^= std::byte{1};
  ChunkRef longer = serving.ref(1);
  longer.chunk.bytes += 1;
  auto request = serving.request_for({beyond, other, serving.ref(1), unknown, longer});
  const auto taken = serving.server.handle_chunk_request(device(1), std::move(request));
  REQUIRE(taken);
  const auto job = serving.server.poll_job();
  REQUIRE(job);
  REQUIRE(*job);
  CHECK((*job)->place == 2);
  CHECK((*job)->read.path == serving.large.path);
  CHECK((*job)->read.offset == serving.list.chunks[0].bytes);
  CHECK_FALSE(serving.server.poll_job()->has_value());
  CHECK(serving.missing() == std::vector<std::uint32_t>{0, 1, 3, 4});
}

TEST_CASE("A file that is shorter by now has not what its list says", "[engine][server]") {
  Serving serving;
  serving.large.stat.size = serving.list.chunks[0].bytes;
  REQUIRE(serving.index.put_disk(serving.large));
  auto request = serving.request_for({serving.ref(1), serving.ref(0)});
  const auto taken = serving.server.handle_chunk_request(device(1), std::move(request));
  REQUIRE(taken);
  const auto job = serving.server.poll_job();
  REQUIRE(*job);
  CHECK((*job)->place == 1);
  CHECK(serving.missing() == std::vector<std::uint32_t>{0});
}

TEST_CASE("What could not be read is refused, and looked at once more", "[engine][server]") {
  Serving serving;
  REQUIRE(serving.server.handle_chunk_request(device(1), serving.request_for({serving.ref(0)})));
  const auto job = serving.server.poll_job();
  REQUIRE(*job);
  const Error gone{Errc::mismatch, "chunk on disk"};
  SECTION("the peer is there") {
    CHECK(serving.server.handle_read(**job, gone) == serving.large.path);
    CHECK(serving.missing() == std::vector<std::uint32_t>{0});
  }
  SECTION("the peer is gone") {
    serving.server.handle_peer_down(device(1));
    CHECK(serving.server.handle_read(**job, gone) == serving.large.path);
    CHECK(serving.missing().empty());
  }
  SECTION("the peer is gone and the bytes are good") {
    serving.server.handle_peer_down(device(1));
    CHECK_FALSE(serving.server.handle_read(**job, Bytes(10)));
  }
  SECTION("the peer is back, and asks anew") {
    serving.server.handle_peer_down(device(1));
    REQUIRE(serving.server.handle_chunk_request(device(1), serving.request_for({serving.ref(0)})));
    CHECK_FALSE(serving.server.handle_read(**job, Bytes(10)));
    CHECK_FALSE(serving.server.poll_data(device(1)));
    CHECK(serving.server.poll_job()->has_value());
  }
  CHECK_FALSE(serving.server.poll_data(device(1)));
}

TEST_CASE("A list from beyond its end, or of nothing that is here, is empty", "[engine][server]") {
  Serving serving;
  const auto ask = [&serving](const ContentId& content, std::size_t first) {
    REQUIRE(serving.server.handle_chunk_list_request(
        device(1), {.request = 1, .content = content, .first = static_cast<std::uint32_t>(first)}));
    const auto answer = serving.server.poll_answer(device(1));
    return std::get<ChunkListReply>(answer->value());
  };
  const ContentId content = serving.large.content;
  CHECK(ask(content, 0).chunks == serving.list.chunks);
  CHECK(ask(content, serving.list.chunks.size() - 1).chunks.size() == 1);
  CHECK(ask(content, serving.list.chunks.size()).chunks.empty());
  CHECK(ask(content, 0xffff'ffff).chunks.empty());
  CHECK(ask(ContentId{}, 0).total == 0);
}

TEST_CASE("What the index does not tell is an error and not a missing chunk", "[engine][server]") {
  Serving serving;
  REQUIRE(serving.server.handle_chunk_list_request(device(1), {1, serving.large.content, 0}));
  serving.index.fail_call(1);
  CHECK_FALSE(serving.server.poll_answer(device(1)));
  CHECK(serving.server.poll_answer(device(1)));
  for (std::uint64_t n = 1;; ++n) {
    REQUIRE(n < 100);
    Serving fresh;
    REQUIRE(fresh.server.handle_chunk_request(device(1), fresh.request_for({fresh.ref(1)})));
    fresh.index.fail_call(n);
    const auto job = fresh.server.poll_job();
    if (fresh.index.has_faults_left()) break;
    CHECK_FALSE(job);
  }
}

}  // namespace
}  // namespace lansync
