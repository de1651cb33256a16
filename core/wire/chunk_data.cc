#include "core/wire/chunk_data.h"

namespace lansync {

Bytes encode(const ChunkData& header) {
  Bytes bytes = to_bytes(header.share.view());
  append_be(bytes, header.request);
  append_be(bytes, header.place);
  append_be(bytes, header.offset);
  return bytes;
}

Result<ChunkData> decode_chunk_data(ByteView record) {
  if (record.size() < ChunkData::kHeaderBytes) return Error{Errc::truncated, "chunk data"};
  ChunkData header;
  header.share = *ShareId::from(record.first(ShareId::kBytes));
  record = record.subspan(ShareId::kBytes);
  header.request = load_be<std::uint32_t>(record);
  header.place = load_be<std::uint32_t>(record.subspan(4));
  header.offset = load_be<std::uint32_t>(record.subspan(8));
  return header;
}

}  // namespace lansync
