// The chunk list of a large file, of which several pieces are hashed at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "core/chunk/chunk_list.h"
#include "core/chunk/piece_hasher.h"

namespace lansync {

// Deals out the pieces of a file and joins what comes back, whatever the order: the list is that of
// ContentHasher, byte for byte. A piece whose cuts do not continue those before it (it lies in
// bytes in which no cut can be found twice: long runs of one byte) is dealt out once more, from
// where the piece before it ends.
//
// A value, for the core. The caller sees to it that the file stays what it is, and bounds how many
// pieces are out.
class PiecewiseHash {
 public:
  // `piece_bytes` is a multiple of the longest chunk.
  PiecewiseHash(std::uint64_t file_bytes, std::uint64_t piece_bytes);

  // A piece to be hashed, if there is one that nobody has.
  std::optional<FilePiece> next();
  // `piece` is one that was dealt out and has not come back. False if what came back cannot be of
  // this file, which is then not what it was.
  bool add(const FilePiece& piece, HashedPiece hashed);

  [[nodiscard]] bool done() const { return joined_ == file_bytes_; }
  // Requires done().
  ChunkList take() { return std::move(list_); }

 private:
  bool join();

  std::uint64_t file_bytes_;
  std::uint64_t piece_bytes_;
  std::uint64_t dealt_ = 0;                       // Where the next piece begins.
  std::optional<FilePiece> again_;                // To be dealt out once more.
  std::map<std::uint64_t, HashedPiece> waiting_;  // By where their pieces end.
  ChunkList list_;
  std::uint64_t joined_ = 0;      // What `list_` has.
  std::uint64_t joined_end_ = 0;  // The end of the last piece that is in it.
};

}  // namespace lansync
