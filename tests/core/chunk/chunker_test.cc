#include "core/chunk/chunker.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

using Sizes = std::vector<std::size_t>;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// The sizes of the chunks of `bytes`, fed in pieces of at most `piece` bytes.
Sizes chunk_sizes(ByteView bytes, ChunkClass chunk_class, std::size_t piece) {
  Chunker chunker(chunk_class);
  Sizes sizes;
  std::size_t current = 0;
  while (!bytes.empty()) {
    const ByteView fed = bytes.first(std::min(piece, bytes.size()));
    const auto cut = chunker.next(fed);
    current += cut.value_or(fed.size());
    bytes = bytes.subspan(cut.value_or(fed.size()));
    if (cut) {
      sizes.push_back(current);
      current = 0;
    }
  }
  if (current != 0) sizes.push_back(current);
  return sizes;
}

Sizes chunk_sizes(ByteView bytes, ChunkClass chunk_class) {
  return chunk_sizes(bytes, chunk_class, bytes.size() + 1);
}

// Computed by another implementation, which hashes the whole window anew at every position.
TEST_CASE("The cuts of given bytes never change") {
  CHECK(chunk_sizes(test::random_bytes(1, 1 << 20), ChunkClass::kib64) ==
        Sizes{30014, 84970, 67564, 48810, 52109, 24455, 41926, 54116, 26288, 45333, 99723, 49051,
              115802, 20833, 55110, 71594, 22896, 18865, 119117});
  CHECK(chunk_sizes(test::random_bytes(2, 4 << 20), ChunkClass::kib256) ==
        Sizes{105354, 101727, 142474, 384884, 287007, 89606,  221406, 83879,
              269168, 70955,  75484,  331718, 370576, 222842, 337465, 70792,
              199534, 316723, 163991, 105113, 102588, 96888,  44130});
}

TEST_CASE("Bytes that never cut are cut at the maximum") {
  CHECK(chunk_sizes(Bytes(kMiB + 1), ChunkClass::kib64) ==
        Sizes{262144, 262144, 262144, 262144, 1});
}

TEST_CASE("Nothing is cut where there is nothing") {
  Chunker chunker(ChunkClass::kib64);
  CHECK_FALSE(chunker.next({}).has_value());
  CHECK_FALSE(chunker.next(Bytes(1)).has_value());
  CHECK_FALSE(chunker.next({}).has_value());
}

TEST_CASE("A cut at the end of what is fed is told at once") {
  const Bytes bytes = test::random_bytes(1, 30014);
  CHECK(Chunker(ChunkClass::kib64).next(bytes) == 30014u);
  CHECK_FALSE(Chunker(ChunkClass::kib64).next(ByteView(bytes).first(30013)).has_value());
}

TEST_CASE("Equal bytes give equal cuts whatever the pieces they come in") {
  const Bytes bytes = test::random_bytes(5, 600 << 10);
  const Sizes whole = chunk_sizes(bytes, ChunkClass::kib64);

  SECTION("the pieces around the borders of the algorithm") {
    for (const std::size_t piece : {1u, 2u, 63u, 64u, 65u, 4096u, 16319u, 16320u, 16321u, 16383u,
                                    16384u, 16385u, 65536u, 262143u, 262144u, 262145u}) {
      CAPTURE(piece);
      CHECK(chunk_sizes(bytes, ChunkClass::kib64, piece) == whole);
    }
  }
  SECTION("any pieces") {
    CHECK(rc::check([&](std::uint64_t seed, std::uint32_t piece) {
      const Bytes other = test::random_bytes(seed, 200 << 10);
      RC_ASSERT(chunk_sizes(other, ChunkClass::kib64, 1 + piece % 50000) ==
                chunk_sizes(other, ChunkClass::kib64));
    }));
  }
}

// Where several places are searched at once, the first cut of all of them counts.
TEST_CASE("A cut is found wherever it is, and the first of several") {
  const Bytes cut_at_its_end = [] {
    const Bytes random = test::random_bytes(1, 30014);
    return Bytes(random.end() - 64, random.end());
  }();
  constexpr std::size_t kMin = 16384;
  const auto sizes_with_cuts_at = [&](const std::vector<std::size_t>& ends) {
    Bytes bytes(3 * kMin);
    for (const std::size_t end : ends) std::ranges::copy(cut_at_its_end, &bytes[end - 64]);
    const Sizes whole = chunk_sizes(bytes, ChunkClass::kib64);
    // Pieces as small as these are searched byte after byte.
    CHECK(chunk_sizes(bytes, ChunkClass::kib64, 1000) == whole);
    return whole;
  };
  for (std::size_t border = kMin; border <= kMin + 3 * 8192; border += 2048) {
    for (std::size_t end = border; end < border + 66; ++end) {
      CAPTURE(end);
      CHECK(sizes_with_cuts_at({end}).front() == end);
    }
  }
  for (std::size_t first = kMin + 1; first < kMin + 8192; first += 700) {
    for (std::size_t second = first + 64; second < kMin + 8192; second += 900) {
      CAPTURE(first, second);
      CHECK(sizes_with_cuts_at({second, first}).front() == first);
    }
  }
}

