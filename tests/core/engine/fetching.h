// A fetcher with something to fetch, and the members that it may ask.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include <catch2/catch.hpp>

#include "core/chunk/content_hasher.h"
#include "core/engine/transfer/fetcher.h"
#include "core/index/memory_index.h"

namespace lansync::test {

inline DeviceId device(int number) {
  DeviceId id;
  id.bytes.front() = static_cast<std::byte>(number);
  return id;
}

inline std::string content_of_many_chunks(char filling) {
  std::string content;
  for (int i = 0; content.size() < 400'000; ++i) content += std::to_string(i * i) + filling;
  return content;
}

inline ChunkList chunks_of(const std::string& content) {
  ContentHasher hasher(ChunkClass::kib64);
  hasher.update(as_bytes(content));
  return std::move(hasher).finish();
}

// A fetch of one file that a member, or two, may have.
struct Fetching {
  explicit Fetching(int members = 1) : fetcher(index, peers) {
    for (int i = 1; i <= members; ++i) join(i);
    wanted.path = wanted.source = RelativePath::parse("f").value();
    wanted.content = list.content_id();
    wanted.size = list.size();
    wanted.one_chunk = false;
    wanted.version = {{device(9), 1}, 1};
    wanted.stage = "stage-f";
    REQUIRE(fetcher.start(wanted));
  }

  void join(int number) {
    PeerState& peer = peers[device(number)];
    peer.device = device(number);
    peer.joined = peer.clock_known = true;
    peer.state.clock.advance({device(9), 1}, 1);
  }
  template <class Body>
  std::optional<Body> next_request() {
    auto request = fetcher.poll_request(now);
    if (!request) return std::nullopt;
    asked = request->peer;
    REQUIRE(std::holds_alternative<Body>(request->body));
    return std::get<Body>(std::move(request->body));
  }
  ChunkListReply reply_to(const ChunkListRequest& request) const {
    return {.request = request.request,
            .total = static_cast<std::uint32_t>(list.chunks.size()),
            .first = 0,
            .chunks = list.chunks};
  }
  // The list has come, and nothing is here already.
  ChunkRequest ask_for_chunks() {
    const auto request = next_request<ChunkListRequest>();
    REQUIRE(request);
    REQUIRE(fetcher.handle_chunk_list(asked, reply_to(*request)));
    stage_all();
    auto chunks = next_request<ChunkRequest>();
    REQUIRE(chunks);
    return *chunks;
  }
  void stage_all() {
    const auto job = fetcher.poll_job();
    REQUIRE(job);
    REQUIRE(std::holds_alternative<StageJob>(job->work));
    Staged staged;
    for (std::uint32_t i = 0; i < list.chunks.size(); ++i) staged.missing.push_back(i);
    fetcher.handle_staged(job->fetch, staged);
  }
  Result<void> send(std::uint32_t request, std::uint32_t place, std::uint32_t offset,
                    std::size_t bytes) {
    ChunkData header;
    header.request = request;
    header.place = place;
    header.offset = offset;
    return fetcher.handle_data(asked, header, Bytes(bytes), now);
  }

  const std::string content = content_of_many_chunks('x');
  const ChunkList list = chunks_of(content);
  MemoryIndex index;
  std::map<DeviceId, PeerState> peers;
  Fetcher fetcher;
  Wanted wanted;
  TimePoint now{TimePoint{} + std::chrono::hours(1)};
  DeviceId asked;
};

}  // namespace lansync::test
