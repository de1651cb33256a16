// What a member is told of a device's state, when, and what it makes of that.
#include "core/engine/history/told_state.h"

#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kBegin{std::chrono::hours(1)};

Author author_of(std::uint64_t number) { return {DeviceId{}, number}; }

ShareState state_of(std::uint64_t counter, bool in_sync, std::uint64_t need_files = 0) {
  ShareState state{.in_sync = in_sync, .need_files = need_files};
  state.clock.advance(author_of(1), 7);
  state.clock.advance(author_of(2), counter);
  return state;
}

ToldState::Own own(std::uint64_t counter, bool in_sync, std::uint64_t need_files = 0) {
  const std::uint64_t revision = counter * 100 + need_files * 10 + (in_sync ? 1 : 0);
  return {state_of(counter, in_sync, need_files), revision, kBegin};
}

TEST_CASE("A state is told when it has changed", "[engine][told_state]") {
  ToldState told;
  CHECK_FALSE(told.begun());
  CHECK(told.is_news(own(1, true)));
  told.tell(own(1, true), true);
  CHECK(told.begun());
  CHECK_FALSE(told.is_news(own(1, true)));
  CHECK_FALSE(told.is_news({state_of(1, true), 7, kBegin}));  // There and back again.
  told.look(own(1, true), kBegin);
  CHECK_FALSE(told.due_at(own(1, true)));

  SECTION("at once by whoever is in sync") {
    told.look(own(2, true), kBegin);
    CHECK(told.is_due(own(2, true), kBegin));
  }
  SECTION("by whoever is not, when that has lasted") {
    told.look(own(2, false, 1), kBegin + 1s);
    told.look(own(3, false, 2), kBegin + 1s + 1ms);
    CHECK(told.due_at(own(3, false, 2)) == kBegin + 1s + ToldState::kLastingTime);
    CHECK_FALSE(told.is_due(own(3, false, 2), kBegin + 1s + 99ms));
    CHECK(told.is_due(own(3, false, 2), kBegin + 1s + 100ms));
  }
  SECTION("also if nobody has looked") {
    CHECK(told.due_at(own(2, false)) == kBegin + ToldState::kLastingTime);
  }
  SECTION("and not if it is over before") {
    told.look(own(1, false), kBegin + 1s);
    told.look(own(1, true), kBegin + 1s + 1ms);
    CHECK_FALSE(told.due_at(own(1, true)));
  }
  SECTION("unless something was asked for in vain meanwhile") {
    told.look(own(1, false), kBegin + 1s);
    told.owe(own(1, false));
    CHECK_FALSE(told.is_due(own(1, false), kBegin + 1s));
    told.look(own(1, true), kBegin + 1s + 1ms);
    REQUIRE(told.is_due(own(1, true), kBegin + 1s + 1ms));
    told.tell(own(1, true), true);
    told.look(own(1, true), kBegin + 2s);
    CHECK_FALSE(told.due_at(own(1, true)));
  }
  SECTION("or before") {
    told.owe(own(1, true));
    told.look(own(1, true), kBegin + 1s);
    CHECK_FALSE(told.due_at(own(1, true)));
    told.look(own(1, false), kBegin + 2s);
    told.owe(own(1, true));
    told.look(own(1, true), kBegin + 3s);
    CHECK(told.is_due(own(1, true), kBegin + 3s));
  }
}

TEST_CASE("Of a clock only what is new is told, to those who understand it",
          "[engine][told_state]") {
  ToldState told;
  CHECK(told.tell(own(1, true), true) == state_of(1, true));
  const ShareState next = told.tell(own(2, true), true);
  CHECK(next.continues);
  REQUIRE(next.clock.entries().size() == 1);
  CHECK(next.clock.counter_of(author_of(2)) == 2);
  CHECK(told.tell(own(3, true), false) == state_of(3, true));
}

// Node 1 as whoever has its keys can be, in front of node 0.
class Speaker {
 public:
  Speaker() {
    engine().handle_peer_up(id(), cluster_.now());
    REQUIRE(say(ShareHello{.member_op_heads = cluster_.node(0).membership->heads()}));
  }
  Result<void> say(MessageBody body) {
    return engine().handle_message(id(), std::move(body), cluster_.now());
  }

 private:
  ShareEngine& engine() { return *cluster_.node(0).engine; }
  const DeviceId& id() { return cluster_.node(1).keys.id(); }

  Cluster cluster_{2, 1};
};

ShareState continuing(std::uint64_t first, std::uint64_t authors) {
  ShareState state{.continues = true};
  for (std::uint64_t i = 0; i < authors; ++i) state.clock.advance(author_of(first + i), 1);
  return state;
}

TEST_CASE("A state that continues none is refused", "[engine][told_state]") {
  Speaker speaker;
  const auto refused = speaker.say(continuing(1, 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::wrong_state);
}

TEST_CASE("States may not continue for ever", "[engine][told_state]") {
  Speaker speaker;
  REQUIRE(speaker.say(ShareState{}));
  REQUIRE(speaker.say(continuing(1, limits::kClockAuthorsMax)));
  REQUIRE(speaker.say(continuing(1, limits::kClockAuthorsMax)));
  const auto refused = speaker.say(continuing(limits::kClockAuthorsMax + 1, 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::limit_exceeded);
}

}  // namespace
}  // namespace lansync::test
