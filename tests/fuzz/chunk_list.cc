// A chunk list from a peer: what is accepted encodes to the same bytes and stays within limits.
#include "core/chunk/chunk_list.h"

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const ByteView bytes = FuzzInput(data, size).take_rest();
  const auto list = decode_chunk_list(bytes);
  if (!list) return 0;
  LANSYNC_ASSERT(std::ranges::equal(encode(*list), bytes));
  LANSYNC_ASSERT(list->size() <= limits::kFileBytesMax);
  for (const Chunk& chunk : list->chunks) {
    LANSYNC_ASSERT(chunk.bytes > 0 && chunk.bytes <= limits::kChunkBytesMax);
  }
  return 0;
}
