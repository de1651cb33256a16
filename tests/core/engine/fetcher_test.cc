// What a member may answer that is not what it was asked for.
#include "core/engine/transfer/fetcher.h"

#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "core/wire/chunk_data.h"
#include "tests/core/engine/fetching.h"

namespace lansync::test {
namespace {

constexpr std::size_t kWrongChunksMore = 20;  // More than anybody is forgiven.

bool is(const Result<void>& result, Errc code) {
  return !result && result.error().code == make_error_code(code);
}

TEST_CASE("What answers nothing is the peer's fault", "[engine][fetcher]") {
  Fetching fetching(2);
  const auto request = fetching.next_request<ChunkListRequest>();
  REQUIRE(request);
  Fetcher& fetcher = fetching.fetcher;
  const DeviceId other = fetching.asked == device(1) ? device(2) : device(1);
  ChunkListReply reply = fetching.reply_to(*request);
  CHECK(is(fetcher.handle_chunk_list(other, reply), Errc::wrong_state));
  reply.request += 7;
  CHECK(is(fetcher.handle_chunk_list(fetching.asked, reply), Errc::wrong_state));
  CHECK(is(fetcher.handle_missing(fetching.asked, {reply.request, {0}}), Errc::wrong_state));
  CHECK(is(fetcher.handle_missing(other, {request->request, {0}}), Errc::wrong_state));
  CHECK(is(fetching.send(reply.request, 0, 0, 1), Errc::wrong_state));
  // A chunk in the place of a list.
  CHECK(is(fetching.send(request->request, 0, 0, 1), Errc::wrong_state));
  // The right answer is heard all the same.
  CHECK(fetcher.handle_chunk_list(fetching.asked, fetching.reply_to(*request)));
  CHECK(fetcher.poll_job());
}

TEST_CASE("A list of chunks that cannot be the file's is asked of somebody else",
          "[engine][fetcher]") {
  Fetching fetching(2);
  const auto request = fetching.next_request<ChunkListRequest>();
  REQUIRE(request);
  const DeviceId liar = fetching.asked;
  ChunkListReply reply = fetching.reply_to(*request);
  SECTION("from its middle") { reply.first = 1; }
  SECTION("with nothing in it") { reply.chunks.clear(); }
  SECTION("longer than it says itself") { reply.total = 1; }
  SECTION("longer than such a file can have") { reply.total = limits::kChunksPerFileMax; }
  SECTION("of another content") { std::swap(reply.chunks.front(), reply.chunks.back()); }
  SECTION("of another size") { reply.chunks.front().bytes += 1; }
  REQUIRE(fetching.fetcher.handle_chunk_list(liar, reply));
  CHECK(fetching.peers.at(liar).wrong_chunks == 1);
  CHECK_FALSE(fetching.fetcher.poll_job());
  const auto again = fetching.next_request<ChunkListRequest>();
  REQUIRE(again);
  CHECK(fetching.asked != liar);
  CHECK(again->first == 0);
  REQUIRE(fetching.fetcher.handle_chunk_list(fetching.asked, fetching.reply_to(*again)));
  CHECK(fetching.fetcher.poll_job());
  CHECK(*fetching.index.chunk_list(fetching.wanted.content) == fetching.list);
}

TEST_CASE("A long list comes in parts, and who has none is not asked again", "[engine][fetcher]") {
  Fetching fetching(2);
  auto request = fetching.next_request<ChunkListRequest>();
  REQUIRE(request);
  ChunkListReply reply = fetching.reply_to(*request);
  reply.chunks.resize(1);
  REQUIRE(fetching.fetcher.handle_chunk_list(fetching.asked, reply));
  request = fetching.next_request<ChunkListRequest>();
  REQUIRE(request);
  CHECK(request->first == 1);
  const DeviceId without = fetching.asked;
  REQUIRE(fetching.fetcher.handle_chunk_list(without, {.request = request->request}));
  request = fetching.next_request<ChunkListRequest>();
  REQUIRE(request);
  CHECK(fetching.asked != without);
  reply = fetching.reply_to(*request);
  reply.first = request->first;
  reply.chunks.erase(reply.chunks.begin(), reply.chunks.begin() + request->first);
  REQUIRE(fetching.fetcher.handle_chunk_list(fetching.asked, reply));
  CHECK(fetching.fetcher.poll_job());
}

TEST_CASE("An answer about a file that nobody wants any more is no fault", "[engine][fetcher]") {
  Fetching fetching;
  SECTION("its list") {
    const auto request = fetching.next_request<ChunkListRequest>();
    REQUIRE(request);
    fetching.fetcher.cancel(fetching.wanted.path);
    CHECK(fetching.fetcher.handle_chunk_list(fetching.asked, fetching.reply_to(*request)));
  }
  SECTION("its chunks") {
    const ChunkRequest request = fetching.ask_for_chunks();
    fetching.fetcher.cancel(fetching.wanted.path);
    for (std::uint32_t place = 0; place < request.chunks.size(); ++place) {
      CHECK(fetching.send(request.request, place, 0, request.chunks[place].chunk.bytes));
    }
    CHECK(fetching.peers.at(fetching.asked).requested_bytes == 0);
  }
  SECTION("another content is wanted meanwhile") {
    const auto request = fetching.next_request<ChunkListRequest>();
    REQUIRE(request);
    Wanted other = fetching.wanted;
    other.content = chunks_of(content_of_many_chunks('y')).content_id();
    REQUIRE(fetching.fetcher.start(other));
    CHECK_FALSE(fetching.fetcher.fetching(fetching.wanted.path, fetching.wanted.content));
    CHECK(fetching.fetcher.handle_chunk_list(fetching.asked, fetching.reply_to(*request)));
  }
  CHECK_FALSE(fetching.fetcher.poll_job());
  CHECK(fetching.fetcher.take_garbage());
}

TEST_CASE("Who wanted other bytes for a path is told when it is another source's",
          "[engine][fetcher]") {
  Fetching fetching;
  Wanted other = fetching.wanted;
  other.source = RelativePath::parse("g").value();
  other.content.bytes.front() ^= std::byte{1};
  SECTION("by its wanting it") { REQUIRE(fetching.fetcher.start(other)); }
  SECTION("by its standing there") {
    fetching.fetcher.consumed(fetching.wanted.path, other.content);
  }
  CHECK(fetching.fetcher.poll_ready() == fetching.wanted.source);
}

TEST_CASE("Bytes out of place are the peer's fault", "[engine][fetcher]") {
  Fetching fetching;
  const ChunkRequest request = fetching.ask_for_chunks();
  const std::uint32_t bytes = request.chunks[0].chunk.bytes;
  CHECK(is(fetching.send(request.request, 0, 1, 1), Errc::malformed));
  CHECK(is(fetching.send(request.request, 0, 0, 0), Errc::malformed));
  CHECK(is(fetching.send(request.request, 0, 0, bytes + 1), Errc::malformed));
  const auto places = static_cast<std::uint32_t>(request.chunks.size());
  CHECK(is(fetching.send(request.request, places, 0, 1), Errc::wrong_state));
  CHECK(is(fetching.fetcher.handle_missing(fetching.asked, {request.request, {places}}),
           Errc::malformed));
  CHECK(fetching.send(request.request, 0, 0, 10));
  CHECK(is(fetching.send(request.request, 0, 0, 10), Errc::malformed));
  CHECK(fetching.send(request.request, 0, 10, bytes - 10));
  CHECK(is(fetching.send(request.request, 0, bytes, 1), Errc::malformed));
}

TEST_CASE("Who sends wrong bytes is believed a few times and no more", "[engine][fetcher]") {
  Fetching fetching;
  ChunkRequest request = fetching.ask_for_chunks();
  std::size_t wrong = 0;
  for (; wrong < kWrongChunksMore; ++wrong) {
    REQUIRE(fetching.send(request.request, 0, 0, request.chunks[0].chunk.bytes));
    const auto job = fetching.fetcher.poll_job();
    REQUIRE(job);
    fetching.fetcher.handle_written(*job, Error{Errc::mismatch, "chunk that arrived"});
    std::vector<std::uint32_t> rest;
    for (std::uint32_t i = 1; i < request.chunks.size(); ++i) rest.push_back(i);
    REQUIRE(fetching.fetcher.handle_missing(fetching.asked, {request.request, rest}));
    // It says that it has more: it may be asked for what it lacked.
    fetching.fetcher.handle_peer_progress(fetching.asked);
    auto next = fetching.next_request<ChunkRequest>();
    if (!next) break;
    request = *std::move(next);
  }
  CHECK(wrong < kWrongChunksMore);
  CHECK_FALSE(fetching.fetcher.busy());
  // Somebody else is.
  fetching.join(2);
  CHECK(fetching.next_request<ChunkRequest>());
  CHECK(fetching.asked == device(2));
}

TEST_CASE("Who is silent for long is asked nothing for a while", "[engine][fetcher]") {
  Fetching fetching;
  const ChunkRequest request = fetching.ask_for_chunks();
  const auto late = fetching.fetcher.next_deadline();
  REQUIRE(late);
  fetching.now = *late;
  fetching.fetcher.handle_timeout(fetching.now);
  CHECK_FALSE(fetching.next_request<ChunkRequest>());
  // A late answer is no fault, and brings it back.
  CHECK(fetching.fetcher.handle_missing(fetching.asked, {request.request, {0}}));
  CHECK(fetching.fetcher.handle_chunk_list(fetching.asked, {.request = request.request}));
  const auto again = fetching.fetcher.next_deadline();
  REQUIRE(again);
  CHECK(*again > fetching.now);
  SECTION("after the pause") {
    fetching.now = *again;
    fetching.fetcher.handle_timeout(fetching.now);
    CHECK(fetching.next_request<ChunkRequest>());
  }
  SECTION("as soon as it says something") {
    CHECK(fetching.send(request.request, 0, 0, 1));
    CHECK(fetching.next_request<ChunkRequest>());
  }
}

TEST_CASE("A write that fails ends the fetch, and the rest that arrives is dropped",
          "[engine][fetcher]") {
  Fetching fetching;
  const ChunkRequest request = fetching.ask_for_chunks();
  REQUIRE(request.chunks.size() > 1);
  REQUIRE(fetching.send(request.request, 0, 0, request.chunks[0].chunk.bytes));
  const auto job = fetching.fetcher.poll_job();
  REQUIRE(job);
  fetching.fetcher.handle_written(*job, Error{std::make_error_code(std::errc::io_error), "f"});
  const auto failed = fetching.fetcher.poll_failed();
  REQUIRE(failed);
  CHECK(failed->path == fetching.wanted.path);
  CHECK(fetching.send(request.request, 1, 0, request.chunks[1].chunk.bytes));
  CHECK_FALSE(fetching.fetcher.poll_job());
  fetching.fetcher.handle_peer_down(fetching.asked);
  CHECK_FALSE(fetching.fetcher.busy());
}

}  // namespace
}  // namespace lansync::test
