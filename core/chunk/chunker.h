// Where a file is cut into chunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"

namespace lansync {

// How coarsely a file is cut. Minimum a quarter of the average, maximum four times it.
enum class ChunkClass : std::uint8_t {
  kib64 = 0,   // up to 64 MiB
  kib256 = 1,  // up to 1 GiB
  mib1 = 2,    // up to 16 GiB
  mib4 = 3,    // beyond
};

std::size_t chunk_bytes_average(ChunkClass chunk_class);

// The class for a file of this size. `previous` is the class that it had when it had
// `previous_size` bytes: it is kept until the size has changed fourfold, so that a growing file is
// not cut anew each time it crosses a border. Small steps do not add up: fourfold beyond a border
// the class changes whatever the step.
ChunkClass chunk_class_for(std::uint64_t size);
ChunkClass chunk_class_for(std::uint64_t size, ChunkClass previous, std::uint64_t previous_size);

// Finds the cut points of a byte stream by a gear hash (Xia et al., "FastCDC", USENIX ATC 2016,
// without its normalisation: with equal minimum and average it gains nothing): a cut depends only
// on the 64 bytes before it, so an insertion moves the cuts around itself and no others.
//
// Chunks of random data are 1.23 times the average long: a quarter of it is never searched.
//
// Feed it with next(): it takes the bytes from the start of the current chunk. Equal bytes give
// equal cuts whatever the pieces they come in.
class Chunker {
 public:
  explicit Chunker(ChunkClass chunk_class);

  // Consumes bytes of the stream up to and including the next cut. Returns how many of `bytes`
  // belong to the current chunk, if it ends within them; nothing if it goes on beyond them (all are
  // consumed then). At the end of the stream, what has been consumed since the last cut is the last
  // chunk.
  std::optional<std::size_t> next(ByteView bytes);

 private:
  std::size_t min_;
  std::size_t max_;
  std::uint64_t mask_;
  std::uint64_t gear_ = 0;
  std::size_t length_ = 0;
};

}  // namespace lansync
