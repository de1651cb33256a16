// The header of a bulk record: what is accepted encodes to the bytes it was read from.
#include "core/wire/chunk_data.h"

#include "core/base/assert.h"
#include "core/wire/message.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const ByteView record = FuzzInput(data, size).take_rest();
  const auto header = decode_chunk_data(record);
  LANSYNC_ASSERT(header.has_value() == (record.size() >= ChunkData::kHeaderBytes));
  if (header) {
    LANSYNC_ASSERT(std::ranges::equal(encode(*header), record.first(ChunkData::kHeaderBytes)));
  }
  return 0;
}
