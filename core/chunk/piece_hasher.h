// A part of a large file, cut and hashed without knowing what comes before it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/chunk/chunk_list.h"
#include "core/chunk/chunker.h"
#include "core/chunk/hash.h"

namespace lansync {

// Where a piece of a file lies: in bytes, the end not included.
struct FilePiece {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  // There is a cut at `begin` for sure: it is the beginning of the file, or the end of a piece.
  bool begins_with_chunk = true;
};

// The chunks of a piece: from the first cut at or behind its begin to the first at or behind its
// end, or to the end of the file.
struct HashedPiece {
  std::uint64_t begin = 0;
  std::vector<Chunk> chunks;

  [[nodiscard]] std::uint64_t end() const;
};

// Where a cut is depends on the 64 bytes before it, and on where the chunk begins: none comes
// before the shortest length, and the longest one ends in any case. So two searches that begin at
// different places find the same cuts once they have met in one, and in bytes that look random they
// meet within a few chunks. A piece that does not begin with a chunk is searched from some way
// before it: what is cut there is not hashed, and whether the cuts are those of the whole file is
// seen where the piece before ends (PiecewiseHash).
//
// Feed it with update(), from first_byte() on; finish() when it has enough, or at the end of the
// file.
class PieceHasher {
 public:
  PieceHasher(ChunkClass chunk_class, const FilePiece& piece);

  // Where to begin reading.
  [[nodiscard]] std::uint64_t first_byte() const { return first_byte_; }
  // Returns whether there has to be more.
  bool update(ByteView bytes);
  [[nodiscard]] HashedPiece finish() &&;

 private:
  void add(ByteView bytes);
  void end_chunk();

  FilePiece piece_;
  Chunker chunker_;
  std::uint64_t first_byte_ = 0;
  std::uint64_t at_ = 0;  // What update() takes next.
  bool in_piece_ = false;
  Hasher hasher_;
  std::uint32_t length_ = 0;  // Of the chunk being hashed.
  HashedPiece hashed_;
};

}  // namespace lansync
