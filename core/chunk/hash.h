// BLAKE3, under the names that lansync uses it by.
#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace lansync {

// A 32-byte BLAKE3 digest computed piece by piece. `domain` separates uses: two hashers with
// different domains never agree (derive_key mode); an empty domain is plain BLAKE3.
//
// A value: a copy goes on from where the original was.
class Hasher {
 public:
  explicit Hasher(std::string_view domain = {});

  Hasher& update(ByteView bytes);
  [[nodiscard]] std::array<std::byte, 32> finish() const;

 private:
  // blake3_hasher, kept out of this header; the size is asserted in the source file.
  alignas(8) std::array<std::byte, 1912> state_{};
};

std::array<std::byte, 32> hash_of(ByteView bytes, std::string_view domain = {});

// A chunk's name: plain BLAKE3 of its bytes, as b3sum prints it.
ChunkHash chunk_hash(ByteView bytes);

}  // namespace lansync
