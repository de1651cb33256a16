// Our bytes as the C libraries want them. For the source files of this folder only.
#pragma once

#include <span>

#include "core/base/bytes.h"

namespace lansync {

inline const unsigned char* octets(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* octets_out(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace lansync
