#include "core/chunk/chunker.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/base/limits.h"

namespace lansync {
namespace {

// How far back the gear hash sees: its 64 bits move by one with each byte.
constexpr std::size_t kWindowBytes = 64;

// One random number for each value of a byte: SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014) from the seed "lansync!". Part of the format:
// with other numbers, equal files would be cut differently.
constexpr std::array<std::uint64_t, 256> make_gear_table() {
  std::array<std::uint64_t, 256> table{};
  std::uint64_t state = 0x6c616e73796e6321;
  for (std::uint64_t& entry : table) {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    entry = mixed ^ (mixed >> 31);
  }
  return table;
}

constexpr std::array<std::uint64_t, 256> kGear = make_gear_table();

// The high bits, which all 64 bytes of the window have reached; as many as make one position in
// `average` a cut.
constexpr std::uint64_t mask_for(std::size_t average) {
  const int bits = std::countr_zero(average);
  return ~std::uint64_t{0} << (64 - bits);
}

}  // namespace

std::size_t chunk_bytes_average(ChunkClass chunk_class) {
  return std::size_t{64 << 10} << (2 * static_cast<unsigned>(chunk_class));
}

ChunkClass chunk_class_for(std::uint64_t size) {
  if (size <= std::uint64_t{64} << 20) return ChunkClass::kib64;
  if (size <= std::uint64_t{1} << 30) return ChunkClass::kib256;
  if (size <= std::uint64_t{16} << 30) return ChunkClass::mib1;
  return ChunkClass::mib4;
}

ChunkClass chunk_class_for(std::uint64_t size, ChunkClass previous, std::uint64_t previous_size) {
  const bool changed_fourfold = size / 4 >= previous_size || previous_size / 4 >= size;
  // Small steps must not add up: no class beyond fourfold of its own borders either.
  const bool fits = chunk_class_for(size / 4) <= previous &&
                    previous <= chunk_class_for(std::min(size, limits::kFileBytesMax) * 4);
  return !changed_fourfold && fits ? previous : chunk_class_for(size);
}

Chunker::Chunker(ChunkClass chunk_class)
    : min_(chunk_bytes_average(chunk_class) / 4),
      max_(chunk_bytes_average(chunk_class) * 4),
      mask_(mask_for(chunk_bytes_average(chunk_class))) {}

std::optional<std::size_t> Chunker::next(ByteView bytes) {
  // No cut can come before min_, so only the window before it is looked at.
  std::size_t at = 0;
  if (length_ < min_ - kWindowBytes) at = std::min(bytes.size(), min_ - kWindowBytes - length_);

  // Through a local, or the compiler must reload and store the member for each byte.
  std::uint64_t gear = gear_;
  if (length_ + at < min_ - 1) {
    const std::size_t end = std::min(bytes.size(), min_ - 1 - length_);
    for (; at < end; ++at) gear = (gear << 1) + kGear[std::to_integer<std::size_t>(bytes[at])];
  }

  const std::size_t end = std::min(bytes.size(), max_ - length_);
  const std::uint64_t mask = mask_;
  const std::byte* const data = bytes.data();
  bool cut = false;
  while (at < end && !cut) {
    gear = (gear << 1) + kGear[std::to_integer<std::size_t>(data[at++])];
    cut = (gear & mask) == 0;
  }

  if (!cut && length_ + at < max_) {
    gear_ = gear;
    length_ += at;
    return std::nullopt;
  }
  gear_ = 0;
  length_ = 0;
  return at;
}

}  // namespace lansync
