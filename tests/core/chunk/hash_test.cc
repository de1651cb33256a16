#include "core/chunk/hash.h"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

namespace lansync {
namespace {

// The input of BLAKE3's own test vectors: the bytes 0, 1, ..., 250, again and again.
Bytes vector_input(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i % 251);
  return bytes;
}

std::string hex_of(const std::array<std::byte, 32>& digest) { return to_hex(digest); }

TEST_CASE("The hash of a chunk is what b3sum prints") {
  struct Row {
    std::size_t size;
    std::string_view hash;
  };
  // From b3sum 1.2.0 (option --no-names), fed with SIZE such bytes by
  //   python3 -c 'import sys; sys.stdout.buffer.write(bytes(i % 251 for i in range(SIZE)))'
  const Row rows[] = {
      {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
      {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
      {2, "7b7015bb92cf0b318037702a6cdd81dee41224f734684c2c122cd6359cb1ee63"},
      {63, "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b"},
      {64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98"},
      {65, "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee"},
      {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"},
      {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
      {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
      {2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"},
      {2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"},
      {3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2"},
      {8192, "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63"},
      {31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"},
      {65536, "68d647e619a930e7b1082f74f334b0c65a315725569bdc123f0ee11881717bfe"},
      {102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"},
      {1048577, "2f053cd7472cf0cd2f9adaf45c1180255b91b9a865404a63671a0ee5f792ed33"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.size << " bytes") {
      CHECK(chunk_hash(vector_input(row.size)).hex() == row.hash);
    }
  }
}

TEST_CASE("A domain gives BLAKE3's derive-key mode") {
  // From b3sum 1.2.0 with --derive-key lansync/v1/chunk-list.
  CHECK(hex_of(hash_of(vector_input(1024), "lansync/v1/chunk-list")) ==
        "617b77fe7c71dca54439fa93de3da0fc98852bda19f2533a361787dc38797de7");
}

TEST_CASE("Hashers with different domains do not agree") {
  const Bytes input = vector_input(100);
  CHECK(hash_of(input, "a") != hash_of(input, "b"));
  CHECK(hash_of(input, "a") != hash_of(input));
  CHECK(hash_of({}, "a") != hash_of({}));
}

TEST_CASE("A copy of a hasher goes on from where the original was") {
  const Bytes input = vector_input(5000);
  const ByteView view(input);
  Hasher original;
  original.update(view.first(3000));
  Hasher copy = original;
  original.update(view.first(7));
  CHECK(copy.update(view.subspan(3000)).finish() == hash_of(input));
  CHECK(original.finish() != copy.finish());
}

TEST_CASE("finish() leaves the hasher as it was") {
  Hasher hasher;
  hasher.update(vector_input(10));
  const auto first = hasher.finish();
  CHECK(hasher.finish() == first);
  CHECK(hasher.update({}).finish() == first);
}

TEST_CASE("Hashing piece by piece gives the hash of the whole") {
  CHECK(rc::check([](const std::vector<std::uint16_t>& pieces) {
    Hasher hasher;
    Bytes all;
    for (const std::uint16_t piece : pieces) {
      const Bytes bytes = vector_input(piece % 5000);
      hasher.update(bytes);
      append(all, bytes);
    }
    RC_ASSERT(hasher.finish() == hash_of(all));
  }));
}

}  // namespace
}  // namespace lansync
