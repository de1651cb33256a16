// Several pieces of bytes as one stream.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/base/bytes.h"

namespace lansync {

// Reads a record's header and the pieces of its payload, which outlive this.
class PieceReader {
 public:
  PieceReader(ByteView header, std::span<const ByteView> payload)
      : piece_(header), later_(payload) {}

  // The next `room.size()` bytes, in `room` if they do not lie together. Requires that as many are
  // left.
  ByteView read(std::span<std::byte> room) {
    if (piece_.empty()) next_piece();
    if (piece_.size() >= room.size()) return take(room.size());
    for (std::span<std::byte> to = room; !to.empty();) {
      if (piece_.empty()) next_piece();
      const ByteView from = take(std::min(to.size(), piece_.size()));
      std::copy_n(from.begin(), from.size(), to.begin());
      to = to.subspan(from.size());
    }
    return room;
  }

 private:
  void next_piece() {
    while (piece_.empty()) {
      piece_ = later_.front();
      later_ = later_.subspan(1);
    }
  }
  ByteView take(std::size_t count) {
    const ByteView taken = piece_.first(count);
    piece_ = piece_.subspan(count);
    return taken;
  }

  ByteView piece_;
  std::span<const ByteView> later_;
};

}  // namespace lansync
