// What a file's content consists of.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace lansync {

struct Chunk {
  std::uint32_t bytes = 0;
  ChunkHash hash;

  friend bool operator==(const Chunk&, const Chunk&) = default;
};

// A file's chunks in order. Their lengths add up to its size; offsets are always derived from the
// lengths, never told by anyone.
//
// Content id: a file of one chunk has that chunk's hash; the empty file has the hash of no bytes;
// every other has a BLAKE3 in the domain "lansync/v1/chunk-list" over (u32 length, hash) of each.
struct ChunkList {
  std::vector<Chunk> chunks;

  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] ContentId content_id() const;

  friend bool operator==(const ChunkList&, const ChunkList&) = default;
};

// 36 bytes a chunk: u32 length (big-endian), hash.
Bytes encode(const ChunkList& list);
// Errors: truncated, malformed (a chunk of no bytes or of more than kChunkBytesMax, lengths beyond
// kFileBytesMax), limit_exceeded (too many chunks). Does not know the content id: compare it.
Result<ChunkList> decode_chunk_list(ByteView bytes);

}  // namespace lansync
