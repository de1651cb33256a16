#include "core/chunk/chunk_list.h"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/limits.h"
#include "core/chunk/hash.h"

namespace lansync {
namespace {

constexpr auto kLargest = static_cast<std::uint32_t>(limits::kChunkBytesMax);

Chunk chunk(std::uint32_t bytes) { return {bytes, chunk_hash(as_bytes(std::to_string(bytes)))}; }

Bytes encoded_lengths(std::initializer_list<std::uint32_t> lengths) {
  ChunkList list;
  for (const std::uint32_t length : lengths) list.chunks.push_back(chunk(length));
  return encode(list);
}

TEST_CASE("A file's size is the sum of its chunks") {
  CHECK(ChunkList{}.size() == 0);
  CHECK(ChunkList{{chunk(1), chunk(kLargest), chunk(kLargest)}}.size() == 1 + 2ull * kLargest);
}

TEST_CASE("The empty file's content id is the hash of no bytes") {
  CHECK(ChunkList{}.content_id().hex() ==
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
}

TEST_CASE("A one-chunk file's content id is its chunk's hash") {
  const Chunk only = chunk(17);
  CHECK(ChunkList{{only}}.content_id().bytes == only.hash.bytes);
}

// Computed by b3sum --derive-key from the bytes that the class comment names.
TEST_CASE("A content id never changes") {
  CHECK(ChunkList{{chunk(1), chunk(2)}}.content_id().hex() ==
        "fa380be0868f9d27ca92ab515487c037f460a9325a5691d34e5927296361f311");
}

TEST_CASE("A content id depends on every chunk, its length and the order") {
  const ContentId id = ChunkList{{chunk(1), chunk(2)}}.content_id();
  CHECK(id != ChunkList{{chunk(2), chunk(1)}}.content_id());
  CHECK(id != ChunkList{{chunk(1), chunk(2), chunk(2)}}.content_id());
  CHECK(id != ChunkList{{chunk(1), {3, chunk(2).hash}}}.content_id());
  CHECK(id != ChunkList{{chunk(1), {2, chunk(3).hash}}}.content_id());
}

TEST_CASE("A list of chunks is not the file that its encoding is") {
  const ChunkList list{{chunk(1), chunk(2)}};
  CHECK(list.content_id().bytes != chunk_hash(encode(list)).bytes);
}

TEST_CASE("An encoded chunk is its length, big-endian, and its hash") {
  const Bytes bytes = encode(ChunkList{{chunk(0x010203)}});
  REQUIRE(bytes.size() == 36);
  CHECK(to_hex(ByteView(bytes).first(4)) == "00010203");
  CHECK(to_hex(ByteView(bytes).subspan(4)) == chunk(0x010203).hash.hex());
}

TEST_CASE("A chunk list that was encoded decodes to itself") {
  CHECK(rc::check([](const std::vector<std::uint32_t>& seeds) {
    ChunkList list;
    for (const std::uint32_t seed : seeds) list.chunks.push_back(chunk(1 + seed % kLargest));
    const auto decoded = decode_chunk_list(encode(list));
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == list);
  }));
}

TEST_CASE("Every part of a chunk list that ends inside a chunk is truncated") {
  const Bytes bytes = encoded_lengths({1, 2, kLargest});
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    CAPTURE(size);
    const auto decoded = decode_chunk_list(ByteView(bytes).first(size));
    if (size % 36 == 0) {
      REQUIRE(decoded.has_value());
      CHECK(decoded->chunks.size() == size / 36);
    } else {
      REQUIRE_FALSE(decoded.has_value());
      CHECK(decoded.error().code == Errc::truncated);
    }
  }
}

TEST_CASE("A chunk list that cannot be a file's is refused") {
  struct Row {
    std::string_view what;
    Bytes bytes;
    Errc code;
  };
  const Row rows[] = {
      {"a chunk of no bytes", encoded_lengths({0}), Errc::malformed},
      {"a chunk of no bytes at the end", encoded_lengths({1, 2, 0}), Errc::malformed},
      {"a chunk of no bytes in the middle", encoded_lengths({1, 0, 2}), Errc::malformed},
      {"a chunk one byte too long", encoded_lengths({kLargest + 1}), Errc::malformed},
      {"a chunk as long as 32 bits can say", encoded_lengths({0xffffffff}), Errc::malformed},
      {"a negative length", encoded_lengths({0x80000000}), Errc::malformed},
      {"one byte", Bytes(1), Errc::truncated},
      {"a length alone", Bytes(4), Errc::truncated},
      {"one byte too many", Bytes(37), Errc::truncated},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      const auto decoded = decode_chunk_list(row.bytes);
      REQUIRE_FALSE(decoded.has_value());
      CHECK(decoded.error().code == row.code);
    }
  }
}

TEST_CASE("A chunk list may describe the largest file and no larger one") {
  const std::size_t most = limits::kFileBytesMax / limits::kChunkBytesMax;
  Bytes bytes;
  for (std::size_t i = 0; i < most; ++i) append(bytes, encoded_lengths({kLargest}));
  const auto largest = decode_chunk_list(bytes);
  REQUIRE(largest.has_value());
  CHECK(largest->size() == limits::kFileBytesMax);

  append(bytes, encoded_lengths({1}));
  const auto larger = decode_chunk_list(bytes);
  REQUIRE_FALSE(larger.has_value());
  CHECK(larger.error().code == Errc::malformed);
}

TEST_CASE("More chunks than a file may have are refused before they are read") {
  // The list's address range is never touched: only its size is looked at.
  const std::byte byte{};
  const ByteView huge(&byte, (limits::kChunksPerFileMax + 1) * 36);
  const auto decoded = decode_chunk_list(huge);
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code == Errc::limit_exceeded);
}

}  // namespace
}  // namespace lansync
