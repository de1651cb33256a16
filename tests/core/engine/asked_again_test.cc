// Members that did not have what they were asked for, and may have it by now.
#include <catch2/catch.hpp>

#include "tests/core/engine/fetching.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

// A file that the only member says it does not have.
struct Lacking : Fetching {
  // Whether the member is asked; it does not have it.
  bool ask_in_vain() {
    const auto request = next_request<ChunkListRequest>();
    if (request) refuse(*request);
    return request.has_value();
  }
  void refuse(const ChunkListRequest& request) {
    REQUIRE(fetcher.handle_chunk_list(asked, {.request = request.request}));
  }
};

TEST_CASE("A member that has got other files is asked again", "[engine][fetcher]") {
  Lacking file;
  REQUIRE(file.ask_in_vain());
  CHECK_FALSE(file.ask_in_vain());
  CHECK_FALSE(file.fetcher.busy());
  CHECK_FALSE(file.fetcher.next_deadline());

  file.fetcher.handle_peer_news(device(1));
  CHECK(file.fetcher.busy());
  CHECK(file.ask_in_vain());
  CHECK_FALSE(file.fetcher.busy());

  SECTION("but not at once when it goes on") {
    file.fetcher.handle_peer_news(device(1));
    CHECK(file.fetcher.busy());
    CHECK_FALSE(file.ask_in_vain());
    const TimePoint then = file.now + Fetcher::kAskAgainDelay;
    CHECK(file.fetcher.next_deadline() == then);
    file.now = then;
    CHECK(file.ask_in_vain());
    CHECK_FALSE(file.ask_in_vain());
  }
  SECTION("unless it is not there any more") {
    file.now += 1min;
    file.fetcher.handle_peer_news(device(1));
    file.peers.clear();
    file.fetcher.handle_peer_down(device(1));
    CHECK_FALSE(file.fetcher.busy());
    CHECK_FALSE(file.ask_in_vain());
  }
}

TEST_CASE("An answer that is older than a member's news is not its last", "[engine][fetcher]") {
  Lacking file;
  const auto request = file.next_request<ChunkListRequest>();
  REQUIRE(request);
  file.fetcher.handle_peer_news(device(1));
  CHECK_FALSE(file.ask_in_vain());
  file.refuse(*request);
  CHECK(file.fetcher.busy());
  CHECK(file.ask_in_vain());
  CHECK_FALSE(file.ask_in_vain());
}

}  // namespace
}  // namespace lansync::test
