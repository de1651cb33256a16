#include "core/engine/file_reading.h"

#include <algorithm>
#include <utility>

#include "core/chunk/content_hasher.h"

namespace lansync {

Result<Bytes> read_piece(ReadFile& file, std::uint64_t offset, std::size_t size) {
  Bytes bytes(size);
  const auto got = file.read_at(offset, bytes);
  if (!got) return got.error();
  bytes.resize(*got);
  return bytes;
}

Result<ChunkList> read_through(ReadFile& file, std::uint64_t size, ChunkClass chunk_class) {
  ContentHasher hasher(chunk_class);
  Bytes buffer(std::min<std::uint64_t>(kReadBytes, std::max<std::uint64_t>(size, 1)));
  std::uint64_t offset = 0;
  while (offset < size) {
    const auto got = file.read_at(offset, buffer);
    if (!got) return got.error();
    if (*got == 0) return Error{Errc::changed, "file that is being read"};
    hasher.update(ByteView(buffer).first(*got));
    offset += *got;
  }
  return std::move(hasher).finish();
}

Result<HashedPiece> read_through(ReadFile& file, const FilePiece& piece, ChunkClass chunk_class) {
  PieceHasher hasher(chunk_class, piece);
  Bytes buffer(kReadBytes);
  std::uint64_t offset = hasher.first_byte();
  for (bool more = true; more;) {
    const auto got = file.read_at(offset, buffer);
    if (!got) return got.error();
    if (*got == 0) break;
    more = hasher.update(ByteView(buffer).first(*got));
    offset += *got;
  }
  return std::move(hasher).finish();
}

bool is_not_there(const Error& error) {
  return error.code == std::errc::no_such_file_or_directory ||
         error.code == std::errc::not_a_directory ||
         error.code == std::errc::too_many_symbolic_link_levels ||
         error.code == make_error_code(Errc::changed);
}

}  // namespace lansync
