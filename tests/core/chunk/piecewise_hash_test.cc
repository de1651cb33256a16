#include "core/chunk/piecewise_hash.h"

#include <algorithm>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "core/chunk/content_hasher.h"

namespace lansync {
namespace {

constexpr ChunkClass kClass = ChunkClass::kib64;
constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20;

ChunkList in_one_go(ByteView content) {
  ContentHasher hasher(kClass);
  hasher.update(content);
  return std::move(hasher).finish();
}

HashedPiece hash_piece(ByteView content, const FilePiece& piece, std::size_t step) {
  PieceHasher hasher(kClass, piece);
  bool more = true;
  for (ByteView rest = content.subspan(hasher.first_byte()); more && !rest.empty();) {
    const ByteView next = rest.first(std::min(step, rest.size()));
    more = hasher.update(next);
    rest = rest.subspan(next.size());
  }
  return std::move(hasher).finish();
}

struct Joined {
  ChunkList list;
  std::size_t pieces = 0;
};

// Pieces come back in any order, four of them out at a time.
Joined in_pieces(ByteView content, std::uint64_t piece_bytes, std::mt19937_64& random) {
  PiecewiseHash whole(content.size(), piece_bytes);
  std::vector<FilePiece> out;
  Joined joined;
  while (!whole.done()) {
    while (out.size() < 4) {
      const auto piece = whole.next();
      if (!piece) break;
      out.push_back(*piece);
      ++joined.pieces;
    }
    REQUIRE_FALSE(out.empty());
    std::ranges::shuffle(out, random);
    const FilePiece piece = out.back();
    out.pop_back();
    REQUIRE(whole.add(piece, hash_piece(content, piece, 1 + random() % 300'000)));
  }
  CHECK_FALSE(whole.next());
  joined.list = whole.take();
  return joined;
}

Bytes random_bytes(std::size_t size, std::mt19937_64& random) {
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

TEST_CASE("A file that is hashed in pieces has the chunks that it has", "[chunk]") {
  std::mt19937_64 random(GENERATE(1U, 2U, 3U));
  Bytes content = random_bytes(random() % (6 * kPieceBytes) + 1, random);
  SECTION("of random bytes") {
    const Joined joined = in_pieces(content, kPieceBytes, random);
    CHECK(joined.list == in_one_go(content));
    // No piece had to be hashed twice.
    CHECK(joined.pieces == (content.size() + kPieceBytes - 1) / kPieceBytes);
  }
  SECTION("with long runs of one byte") {
    for (int i = 0; i < 4; ++i) {
      const std::size_t begin = random() % content.size();
      const std::size_t count = std::min<std::size_t>(content.size() - begin, random() % 2'000'000);
      std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(begin), count,
                  static_cast<std::byte>(i));
    }
    CHECK(in_pieces(content, kPieceBytes, random).list == in_one_go(content));
  }
  SECTION("that repeat themselves") {
    for (std::size_t i = 100'003; i < content.size(); ++i) content[i] = content[i - 100'003];
    CHECK(in_pieces(content, kPieceBytes, random).list == in_one_go(content));
  }
}

TEST_CASE("A file as long as its pieces, or a byte longer or shorter", "[chunk]") {
  std::mt19937_64 random(5);
  for (const std::size_t size :
       {kPieceBytes - 1, kPieceBytes, kPieceBytes + 1, 2 * kPieceBytes, 2 * kPieceBytes + 1}) {
    CAPTURE(size);
    const Bytes content = random_bytes(size, random);
    CHECK(in_pieces(content, kPieceBytes, random).list == in_one_go(content));
    const Bytes zeroes(size);
    CHECK(in_pieces(zeroes, kPieceBytes, random).list == in_one_go(zeroes));
  }
}

TEST_CASE("What cannot be of the file is not joined", "[chunk]") {
  std::mt19937_64 random(6);
  const Bytes content = random_bytes(2 * kPieceBytes, random);
  PiecewiseHash whole(content.size(), kPieceBytes);
  const auto first = whole.next();
  REQUIRE(first);
  SECTION("as it is too short") {
    CHECK_FALSE(whole.add(*first, hash_piece(ByteView(content).first(1000), *first, 100)));
  }
  SECTION("as it is too long") {
    const Bytes longer = random_bytes(3 * kPieceBytes, random);
    CHECK_FALSE(whole.add(*first, hash_piece(longer, {0, longer.size(), true}, 100'000)));
  }
}

}  // namespace
}  // namespace lansync
