// Bytes on their way to the socket.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "core/base/bytes.h"

namespace lansync {

// A queue of bytes that are put together in the place they are sent from. What front() shows stays
// where it is until consume(), whatever is appended meanwhile: it may be in the middle of a write.
class OutputQueue {
 public:
  // Makes the next `bytes` appended lie in one piece of memory.
  void reserve(std::size_t bytes);

  // `count` bytes at the end of the queue, not initialised, for the caller to fill in.
  std::span<std::byte> append(std::size_t count);

  // The oldest bytes, as many as lie in one piece; empty if the queue is.
  [[nodiscard]] ByteView front() const;
  // Requires count <= front().size().
  void consume(std::size_t count);

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t capacity = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  [[nodiscard]] Block take_block(std::size_t bytes);
  void retire_front();

  std::deque<Block> blocks_;
  std::size_t size_ = 0;
  // Large blocks that are free again: memory fresh from the system costs as much as sealing what
  // goes into it.
  std::vector<Block> spare_;
};

}  // namespace lansync
