#include "core/engine/apply/removals.h"

#include <catch2/catch.hpp>

#include "core/index/memory_index.h"
#include "core/sync/deletion_brake.h"
#include "tests/support/watched_index.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{std::chrono::hours(1)};

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

void put_file(Index& index, const std::string& path, std::size_t content) {
  DiskRow row;
  row.path = row.source = path_of(path);
  row.stat.kind = NodeKind::file;
  row.content.bytes[0] = static_cast<std::byte>(content);
  row.content.bytes[1] = static_cast<std::byte>(content >> 8);
  row.content.bytes[2] = std::byte{1};
  REQUIRE(index.put_disk(row));
}

TEST_CASE("Removals wait for what is being created, but not for ever", "[engine][removals]") {
  MemoryIndex index;
  put_file(index, "f", 1);
  Removals removals(index);
  CHECK_FALSE(*removals.may_go(false, kStart));
  removals.add(path_of("f"), kStart);
  CHECK_FALSE(*removals.may_go(true, kStart));
  CHECK(removals.next_deadline() == kStart + Removals::kDelay);

  SECTION("nothing is being created any more") { CHECK(*removals.may_go(false, kStart + 1ms)); }
  SECTION("it takes too long") {
    CHECK_FALSE(*removals.may_go(true, kStart + Removals::kDelay - 1ns));
    CHECK(*removals.may_go(true, kStart + Removals::kDelay));
    CHECK_FALSE(removals.next_deadline());
  }
}

TEST_CASE("Too many removals wait for a person's word", "[engine][removals]") {
  MemoryIndex index;
  Removals removals(index);
  const std::size_t count = DeletionBrake::kFilesMin + 1;
  for (std::size_t i = 0; i < count; ++i) {
    put_file(index, "old" + std::to_string(i), i);
    removals.add(path_of("old" + std::to_string(i)), kStart);
  }

  SECTION("of nearly all files") {
    CHECK_FALSE(*removals.may_go(false, kStart));
    CHECK(removals.held() == count);
    CHECK_FALSE(removals.next_deadline());
    removals.release();
    CHECK(*removals.may_go(false, kStart));
    CHECK(removals.held() == 0);
  }
  SECTION("unless it is known already that they stay elsewhere") {
    for (std::size_t i = 0; i < count; ++i) put_file(index, "new" + std::to_string(i), i);
    CHECK(*removals.may_go(false, kStart));
    CHECK(removals.held() == 0);
  }
  SECTION("and a word once given is for those, not for the next") {
    removals.release();
    CHECK(*removals.may_go(false, kStart));
    removals.start_over();
    CHECK_FALSE(*removals.may_go(false, kStart));
  }
  SECTION("are not held before it is known what is created") {
    CHECK_FALSE(*removals.may_go(true, kStart + Removals::kDelay));
    CHECK(removals.held() == 0);
    CHECK(removals.next_deadline() == kStart + Removals::kDelay + Removals::kCheckInterval);
  }
}

TEST_CASE("Removals of which the index does not tell how many they are do not go",
          "[engine][removals]") {
  for (std::uint64_t n = 1;; ++n) {
    REQUIRE(n < 1000);
    test::WatchedIndex index;
    Removals removals(index);
    for (std::size_t i = 0; i <= DeletionBrake::kFilesMin; ++i) {
      put_file(index, "old" + std::to_string(i), i);
      removals.add(path_of("old" + std::to_string(i)), kStart);
    }
    index.fail_call(n);
    const auto may_go = removals.may_go(false, kStart);
    if (index.has_faults_left()) break;
    REQUIRE_FALSE(may_go);
    CHECK_FALSE(*removals.may_go(false, kStart));
    CHECK(removals.held() > 0);
  }
}

}  // namespace
}  // namespace lansync
