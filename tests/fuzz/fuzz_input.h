// What a fuzz target gets, cut up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace lansync {

// Takes pieces off the front of an input; each is as long as the input says and it has left, so
// that every input means something. Pieces point into the input.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size)
      : rest_(std::as_bytes(std::span(data, size))) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  ByteView take(std::size_t count) {
    const ByteView piece = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(piece.size());
    return piece;
  }
  // Preceded by its length in two bytes, big-endian.
  ByteView take_sized() {
    const ByteView length = take(2);
    return length.size() == 2 ? take(load_be<std::uint16_t>(length)) : take(rest_.size());
  }
  ByteView take_rest() { return take(rest_.size()); }

 private:
  ByteView rest_;
};

}  // namespace lansync
