// The power fails at every moment of every small scenario, and leaves everything that it may.
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <catch2/catch.hpp>

#include "tests/crash/exploration.h"

namespace lansync::test {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// How many acts meet in one exchange, all combinations of them.
std::size_t depth() {
  const char* const text = std::getenv("LANSYNC_CRASH_DEPTH");
  if (text != nullptr) return std::strtoul(text, nullptr, 10);
  return kSanitized ? 1 : 2;
}

void require_survival(const std::string& name, const ExplorationLimits& limits,
                      std::size_t acts_max) {
  Explored all;
  std::size_t scenarios = 0;
  for (std::size_t length = 1; length <= acts_max; ++length) {
    for (const Acts& acts : sequences(length)) {
      const auto explored = explore(acts, limits);
      if (!explored) continue;
      ++scenarios;
      all.add(*explored);
    }
  }
  std::cout << name << ": " << scenarios << " scenarios, " << all.moments << " crashes, "
            << all.outcomes << " outcomes (at most " << all.most << " of one crash), "
            << all.recoveries << " recoveries, " << all.failures.size() << " failures\n";
  std::string failures;
  for (const std::string& failure : all.failures) failures += failure + "\n";
  INFO(failures);
  REQUIRE(scenarios > 20);
  REQUIRE(all.failures.empty());
}

}  // namespace

TEST_CASE("After every power failure both devices end as if there had been none", "[crash]") {
  require_survival("promising nothing", {}, depth());
}

TEST_CASE("A second power failure, in the recovery from the first, does no more harm", "[crash]") {
  ExplorationLimits limits;
  limits.crash_again = true;
  limits.later_acts = false;
  require_survival("twice", limits, std::max<std::size_t>(depth() - 1, 1));
}

TEST_CASE("A disk with one journal survives as well", "[crash]") {
  ExplorationLimits limits;
  limits.durability = Durability::journaled;
  require_survival("journaled", limits, std::max<std::size_t>(depth() - 1, 1));
}

}  // namespace lansync::test
