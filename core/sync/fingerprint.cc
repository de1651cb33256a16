#include "core/sync/fingerprint.h"

#include <algorithm>

#include "core/base/byte_io.h"
#include "core/chunk/hash.h"

namespace lansync {
namespace {

std::array<std::byte, 32> term(const Dot& head, const RelativePath& path) {
  ByteWriter writer;
  writer.raw(head.author.device.view());
  writer.varint(head.author.incarnation);
  writer.varint(head.counter);
  writer.sized(as_bytes(path.text()));
  return hash_of(writer.bytes(), "lansync/v1/fingerprint");
}

}  // namespace

Fingerprint Fingerprint::from(ByteView bytes) {
  Fingerprint fingerprint;
  if (bytes.size() == fingerprint.bytes_.size()) {
    std::copy(bytes.begin(), bytes.end(), fingerprint.bytes_.begin());
  }
  return fingerprint;
}

void Fingerprint::add(const Dot& head, const RelativePath& path) { add(term(head, path)); }

void Fingerprint::add(const std::array<std::byte, 32>& addend) {
  unsigned carry = 0;
  for (std::size_t i = bytes_.size(); i-- > 0;) {
    carry += std::to_integer<unsigned>(bytes_[i]) + std::to_integer<unsigned>(addend[i]);
    bytes_[i] = static_cast<std::byte>(carry & 0xff);
    carry >>= 8;
  }
}

void Fingerprint::remove(const Dot& head, const RelativePath& path) {
  const auto subtrahend = term(head, path);
  unsigned borrow = 0;
  for (std::size_t i = bytes_.size(); i-- > 0;) {
    const unsigned less = std::to_integer<unsigned>(subtrahend[i]) + borrow;
    const unsigned value = std::to_integer<unsigned>(bytes_[i]);
    borrow = value < less ? 1 : 0;
    bytes_[i] = static_cast<std::byte>((value + 256 - less) & 0xff);
  }
}

}  // namespace lansync
