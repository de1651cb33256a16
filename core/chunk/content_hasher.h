// From a file's bytes to its chunk list.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/chunk/chunk_list.h"
#include "core/chunk/chunker.h"
#include "core/chunk/hash.h"

namespace lansync {

// Cuts and hashes a stream of bytes in one pass, keeping none of them.
//
// Feed it with update(), in pieces of any size (large ones are faster: BLAKE3 works on many of its
// own 1 KiB blocks at once), then take the result with finish(). Equal bytes give equal lists
// whatever the pieces. The caller bounds how much it feeds: a file may grow while it is read.
class ContentHasher {
 public:
  explicit ContentHasher(ChunkClass chunk_class) : chunker_(chunk_class) {}

  void update(ByteView bytes);
  // The list of everything fed so far; of no bytes, the empty list. Call it once.
  [[nodiscard]] ChunkList finish() &&;

 private:
  void add_to_chunk(ByteView bytes);
  void end_chunk();

  Chunker chunker_;
  Hasher hasher_;
  std::uint32_t length_ = 0;  // Of the chunk being hashed.
  ChunkList list_;
};

}  // namespace lansync
