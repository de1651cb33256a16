#include "core/wire/frame_reader.h"

#include <algorithm>

namespace lansync {
namespace {

constexpr std::size_t kLengthBytes = 2;

}  // namespace

Result<std::size_t> FrameReader::frame_bytes(ByteView start) const {
  const std::size_t length = load_be<std::uint16_t>(start);
  if (length < limits_.bytes_min) return Error{Errc::malformed, "message length"};
  if (length > limits_.bytes_max) return Error{Errc::limit_exceeded, "message"};
  return kLengthBytes + length;
}

// Moves bytes over until `wanted` of the message are here, if there are as many.
void FrameReader::take(ByteView& bytes, std::size_t wanted) {
  if (partial_.size() >= wanted) return;
  const std::size_t count = std::min(wanted - partial_.size(), bytes.size());
  append(partial_, bytes.first(count));
  bytes = bytes.subspan(count);
}

Result<std::optional<ByteView>> FrameReader::next(ByteView& bytes) {
  if (partial_.empty() && bytes.size() >= kLengthBytes) {
    auto size = frame_bytes(bytes);
    if (!size) return std::move(size).error();
    if (bytes.size() >= *size) {
      const ByteView frame = bytes.subspan(kLengthBytes, *size - kLengthBytes);
      bytes = bytes.subspan(*size);
      return frame;
    }
    partial_.reserve(*size);
  }
  take(bytes, kLengthBytes);
  if (partial_.size() < kLengthBytes) return std::optional<ByteView>{};
  auto size = frame_bytes(partial_);
  if (!size) return std::move(size).error();
  take(bytes, *size);
  if (partial_.size() < *size) return std::optional<ByteView>{};
  whole_.swap(partial_);
  partial_.clear();
  return ByteView(whole_).subspan(kLengthBytes);
}

}  // namespace lansync
