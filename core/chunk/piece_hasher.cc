#include "core/chunk/piece_hasher.h"

#include <algorithm>
#include <utility>

namespace lansync {
namespace {

// How many average chunks before a piece the search for its cuts begins.
constexpr std::uint64_t kRunInChunks = 8;

}  // namespace

std::uint64_t HashedPiece::end() const {
  std::uint64_t at = begin;
  for (const Chunk& chunk : chunks) at += chunk.bytes;
  return at;
}

PieceHasher::PieceHasher(ChunkClass chunk_class, const FilePiece& piece)
    : piece_(piece), chunker_(chunk_class), in_piece_(piece.begins_with_chunk) {
  const std::uint64_t run_in = kRunInChunks * chunk_bytes_average(chunk_class);
  const std::uint64_t before = piece.begins_with_chunk ? 0 : std::min(run_in, piece.begin);
  first_byte_ = at_ = piece.begin - before;
  hashed_.begin = piece.begin;
}

bool PieceHasher::update(ByteView bytes) {
  while (!bytes.empty()) {
    if (in_piece_ && length_ == 0 && at_ >= piece_.end) return false;
    const auto cut = chunker_.next(bytes);
    const std::size_t count = cut.value_or(bytes.size());
    if (in_piece_) add(bytes.first(count));
    at_ += count;
    if (cut && in_piece_) end_chunk();
    if (cut && !in_piece_ && at_ >= piece_.begin) {
      in_piece_ = true;
      hashed_.begin = at_;
    }
    bytes = bytes.subspan(count);
  }
  return !in_piece_ || length_ > 0 || at_ < piece_.end;
}

HashedPiece PieceHasher::finish() && {
  if (length_ > 0) end_chunk();
  // No cut came before the end of the file.
  if (!in_piece_) hashed_.begin = at_;
  return std::move(hashed_);
}

void PieceHasher::add(ByteView bytes) {
  hasher_.update(bytes);
  length_ += static_cast<std::uint32_t>(bytes.size());
}

void PieceHasher::end_chunk() {
  hashed_.chunks.push_back({length_, {hasher_.finish()}});
  hasher_ = Hasher();
  length_ = 0;
}

}  // namespace lansync
