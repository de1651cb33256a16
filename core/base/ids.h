// The names of things, each its own type, so that one is never passed for another.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/base/bytes.h"

namespace lansync {

// A fixed number of bytes that name something. Ordered bytewise.
template <std::size_t N, class Tag>
struct Id {
  static constexpr std::size_t kBytes = N;

  std::array<std::byte, N> bytes{};

  static std::optional<Id> from(ByteView view) {
    if (view.size() != N) return std::nullopt;
    Id id;
    std::copy(view.begin(), view.end(), id.bytes.begin());
    return id;
  }

  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }

  friend auto operator<=>(const Id&, const Id&) = default;
};

// A device: its Ed25519 public key.
using DeviceId = Id<32, struct DeviceTag>;
// A share: the hash of the signed record that founded it.
using ShareId = Id<32, struct ShareTag>;
// A file's content: its only chunk's hash, or the hash of its chunk list (docs/protocol.md).
using ContentId = Id<32, struct ContentTag>;
// A chunk: the BLAKE3 of its bytes.
using ChunkHash = Id<32, struct ChunkTag>;
// A segment of an author's log, and the link to the one before it.
using SegmentHash = Id<32, struct SegmentTag>;
// An operation in a share's membership log.
using MemberOpHash = Id<32, struct MemberOpTag>;

// A device's id as it is shown to people: the first 20 base32 digits in groups of four
// (`abcd-efgh-ijkl-mnop-qrst`). Unique in practice, not a credential.
std::string short_name(const DeviceId& device);

}  // namespace lansync

template <std::size_t N, class Tag>
struct std::hash<lansync::Id<N, Tag>> {
  // The ids are keys and hashes: any eight of their bytes are as good as random.
  std::size_t operator()(const lansync::Id<N, Tag>& id) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, id.bytes.data(), sizeof(value));
    return value;
  }
};
