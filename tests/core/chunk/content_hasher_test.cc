#include "core/chunk/content_hasher.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "tests/support/random_bytes.h"

namespace lansync {
namespace {

ChunkList list_of(ByteView bytes, ChunkClass chunk_class) {
  ContentHasher hasher(chunk_class);
  hasher.update(bytes);
  return std::move(hasher).finish();
}

TEST_CASE("An empty file has no chunks") {
  CHECK(list_of({}, ChunkClass::kib64) == ChunkList{});
  ContentHasher hasher(ChunkClass::mib4);
  hasher.update({});
  hasher.update({});
  const auto content = std::move(hasher).finish();
  CHECK(content.chunks.empty());
}

TEST_CASE("A small file is one chunk, and its content id is that chunk's hash") {
  for (const std::size_t size : {1u, 63u, 64u, 65u, 16383u, 16384u}) {
    CAPTURE(size);
    const Bytes bytes = test::random_bytes(1, size);
    const ChunkList list = list_of(bytes, ChunkClass::kib64);
    REQUIRE(list.chunks.size() == 1);
    CHECK(list.chunks[0] == Chunk{static_cast<std::uint32_t>(size), chunk_hash(bytes)});
    CHECK(list.content_id().bytes == chunk_hash(bytes).bytes);
  }
}

TEST_CASE("A file that ends at a cut has no empty chunk after it") {
  const Bytes bytes(2 * 4 * chunk_bytes_average(ChunkClass::kib64));
  const ChunkList list = list_of(bytes, ChunkClass::kib64);
  REQUIRE(list.chunks.size() == 2);
  CHECK(list.chunks[0] == list.chunks[1]);
}

TEST_CASE("Each chunk is named by the hash of its own bytes") {
  const Bytes bytes = test::random_bytes(2, 1 << 20);
  const ChunkList list = list_of(bytes, ChunkClass::kib64);
  REQUIRE(list.chunks.size() > 5);
  CHECK(list.size() == bytes.size());
  ByteView rest(bytes);
  for (const Chunk& chunk : list.chunks) {
    CHECK(chunk.hash == chunk_hash(rest.first(chunk.bytes)));
    rest = rest.subspan(chunk.bytes);
  }
}

TEST_CASE("The pieces in which a file is read do not change its chunks") {
  const Bytes bytes = test::random_bytes(3, 600 << 10);
  const ChunkList whole = list_of(bytes, ChunkClass::kib64);
  CHECK(rc::check([&](std::vector<std::uint32_t> pieces) {
    pieces.push_back(1);
    ContentHasher hasher(ChunkClass::kib64);
    ByteView rest(bytes);
    for (std::size_t i = 0; !rest.empty(); ++i) {
      // Pieces of up to 20,000 bytes, the given ones in turn, one at least of a byte.
      const std::size_t piece =
          std::min<std::size_t>(rest.size(), pieces[i % pieces.size()] % 20000);
      hasher.update(rest.first(piece));
      rest = rest.subspan(piece);
    }
    RC_ASSERT(std::move(hasher).finish() == whole);
  }));
}

// How many chunks of `after` are nowhere in `before`: what would have to be sent.
std::size_t new_chunks(const ChunkList& before, const ChunkList& after) {
  std::vector<ChunkHash> known;
  for (const Chunk& chunk : before.chunks) known.push_back(chunk.hash);
  std::sort(known.begin(), known.end());
  return static_cast<std::size_t>(
      std::count_if(after.chunks.begin(), after.chunks.end(), [&](const Chunk& chunk) {
        return !std::binary_search(known.begin(), known.end(), chunk.hash);
      }));
}

TEST_CASE("One byte inserted into a file of 64 MiB changes at most three of its chunks") {
  Bytes bytes = test::random_bytes(4, std::size_t{64} << 20);
  const ChunkClass before_class = chunk_class_for(bytes.size());
  const ChunkList before = list_of(bytes, before_class);
  REQUIRE(before.chunks.size() > 500);

  struct Row {
    std::string_view where;
    std::size_t offset;
  };
  const Row rows[] = {
      {"at the front", 0},
      {"in the middle", bytes.size() / 2},
      {"at the end", bytes.size()},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.where) {
      const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(row.offset);
      bytes.insert(at, std::byte{0x5a});
      const ChunkClass after_class = chunk_class_for(bytes.size(), before_class, bytes.size() - 1);
      const ChunkList after = list_of(bytes, after_class);
      CHECK(after.size() == before.size() + 1);
      CHECK(new_chunks(before, after) >= 1);
      CHECK(new_chunks(before, after) <= 3);
    }
  }
}

}  // namespace
}  // namespace lansync
