// Reading files, for jobs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/result.h"
#include "core/chunk/chunk_list.h"
#include "core/chunk/chunker.h"
#include "core/chunk/piece_hasher.h"
#include "core/fs/file_system.h"

namespace lansync {

// So that what was read is still in the processor's cache when it is searched for cuts, and then
// when it is hashed.
inline constexpr std::size_t kReadBytes = std::size_t{256} << 10;

// At most `size` bytes from there; fewer at the end of the file.
Result<Bytes> read_piece(ReadFile& file, std::uint64_t offset, std::size_t size);

// All that is in a file, which may be more by now than its size was. Errc::changed if it is less.
Result<ChunkList> read_through(ReadFile& file, std::uint64_t size, ChunkClass chunk_class);

// A piece of it.
Result<HashedPiece> read_through(ReadFile& file, const FilePiece& piece, ChunkClass chunk_class);

// What an error of opening says: there is no such file any more.
bool is_not_there(const Error& error);

}  // namespace lansync
