#include "core/wire/output_queue.h"

#include <algorithm>

#include "core/base/assert.h"

namespace lansync {
namespace {

// Enough for many small records.
constexpr std::size_t kBlockBytesMin = 16 * 1024;

}  // namespace

void OutputQueue::reserve(std::size_t bytes) {
  if (!blocks_.empty() && blocks_.back().capacity - blocks_.back().end >= bytes) return;
  const std::size_t capacity = std::max(bytes, kBlockBytesMin);
  blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(capacity), capacity, 0, 0});
}

std::span<std::byte> OutputQueue::append(std::size_t count) {
  reserve(count);
  Block& block = blocks_.back();
  const std::span room(block.bytes.get() + block.end, count);
  block.end += count;
  size_ += count;
  return room;
}

ByteView OutputQueue::front() const {
  for (const Block& block : blocks_) {
    if (block.end > block.begin) return {block.bytes.get() + block.begin, block.end - block.begin};
  }
  return {};
}

void OutputQueue::consume(std::size_t count) {
  LANSYNC_ASSERT(count <= front().size());
  if (count == 0) return;
  while (blocks_.front().begin == blocks_.front().end) blocks_.pop_front();
  blocks_.front().begin += count;
  size_ -= count;
  if (blocks_.front().begin == blocks_.front().end) blocks_.pop_front();
}

}  // namespace lansync
