#include "core/wire/record.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/base/limits.h"

namespace lansync {
namespace {

constexpr std::size_t kTypeAt = 4;
constexpr std::size_t kFlagsAt = 5;
constexpr std::size_t kStreamAt = 6;

// Below this, the allocator is as good.
constexpr std::size_t kReusedBytesMin = 128 * 1024;
constexpr std::size_t kSpareMax = 2;

template <class T>
void store_be(std::span<std::byte> to, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    to[i] = static_cast<std::byte>(value >> (8 * (sizeof(T) - 1 - i)));
  }
}

}  // namespace

std::size_t payload_bytes_max(RecordType type) {
  return is_bulk(type) ? limits::kBulkRecordBytesMax : limits::kControlRecordBytesMax;
}

std::array<std::byte, kRecordHeaderBytes> encode(const RecordHeader& header,
                                                 std::size_t payload_bytes) {
  LANSYNC_ASSERT(payload_bytes <= payload_bytes_max(header.type));
  std::array<std::byte, kRecordHeaderBytes> bytes{};
  store_be(std::span(bytes).first<4>(), static_cast<std::uint32_t>(payload_bytes));
  bytes[kTypeAt] = static_cast<std::byte>(header.type);
  bytes[kFlagsAt] = static_cast<std::byte>(header.flags);
  store_be(std::span(bytes).subspan<kStreamAt, 2>(), header.stream);
  return bytes;
}

Result<DecodedRecordHeader> decode_record_header(ByteView bytes) {
  LANSYNC_ASSERT(bytes.size() == kRecordHeaderBytes);
  DecodedRecordHeader decoded;
  decoded.header.type = static_cast<RecordType>(bytes[kTypeAt]);
  decoded.header.flags = std::to_integer<std::uint8_t>(bytes[kFlagsAt]);
  decoded.header.stream = load_be<std::uint16_t>(bytes.subspan(kStreamAt));
  decoded.payload_bytes = load_be<std::uint32_t>(bytes);
  if (decoded.header.type == RecordType{0}) return Error{Errc::malformed, "record type"};
  if ((decoded.header.flags & ~kRecordIgnorable) != 0)
    return Error{Errc::malformed, "record flags"};
  if (decoded.payload_bytes > payload_bytes_max(decoded.header.type)) {
    return Error{Errc::limit_exceeded, "record"};
  }
  return decoded;
}

std::size_t RecordAssembler::missing() const {
  return header_ ? header_->payload_bytes - payload_filled_ : kRecordHeaderBytes - header_filled_;
}

std::span<std::byte> RecordAssembler::room(std::size_t most) {
  LANSYNC_ASSERT(most > 0);
  const std::size_t count = std::min(most, missing());
  if (!header_) return std::span(header_bytes_).subspan(header_filled_, count);
  // Grown by the piece: the zeros written here are still in the cache when the piece replaces them.
  payload_.resize(payload_filled_ + count);
  return std::span(payload_).subspan(payload_filled_, count);
}

Result<std::optional<Record>> RecordAssembler::filled(std::size_t count) {
  LANSYNC_ASSERT(count <= missing());
  if (header_) {
    payload_filled_ += count;
    return take_if_complete();
  }
  header_filled_ += count;
  if (header_filled_ < kRecordHeaderBytes) return std::optional<Record>{};
  auto decoded = decode_record_header(header_bytes_);
  if (!decoded) return std::move(decoded).error();
  header_ = *decoded;
  if (header_->payload_bytes >= kReusedBytesMin && !spare_.empty()) {
    payload_ = std::move(spare_.back());
    spare_.pop_back();
  }
  payload_.reserve(header_->payload_bytes);
  return take_if_complete();
}

void RecordAssembler::reuse(Bytes payload) {
  if (payload.capacity() < kReusedBytesMin || spare_.size() == kSpareMax) return;
  payload.clear();
  spare_.push_back(std::move(payload));
}

std::optional<Record> RecordAssembler::take_if_complete() {
  if (missing() > 0) return std::nullopt;
  payload_.resize(payload_filled_);
  Record record{header_->header, std::exchange(payload_, {})};
  header_.reset();
  header_filled_ = 0;
  payload_filled_ = 0;
  return record;
}

}  // namespace lansync
