#include "core/chunk/chunk_list.h"

#include "core/base/limits.h"
#include "core/chunk/hash.h"

namespace lansync {
namespace {

constexpr std::string_view kContentDomain = "lansync/v1/chunk-list";
constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
constexpr std::size_t kEntryBytes = kLengthBytes + ChunkHash::kBytes;

}  // namespace

std::uint64_t ChunkList::size() const {
  std::uint64_t total = 0;
  for (const Chunk& chunk : chunks) total += chunk.bytes;
  return total;
}

ContentId ChunkList::content_id() const {
  if (chunks.empty()) return {hash_of({})};
  if (chunks.size() == 1) return {chunks.front().hash.bytes};
  return {hash_of(encode(*this), kContentDomain)};
}

Bytes encode(const ChunkList& list) {
  Bytes bytes;
  bytes.reserve(list.chunks.size() * kEntryBytes);
  for (const Chunk& chunk : list.chunks) {
    append_be(bytes, chunk.bytes);
    append(bytes, chunk.hash.view());
  }
  return bytes;
}

Result<ChunkList> decode_chunk_list(ByteView bytes) {
  if (bytes.size() / kEntryBytes > limits::kChunksPerFileMax) {
    return Error{Errc::limit_exceeded, "chunk list"};
  }
  if (bytes.size() % kEntryBytes != 0) return Error{Errc::truncated, "chunk list"};

  ChunkList list;
  list.chunks.reserve(bytes.size() / kEntryBytes);
  std::uint64_t total = 0;
  for (; !bytes.empty(); bytes = bytes.subspan(kEntryBytes)) {
    const auto length = load_be<std::uint32_t>(bytes);
    if (length == 0 || length > limits::kChunkBytesMax) {
      return Error{Errc::malformed, "chunk list: a chunk's length"};
    }
    total += length;
    if (total > limits::kFileBytesMax) return Error{Errc::malformed, "chunk list: the file's size"};
    list.chunks.push_back(
        {length, *ChunkHash::from(bytes.subspan(kLengthBytes, ChunkHash::kBytes))});
  }
  return list;
}

}  // namespace lansync
