// Our bytes as the C libraries want them. For the source files of this folder only.
#pragma once

#include <span>

#include "core/base/bytes.h"

namespace lansync {

// libsodium declares that its pointers are never null, not even for no bytes at all, and an empty
// span's may be. Never read nor written.
inline constexpr unsigned char kNoOctets[1]{};

inline const unsigned char* octets(ByteView bytes) {
  if (bytes.empty()) return kNoOctets;
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* octets_out(std::span<std::byte> bytes) {
  if (bytes.empty()) return const_cast<unsigned char*>(kNoOctets);
  return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace lansync
