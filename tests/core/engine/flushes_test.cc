#include "core/engine/flushes.h"

#include <catch2/catch.hpp>

namespace lansync {
namespace {

DeviceId device(int number) {
  DeviceId id;
  id.bytes.front() = static_cast<std::byte>(number);
  return id;
}

TEST_CASE("A flush waits for this device's look and for each member's", "[engine][flushes]") {
  Flushes flushes;
  const std::uint64_t expected = flushes.next();
  const std::uint64_t id = flushes.begin(5, {device(1), device(2)});
  CHECK(id == expected);
  CHECK_FALSE(flushes.all_looked(id, 5));
  flushes.member_looked(device(1), id);
  flushes.member_looked(device(1), id + 1);
  CHECK_FALSE(flushes.all_looked(id, 5));

  SECTION("until the last has looked") {
    flushes.member_looked(device(2), id);
    CHECK_FALSE(flushes.all_looked(id, 4));
    CHECK(flushes.all_looked(id, 5));
    flushes.end(id);
    CHECK_FALSE(flushes.all_looked(id, 5));
  }
  SECTION("unless it is gone") {
    flushes.member_gone(device(2));
    CHECK(flushes.all_looked(id, 5));
  }
}

TEST_CASE("Barriers are answered after the look that they asked for", "[engine][flushes]") {
  Flushes flushes;
  REQUIRE(flushes.ask(device(1), 10, 3));
  REQUIRE(flushes.ask(device(2), 20, 2));
  REQUIRE(flushes.ask(device(3), 30, 2));
  CHECK_FALSE(flushes.poll_answer(1));
  flushes.member_gone(device(3));
  const auto first = flushes.poll_answer(2);
  REQUIRE(first);
  CHECK(first->peer == device(2));
  CHECK(first->id == 20);
  CHECK_FALSE(flushes.poll_answer(2));
  CHECK(flushes.poll_answer(3)->id == 10);
  CHECK_FALSE(flushes.poll_answer(100));
}

TEST_CASE("Only so many barriers wait", "[engine][flushes]") {
  Flushes flushes;
  for (std::size_t i = 0; i < Flushes::kBarriersMax; ++i) REQUIRE(flushes.ask(device(1), i, 1));
  const auto refused = flushes.ask(device(2), 0, 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == make_error_code(Errc::limit_exceeded));
}

}  // namespace
}  // namespace lansync
