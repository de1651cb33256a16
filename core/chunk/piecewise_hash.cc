#include "core/chunk/piecewise_hash.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"

namespace lansync {

PiecewiseHash::PiecewiseHash(std::uint64_t file_bytes, std::uint64_t piece_bytes)
    : file_bytes_(file_bytes), piece_bytes_(piece_bytes) {
  LANSYNC_ASSERT(piece_bytes > 0);
}

std::optional<FilePiece> PiecewiseHash::next() {
  if (again_) return std::exchange(again_, std::nullopt);
  if (dealt_ >= file_bytes_) return std::nullopt;
  FilePiece piece{dealt_, std::min(file_bytes_, dealt_ + piece_bytes_), dealt_ == 0};
  dealt_ = piece.end;
  return piece;
}

bool PiecewiseHash::add(const FilePiece& piece, HashedPiece hashed) {
  const std::uint64_t end = hashed.end();
  const bool possible = end <= file_bytes_ && end >= std::min(piece.end, file_bytes_) &&
                        (!piece.begins_with_chunk || hashed.begin == piece.begin);
  if (!possible) return false;
  waiting_.insert_or_assign(piece.end, std::move(hashed));
  return join();
}

// As far as the pieces that are here continue one another.
bool PiecewiseHash::join() {
  while (!done()) {
    const auto next = waiting_.upper_bound(joined_end_);
    const bool follows =
        next != waiting_.end() && next->first <= std::min(joined_end_ + piece_bytes_, file_bytes_);
    if (!follows) return true;
    const std::uint64_t piece_end = next->first;
    HashedPiece hashed = std::move(next->second);
    waiting_.erase(next);
    if (joined_ < piece_end && hashed.begin != joined_) {
      again_ = FilePiece{joined_, piece_end, true};
      return true;
    }
    joined_end_ = piece_end;
    // The last chunk of the piece before reached beyond this one.
    if (joined_ >= piece_end) continue;
    list_.chunks.insert(list_.chunks.end(), hashed.chunks.begin(), hashed.chunks.end());
    joined_ = hashed.end();
  }
  return true;
}

}  // namespace lansync
