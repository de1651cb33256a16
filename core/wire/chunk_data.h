// What stands before the bytes of a chunk on their way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace lansync {

// The header of a bulk record: which chunk of which request its bytes belong to. A chunk of more
// than a record's size comes in several, in order.
struct ChunkData {
  ShareId share;
  std::uint32_t request = 0;
  std::uint32_t place = 0;   // Of the chunk in the request.
  std::uint32_t offset = 0;  // Of the bytes in the chunk.

  static constexpr std::size_t kHeaderBytes = ShareId::kBytes + 12;
  // Bytes of chunk data in one record, at most.
  static constexpr std::size_t kDataBytesMax = std::size_t{512} << 10;
  friend bool operator==(const ChunkData&, const ChunkData&) = default;
};
Bytes encode(const ChunkData& header);
// The data follow the header. Errors: truncated.
Result<ChunkData> decode_chunk_data(ByteView record);

}  // namespace lansync
