#include "core/base/byte_io.h"

namespace lansync {

void ByteWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<std::byte>(value));
}

void ByteWriter::signed_varint(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  varint(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::sized(ByteView bytes) {
  varint(bytes.size());
  raw(bytes);
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (failed_ || rest_.empty()) {
      fail(Errc::truncated);
      return 0;
    }
    const auto byte = std::to_integer<std::uint64_t>(rest_.front());
    rest_ = rest_.subspan(1);
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift != 0) break;  // Not the shortest form.
      return value;
    }
  }
  fail(Errc::malformed);
  return 0;
}

std::uint64_t ByteReader::varint_up_to(std::uint64_t max) {
  const std::uint64_t value = varint();
  if (value <= max) return value;
  fail(Errc::limit_exceeded);
  return 0;
}

std::int64_t ByteReader::signed_varint() {
  const std::uint64_t bits = varint();
  return static_cast<std::int64_t>(bits >> 1 ^ (bits & 1 ? ~std::uint64_t{0} : 0));
}

ByteView ByteReader::raw(std::size_t count) {
  if (failed_ || rest_.size() < count) {
    fail(Errc::truncated);
    return {};
  }
  const ByteView bytes = rest_.first(count);
  rest_ = rest_.subspan(count);
  return bytes;
}

ByteView ByteReader::sized(std::size_t max) { return raw(varint_up_to(max)); }

void ByteReader::fail(Errc errc) {
  if (failed_) return;
  failed_ = true;
  errc_ = errc;
}

Result<void> ByteReader::finish(const char* what) const {
  if (failed_) return Error{errc_, what};
  if (!rest_.empty())
    return Error{Errc::malformed, std::string(what) + ": more than was announced"};
  return {};
}

}  // namespace lansync
