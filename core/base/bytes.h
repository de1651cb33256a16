// Bytes in memory, and their way to and from text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lansync {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }
inline void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

// Big-endian integers, the order of everything lansync writes that protobuf does not.
template <class T>
void append_be(Bytes& to, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    to.push_back(static_cast<std::byte>((static_cast<std::uint64_t>(value) >> shift) & 0xff));
  }
}
// Requires bytes.size() >= sizeof(T).
template <class T>
T load_be(ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = (value << 8) | std::to_integer<std::uint64_t>(bytes[i]);
  }
  return static_cast<T>(value);
}

std::string to_hex(ByteView bytes);
// Lower or upper case; nothing if the text is not an even number of hex digits.
std::optional<Bytes> from_hex(std::string_view text);

// RFC 4648 base32 in lower case, without padding: what a person can read aloud.
std::string to_base32(ByteView bytes);

}  // namespace lansync
