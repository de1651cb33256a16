#include "core/engine/history/incarnation.h"

#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "tests/support/seeded_entropy.h"
#include "tests/support/watched_index.h"

namespace lansync {
namespace {

const Bytes kBirth = to_bytes("inode 7, born on a Sunday");
const Bytes kOtherBirth = to_bytes("inode 8, born on a Monday");

TEST_CASE("An index keeps its incarnation from one opening to the next", "[incarnation]") {
  MemoryIndex index;
  test::SeededEntropy entropy(1);
  const auto first = open_incarnation(index, kBirth, entropy);
  REQUIRE(first);
  CHECK(first->number != 0);
  CHECK_FALSE(first->of_copy);
  index.rollback();
  const auto second = open_incarnation(index, kBirth, entropy);
  CHECK(second->number == first->number);
  CHECK_FALSE(second->of_copy);
}

TEST_CASE("An index that was put back from a copy begins a new log, once", "[incarnation]") {
  MemoryIndex index;
  test::SeededEntropy entropy(1);
  const auto before = open_incarnation(index, kBirth, entropy);
  const auto copied = open_incarnation(index, kOtherBirth, entropy);
  CHECK(copied->of_copy);
  CHECK(copied->number != before->number);
  index.rollback();
  const auto after = open_incarnation(index, kOtherBirth, entropy);
  CHECK_FALSE(after->of_copy);
  CHECK(after->number == copied->number);
}

TEST_CASE("An index that others know more of begins a new log", "[incarnation]") {
  MemoryIndex index;
  test::SeededEntropy entropy(1);
  const auto before = open_incarnation(index, kBirth, entropy);
  REQUIRE(renew_incarnation(index, entropy));
  index.rollback();
  const auto after = open_incarnation(index, kBirth, entropy);
  CHECK(after->number != before->number);
  CHECK_FALSE(after->of_copy);
}

TEST_CASE("Of an index that fails there is no incarnation, and later the same as ever",
          "[incarnation]") {
  for (const Bytes& birth : {kBirth, kOtherBirth}) {
    for (std::uint64_t n = 1;; ++n) {
      REQUIRE(n < 20);
      INFO("call " << n << " fails");
      test::WatchedIndex index;
      test::SeededEntropy entropy(1);
      const auto before = open_incarnation(index, kBirth, entropy);
      REQUIRE(before);
      index.fail_call(n);
      const auto failed = open_incarnation(index, birth, entropy);
      if (index.has_faults_left()) break;
      CHECK_FALSE(failed);
      index.rollback();
      const auto after = open_incarnation(index, birth, entropy);
      REQUIRE(after);
      CHECK((after->number == before->number) == (birth == kBirth));
      CHECK(after->of_copy == (birth != kBirth));
    }
  }
}

TEST_CASE("An incarnation that could not be stored is not used", "[incarnation]") {
  test::WatchedIndex index;
  test::SeededEntropy entropy(1);
  index.fail_call(1);
  CHECK_FALSE(renew_incarnation(index, entropy));
  for (std::uint64_t n = 1; n <= 4; ++n) {
    test::WatchedIndex fresh;
    fresh.fail_call(n);
    CHECK_FALSE(open_incarnation(fresh, kBirth, entropy));
    fresh.rollback();
    CHECK_FALSE(open_incarnation(fresh, kBirth, entropy)->of_copy);
  }
  test::WatchedIndex fresh;
  fresh.fail_commit(1, false);
  CHECK_FALSE(open_incarnation(fresh, kBirth, entropy));
}

}  // namespace
}  // namespace lansync
