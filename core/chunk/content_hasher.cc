#include "core/chunk/content_hasher.h"

#include <utility>

namespace lansync {

void ContentHasher::update(ByteView bytes) {
  while (!bytes.empty()) {
    const auto cut = chunker_.next(bytes);
    const std::size_t count = cut.value_or(bytes.size());
    add_to_chunk(bytes.first(count));
    if (cut) end_chunk();
    bytes = bytes.subspan(count);
  }
}

ChunkList ContentHasher::finish() && {
  if (length_ != 0) end_chunk();
  return std::move(list_);
}

void ContentHasher::add_to_chunk(ByteView bytes) {
  hasher_.update(bytes);
  length_ += static_cast<std::uint32_t>(bytes.size());
}

void ContentHasher::end_chunk() {
  list_.chunks.push_back({length_, {hasher_.finish()}});
  hasher_ = Hasher();
  length_ = 0;
}

}  // namespace lansync
