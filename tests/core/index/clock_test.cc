#include "core/index/clock.h"

#include <algorithm>
#include <map>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

namespace lansync {
namespace {

Author author_of(std::uint8_t number) {
  Author author;
  author.device.bytes.front() = static_cast<std::byte>(number / 2);
  author.incarnation = number % 2;
  return author;
}

// Few authors, so that two clocks often know the same.
using Model = std::map<std::uint8_t, std::uint8_t>;

Model few(const Model& model) {
  Model fewer;
  for (const auto& [author, counter] : model) fewer[author % 6] = counter % 5;
  return fewer;
}

CausalClock clock_of(const Model& model) {
  CausalClock clock;
  for (const auto& [author, counter] : model) clock.advance(author_of(author), counter);
  return clock;
}

CausalClock joined(CausalClock left, const CausalClock& right) {
  left.join(right);
  return left;
}

TEST_CASE("An empty clock covers nothing and is covered by all", "[index][clock]") {
  const CausalClock none;
  CHECK(none.empty());
  CHECK(none.covers(none));
  CHECK(none.counter_of(author_of(1)) == 0);
  CHECK_FALSE(none.covers(Dot{author_of(1), 1}));
  CausalClock one;
  one.advance(author_of(1), 1);
  CHECK(one.covers(none));
  CHECK_FALSE(none.covers(one));
}

TEST_CASE("What a clock does not cover of another makes up the difference", "[index][clock]") {
  rc::check([](const Model& left, const Model& right) {
    const CausalClock one = clock_of(few(left));
    const CausalClock other = clock_of(few(right));
    const CausalClock rest = one.beyond(other);
    RC_ASSERT(joined(other, rest) == joined(other, one));
    for (const CausalClock::Entry& entry : rest.entries()) {
      RC_ASSERT(entry.counter == one.counter_of(entry.author));
      RC_ASSERT(entry.counter > other.counter_of(entry.author));
    }
  });
}

TEST_CASE("A clock covers each author up to a counter", "[index][clock]") {
  CausalClock clock;
  clock.advance(author_of(3), 7);
  CHECK(clock.covers(Dot{author_of(3), 1}));
  CHECK(clock.covers(Dot{author_of(3), 7}));
  CHECK_FALSE(clock.covers(Dot{author_of(3), 8}));
  // The same device in another life is another author.
  CHECK_FALSE(clock.covers(Dot{author_of(2), 1}));
}

TEST_CASE("An author of whom nothing is known leaves no entry", "[index][clock]") {
  CausalClock clock;
  clock.advance(author_of(1), 0);
  CHECK(clock.empty());
  CHECK(clock == CausalClock{});
}

TEST_CASE("Equal clocks are equal however they came about", "[index][clock]") {
  rc::check([](const Model& raw) {
    const Model model = few(raw);
    CausalClock backwards;
    for (auto entry = model.rbegin(); entry != model.rend(); ++entry) {
      backwards.advance(author_of(entry->first), entry->second);
    }
    const CausalClock clock = clock_of(model);
    RC_ASSERT(clock == backwards);
    RC_ASSERT(std::ranges::is_sorted(clock.entries()));
    for (const auto& entry : clock.entries()) RC_ASSERT(entry.counter > 0U);
  });
}

TEST_CASE("The join is the least clock that covers both", "[index][clock]") {
  rc::check([](const Model& one, const Model& two, const Model& three) {
    const CausalClock a = clock_of(few(one));
    const CausalClock b = clock_of(few(two));
    const CausalClock c = clock_of(few(three));
    const CausalClock both = joined(a, b);
    RC_ASSERT(both.covers(a));
    RC_ASSERT(both.covers(b));
    RC_ASSERT(!c.covers(a) || !c.covers(b) || c.covers(both));
    RC_ASSERT(both == joined(b, a));
    RC_ASSERT(joined(both, c) == joined(a, joined(b, c)));
    RC_ASSERT(joined(both, a) == both);
    RC_ASSERT(a.covers(b) == (joined(a, b) == a));
  });
}

}  // namespace
}  // namespace lansync
