#include "core/wire/output_queue.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"

namespace lansync {
namespace {

// Enough for many small records.
constexpr std::size_t kBlockBytesMin = 16 * 1024;

// While there is much to send, and once all is sent.
constexpr std::size_t kSpareBlocksBusy = 4;
constexpr std::size_t kSpareBlocksIdle = 1;

}  // namespace

void OutputQueue::reserve(std::size_t bytes) {
  if (!blocks_.empty() && blocks_.back().capacity - blocks_.back().end >= bytes) return;
  blocks_.push_back(take_block(bytes));
}

OutputQueue::Block OutputQueue::take_block(std::size_t bytes) {
  const std::size_t capacity = std::max(bytes, kBlockBytesMin);
  const auto fitting =
      std::ranges::find_if(spare_, [&](const Block& block) { return block.capacity >= capacity; });
  if (bytes <= kBlockBytesMin || fitting == spare_.end()) {
    return {std::make_unique_for_overwrite<std::byte[]>(capacity), capacity, 0, 0};
  }
  Block block = std::move(*fitting);
  spare_.erase(fitting);
  return block;
}

void OutputQueue::retire_front() {
  Block block = std::move(blocks_.front());
  blocks_.pop_front();
  if (block.capacity > kBlockBytesMin && spare_.size() < kSpareBlocksBusy) {
    block.begin = 0;
    block.end = 0;
    spare_.push_back(std::move(block));
  }
  if (size_ == 0 && spare_.size() > kSpareBlocksIdle) {
    spare_.erase(spare_.begin() + kSpareBlocksIdle, spare_.end());
  }
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
  while (blocks_.front().begin == blocks_.front().end) retire_front();
  blocks_.front().begin += count;
  size_ -= count;
  if (blocks_.front().begin == blocks_.front().end) retire_front();
}

}  // namespace lansync
