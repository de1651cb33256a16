#include "core/engine/dial_backoff.h"

#include <vector>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart = TimePoint{} + 1000s;
const std::string kAddress = "192.168.1.2:22000";

Duration wait_after(int failures, std::uint64_t seed) {
  DialBackoff backoff(seed);
  for (int i = 0; i < failures; ++i) backoff.handle_failure(kAddress, kStart);
  return backoff.next_attempt(kAddress) - kStart;
}

TEST_CASE("An address that never failed may be dialled at once", "[core][dial_backoff]") {
  const DialBackoff backoff(1);
  CHECK(backoff.may_dial(kAddress, kStart));
  CHECK(backoff.may_dial(kAddress, TimePoint{}));
}

TEST_CASE("Each failure doubles the wait, up to a minute", "[core][dial_backoff]") {
  const struct {
    int failures;
    Duration longest;
  } cases[] = {{1, 1s},  {2, 2s},  {3, 4s},  {4, 8s},    {5, 16s},
               {6, 32s}, {7, 60s}, {8, 60s}, {1000, 60s}};
  for (const auto& c : cases) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      CAPTURE(c.failures, seed);
      CHECK(wait_after(c.failures, seed) <= c.longest);
      CHECK(wait_after(c.failures, seed) >= c.longest / 2);
    }
  }
}

TEST_CASE("The seed decides the wait and nothing else does", "[core][dial_backoff]") {
  CHECK(wait_after(5, 7) == wait_after(5, 7));
  CHECK(wait_after(5, 7) != wait_after(5, 8));
}

TEST_CASE("An address may be dialled when its wait is over, not before", "[core][dial_backoff]") {
  DialBackoff backoff(3);
  backoff.handle_failure(kAddress, kStart);
  const TimePoint next = backoff.next_attempt(kAddress);
  CHECK_FALSE(backoff.may_dial(kAddress, next - 1ns));
  CHECK(backoff.may_dial(kAddress, next));
}

TEST_CASE("One address' failures say nothing about another", "[core][dial_backoff]") {
  DialBackoff backoff(3);
  backoff.handle_failure(kAddress, kStart);
  CHECK(backoff.may_dial("192.168.1.3:22000", kStart));
  CHECK(backoff.may_dial("192.168.1.2:22001", kStart));
}

TEST_CASE("Success forgets all failures", "[core][dial_backoff]") {
  DialBackoff backoff(3);
  for (int i = 0; i < 10; ++i) backoff.handle_failure(kAddress, kStart);
  backoff.handle_success(kAddress);
  CHECK(backoff.may_dial(kAddress, kStart));
  backoff.handle_failure(kAddress, kStart);
  CHECK(backoff.next_attempt(kAddress) - kStart <= 1s);
}

SCENARIO("A sighting cuts the wait short", "[core][dial_backoff]") {
  GIVEN("an address that failed many times") {
    DialBackoff backoff(3);
    for (int i = 0; i < 10; ++i) backoff.handle_failure(kAddress, kStart);
    REQUIRE_FALSE(backoff.may_dial(kAddress, kStart + 20s));

    WHEN("it is sighted") {
      backoff.handle_sighting(kAddress, kStart + 1s);
      THEN("it may be dialled at once, and the next wait is short again") {
        CHECK(backoff.may_dial(kAddress, kStart + 1s));
        backoff.handle_failure(kAddress, kStart + 1s);
        CHECK(backoff.next_attempt(kAddress) <= kStart + 2s);
      }
      AND_WHEN("it fails and is sighted again and again") {
        for (int i = 0; i < 5; ++i) {
          backoff.handle_failure(kAddress, kStart + 2s);
          backoff.handle_sighting(kAddress, kStart + 2s);
        }
        THEN("the sightings no longer help, until some time has passed") {
          CHECK_FALSE(backoff.may_dial(kAddress, kStart + 9s));
          backoff.handle_sighting(kAddress, kStart + 11s);
          CHECK(backoff.may_dial(kAddress, kStart + 11s));
        }
      }
    }
    WHEN("another one is sighted") {
      backoff.handle_sighting("192.168.1.3:22000", kStart + 1s);
      THEN("nothing changes") { CHECK_FALSE(backoff.may_dial(kAddress, kStart + 20s)); }
    }
  }
}

TEST_CASE("Only so many addresses are remembered, the latest ones", "[core][dial_backoff]") {
  DialBackoff backoff(3, {.addresses_max = 2});
  backoff.handle_failure("a", kStart);
  backoff.handle_failure("b", kStart + 1ms);
  backoff.handle_failure("a", kStart + 2ms);
  backoff.handle_failure("c", kStart + 3ms);
  CHECK_FALSE(backoff.may_dial("a", kStart + 3ms));
  CHECK(backoff.may_dial("b", kStart + 3ms));
  CHECK_FALSE(backoff.may_dial("c", kStart + 3ms));
}

}  // namespace
}  // namespace lansync
