// Protobuf by hand, with what no encoder would write.
#pragma once

#include <string_view>

#include "core/base/byte_io.h"
#include "core/base/bytes.h"

namespace lansync::test {

// Protobuf's wire types.
inline constexpr std::uint64_t kVarint = 0;
inline constexpr std::uint64_t kSized = 2;
inline constexpr std::uint64_t kGroup = 3;
inline constexpr std::uint64_t kGroupEnd = 4;

// The fields of a message, one after the other.
class Crafted {
 public:
  Crafted& number(std::uint64_t field, std::uint64_t value) {
    writer_.varint(field << 3 | kVarint);
    writer_.varint(value);
    return *this;
  }
  Crafted& bytes(std::uint64_t field, ByteView value) {
    writer_.varint(field << 3 | kSized);
    writer_.sized(value);
    return *this;
  }
  Crafted& bytes(std::uint64_t field, const Crafted& value) { return bytes(field, value.bytes()); }
  Crafted& raw(ByteView value) {
    writer_.raw(value);
    return *this;
  }
  Crafted& raw_hex(std::string_view hex) { return raw(from_hex(hex).value()); }
  // Groups of a field that nobody knows, one inside the other.
  Crafted& groups(std::size_t depth) {
    for (std::size_t i = 0; i < depth; ++i) writer_.varint(std::uint64_t{99} << 3 | kGroup);
    for (std::size_t i = 0; i < depth; ++i) {
      writer_.varint(std::uint64_t{99} << 3 | kGroupEnd);
    }
    return *this;
  }
  [[nodiscard]] const Bytes& bytes() const { return writer_.bytes(); }

 private:
  ByteWriter writer_;
};

}  // namespace lansync::test
