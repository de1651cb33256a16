// Bytes that look random and are the same in every run and on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace lansync::test {

// SplitMix64 from `seed`, eight bytes at a time, little-endian.
inline Bytes random_bytes(std::uint64_t seed, std::size_t size) {
  Bytes bytes(size);
  std::uint64_t mixed = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (i % 8 == 0) {
      seed += 0x9e3779b97f4a7c15;
      mixed = seed;
      mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
      mixed ^= mixed >> 31;
    }
    bytes[i] = static_cast<std::byte>(mixed >> (8 * (i % 8)) & 0xff);
  }
  return bytes;
}

}  // namespace lansync::test