TEST_CASE("Chunks keep within a quarter and four times their average") {
  struct Row {
    ChunkClass chunk_class;
    std::size_t average;
  };
  const Row rows[] = {
      {ChunkClass::kib64, 64 << 10},
      {ChunkClass::kib256, 256 << 10},
      {ChunkClass::mib1, 1 << 20},
      {ChunkClass::mib4, 4 << 20},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION("of " << row.average << " bytes") {
      CHECK(chunk_bytes_average(row.chunk_class) == row.average);
      Sizes sizes = chunk_sizes(test::random_bytes(6, 20 * row.average), row.chunk_class);
      CHECK(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}) == 20 * row.average);
      sizes.pop_back();  // Ends where the data ends.
      REQUIRE(sizes.size() >= 5);
      CHECK(*std::min_element(sizes.begin(), sizes.end()) >= row.average / 4);
      CHECK(*std::max_element(sizes.begin(), sizes.end()) <= row.average * 4);
    }
  }
}

TEST_CASE("Chunks of random bytes are 1.23 times the average long in the mean") {
  const std::size_t average = chunk_bytes_average(ChunkClass::kib64);
  const Bytes bytes = test::random_bytes(6, 64 * kMiB);
  const std::size_t mean = bytes.size() / chunk_sizes(bytes, ChunkClass::kib64).size();
  CHECK(mean > average * 115 / 100);
  CHECK(mean < average * 130 / 100);
}

TEST_CASE("A file's size chooses its chunk class") {
  struct Row {
    std::uint64_t size;
    ChunkClass expected;
  };
  const Row rows[] = {
      {0, ChunkClass::kib64},
      {1, ChunkClass::kib64},
      {64 * kMiB, ChunkClass::kib64},
      {64 * kMiB + 1, ChunkClass::kib256},
      {kGiB, ChunkClass::kib256},
      {kGiB + 1, ChunkClass::mib1},
      {16 * kGiB, ChunkClass::mib1},
      {16 * kGiB + 1, ChunkClass::mib4},
      {16 * 1024 * kGiB, ChunkClass::mib4},
      {~std::uint64_t{0}, ChunkClass::mib4},
  };
  for (const Row& row : rows) {
    CAPTURE(row.size);
    CHECK(chunk_class_for(row.size) == row.expected);
  }
}

TEST_CASE("A file keeps its chunk class until its size has changed fourfold") {
  struct Row {
    std::uint64_t size;
    ChunkClass previous;
    std::uint64_t previous_size;
    ChunkClass expected;
  };
  const Row rows[] = {
      // Grown across a border, a little and a lot.
      {64 * kMiB + 1, ChunkClass::kib64, 64 * kMiB, ChunkClass::kib64},
      {239 * kMiB, ChunkClass::kib64, 60 * kMiB, ChunkClass::kib64},
      {240 * kMiB - 1, ChunkClass::kib64, 60 * kMiB, ChunkClass::kib64},
      {240 * kMiB, ChunkClass::kib64, 60 * kMiB, ChunkClass::kib256},
      {17 * kGiB, ChunkClass::kib64, 60 * kMiB, ChunkClass::mib4},
      // Shrunk across a border.
      {64 * kMiB, ChunkClass::kib256, 65 * kMiB, ChunkClass::kib256},
      {20 * kMiB, ChunkClass::kib256, 65 * kMiB, ChunkClass::kib256},
      {25 * kMiB, ChunkClass::kib256, 100 * kMiB, ChunkClass::kib64},
      {25 * kMiB + 1, ChunkClass::kib256, 100 * kMiB, ChunkClass::kib256},
      {1, ChunkClass::mib4, 17 * kGiB, ChunkClass::kib64},
      {0, ChunkClass::mib4, 17 * kGiB, ChunkClass::kib64},
      {0, ChunkClass::kib64, 0, ChunkClass::kib64},
      {65 * kMiB, ChunkClass::kib64, 0, ChunkClass::kib256},
      // Unchanged.
      {64 * kMiB, ChunkClass::kib64, 64 * kMiB, ChunkClass::kib64},
      {65 * kMiB, ChunkClass::kib64, 65 * kMiB, ChunkClass::kib64},
      // By small steps, beyond fourfold of a border.
      {256 * kMiB + 4, ChunkClass::kib64, 256 * kMiB, ChunkClass::kib256},
      {20 * kGiB, ChunkClass::kib64, 19 * kGiB, ChunkClass::mib4},
      {10 * kMiB, ChunkClass::kib256, 11 * kMiB, ChunkClass::kib64},
      {10 * kMiB, ChunkClass::mib4, 11 * kMiB, ChunkClass::kib64},
      {~std::uint64_t{0}, ChunkClass::mib4, ~std::uint64_t{0}, ChunkClass::mib4},
  };
  for (const Row& row : rows) {
    CAPTURE(row.size, row.previous_size);
    CHECK(chunk_class_for(row.size, row.previous, row.previous_size) == row.expected);
  }
}

}  // namespace
}  // namespace lansync
