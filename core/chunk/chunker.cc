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

std::uint64_t roll(std::uint64_t gear, std::byte byte) {
  return (gear << 1) + kGear[std::to_integer<std::size_t>(byte)];
}

// A block is searched in several places at once: one hash waits for its own last step most of the
// time, four of them keep the processor busy. Short, because what lies behind a cut was searched in
// vain; long, because each lane but the first has to read the window before its first byte.
constexpr std::size_t kLanes = 4;
constexpr std::size_t kLaneBytes = 2048;
constexpr std::size_t kBlockBytes = kLanes * kLaneBytes;

// The first of kBlockBytes bytes behind which there is a cut; kBlockBytes if there is none. `gear`
// is the hash of what comes before them, and then of their end.
std::size_t first_cut(const std::byte* block, std::uint64_t mask, std::uint64_t& gear) {
  std::array<std::uint64_t, kLanes> lanes{gear};
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    const std::byte* const first = block + lane * kLaneBytes;
    for (const std::byte* at = first - kWindowBytes; at < first; ++at) {
      lanes[lane] = roll(lanes[lane], *at);
    }
  }
  std::size_t cut = kBlockBytes;
  auto [a, b, c, d] = lanes;
  for (std::size_t i = 0; i < kLaneBytes; ++i) {
    a = roll(a, block[i]);
    b = roll(b, block[i + kLaneBytes]);
    c = roll(c, block[i + 2 * kLaneBytes]);
    d = roll(d, block[i + 3 * kLaneBytes]);
    if ((a & mask) == 0) return i;
    if ((b & mask) == 0) [[unlikely]]
      cut = std::min(cut, i + kLaneBytes);
    if ((c & mask) == 0) [[unlikely]]
      cut = std::min(cut, i + 2 * kLaneBytes);
    if ((d & mask) == 0) [[unlikely]]
      cut = std::min(cut, i + 3 * kLaneBytes);
  }
  gear = d;
  return cut;
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
    for (; at < end; ++at) gear = roll(gear, bytes[at]);
  }

  const std::size_t end = std::min(bytes.size(), max_ - length_);
  const std::uint64_t mask = mask_;
  const std::byte* const data = bytes.data();
  bool cut = false;
  while (end - at >= kBlockBytes && !cut) {
    const std::size_t first = first_cut(data + at, mask, gear);
    cut = first < kBlockBytes;
    at += cut ? first + 1 : kBlockBytes;
  }
  while (at < end && !cut) {
    gear = roll(gear, data[at++]);
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
