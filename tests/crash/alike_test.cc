// What is left out because it is alike something else.
#include "tests/crash/alike.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/crash/exploration.h"

namespace lansync::test {
namespace {

// All that an exploration tells, but for the names of what was done.
std::vector<std::uint64_t> told(const Acts& acts) {
  const auto explored = explore(acts, {});
  REQUIRE(explored);
  return {explored->moments, explored->outcomes, explored->most, explored->recoveries,
          explored->failures.size()};
}

bool are_alike(const std::vector<Alike>& all, const std::string& one, const std::string& other) {
  const auto has = [](const Alike& alike, const std::string& name) {
    return std::ranges::find(alike, name, [](const Acts& acts) { return to_string(acts); }) !=
           alike.end();
  };
  return std::ranges::any_of(
      all, [&](const Alike& alike) { return has(alike, one) && has(alike, other); });
}

}  // namespace

TEST_CASE("Acts are alike in any order in which they leave the same", "[crash]") {
  const auto all = alike_scenarios(2);
  REQUIRE(are_alike(all, "B makes n, B writes a", "B writes a, B makes n"));
  REQUIRE(are_alike(all, "A writes a, B writes a", "B writes a, A writes a"));
  REQUIRE(are_alike(all, "B writes a, B removes a", "B removes a"));
}

TEST_CASE("Acts are not alike that leave something else, or owe it to somebody else", "[crash]") {
  const auto all = alike_scenarios(2);
  REQUIRE_FALSE(are_alike(all, "B moves a to m", "B moves a over d/c"));
  REQUIRE_FALSE(are_alike(all, "B writes a, B swaps a and x", "B swaps a and x, B writes a"));
  REQUIRE_FALSE(are_alike(all, "A writes a", "A saves a"));
  REQUIRE_FALSE(are_alike(all, "a month passes, B writes a", "B writes a, a month passes"));
}

TEST_CASE("Scenarios that are alike are explored alike", "[crash]") {
  constexpr std::size_t kEvery = 16;
  std::size_t compared = 0;
  for (const Alike& alike : alike_scenarios(2)) {
    if (alike.size() < 2 || compared++ % kEvery != 0) continue;
    INFO(to_string(alike.front()) << " and " << to_string(alike.back()));
    REQUIRE(told(alike.front()) == told(alike.back()));
  }
  REQUIRE(compared > 100);
}

TEST_CASE("A scenario is known by its name", "[crash]") {
  for (const Acts& acts : sequences(2)) REQUIRE(parse_acts(to_string(acts)) == acts);
  REQUIRE_FALSE(parse_acts("B writes a, B does something else"));
}

}  // namespace lansync::test
