#include "core/fs/file_time.h"

#include <limits>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kOdd = 1'700'000'001 * kSecond + 123'456'789;

bool kept(std::int64_t meant, std::int64_t as) {
  return may_be_kept_as(WallTime{meant}, WallTime{as});
}

TEST_CASE("A time may be kept as it is, or cut or rounded to a usual grain", "[fs]") {
  CHECK(kept(kOdd, kOdd));
  CHECK(kept(kOdd, kOdd - 89));                              // 100 ns
  CHECK(kept(kOdd, kOdd - 789));                             // 1 us
  CHECK(kept(kOdd, 1'700'000'001 * kSecond + 120'000'000));  // 10 ms
  CHECK(kept(kOdd, 1'700'000'001 * kSecond));                // 1 s
  CHECK(kept(kOdd, 1'700'000'002 * kSecond));                // 1 s, rounded up
  CHECK(kept(kOdd, 1'700'000'000 * kSecond));                // 2 s
  CHECK(kept(-kOdd, -1'700'000'001 * kSecond));
}

TEST_CASE("Another time is another time", "[fs]") {
  CHECK_FALSE(kept(kOdd, kOdd - 1));
  CHECK_FALSE(kept(kOdd, kOdd - kSecond));
  CHECK_FALSE(kept(kOdd, 1'699'999'999 * kSecond));  // Round, and too far away for its grain.
  CHECK_FALSE(kept(kOdd, 1'700'000'004 * kSecond));
  CHECK_FALSE(kept(kOdd, 0));
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  CHECK_FALSE(kept(kMin, kMax));
  CHECK_FALSE(kept(kMax, kMin));
  CHECK_FALSE(kept(0, kMin));
  CHECK_FALSE(kept(kMin, 0));
}

TEST_CASE("A time looks as coarse as the disk may be that kept it", "[fs]") {
  using namespace std::chrono_literals;
  CHECK(grain_of(WallTime{kOdd}) == 0ns);
  CHECK(grain_of(WallTime{kSecond + 1'000'000}) == 1ms);
  CHECK(grain_of(WallTime{kSecond + 50'000'000}) == 10ms);
  CHECK(grain_of(WallTime{7 * kSecond}) == 2s);
  CHECK(grain_of(WallTime{-7 * kSecond}) == 2s);
}

TEST_CASE("A time may be given again until its grain is over", "[fs]") {
  using namespace std::chrono_literals;
  const auto recurs = [](std::int64_t mtime, std::int64_t begun, std::int64_t ended) {
    return may_recur(WallTime{mtime}, WallTime{begun}, WallTime{ended}, 2s);
  };
  CHECK(recurs(kSecond, kSecond, kSecond));
  CHECK(recurs(kSecond, 3 * kSecond - 1, 9 * kSecond));
  CHECK_FALSE(recurs(kSecond, 3 * kSecond, 9 * kSecond));
  CHECK(recurs(3 * kSecond, kSecond, kSecond));
  CHECK_FALSE(recurs(3 * kSecond + 1, kSecond, kSecond));
  // The clock was set back by an hour.
  CHECK(recurs(kSecond, 2 * kSecond, -3598 * kSecond));
  CHECK_FALSE(recurs(6 * kSecond, 2 * kSecond, -3598 * kSecond));
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  CHECK_FALSE(recurs(kMin, kMax, kMax));
  CHECK_FALSE(recurs(kMax, kMin, kMin));
}

}  // namespace
}  // namespace lansync
