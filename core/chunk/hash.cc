#include "core/chunk/hash.h"

#include <new>
#include <type_traits>

#include <blake3.h>

namespace lansync {
namespace {

// A copy of the bytes is a copy of the hasher.
static_assert(std::is_trivially_copyable_v<blake3_hasher>);

static_assert(alignof(blake3_hasher) <= 8);

const blake3_hasher* hasher_in(const void* state) {
  return std::launder(static_cast<const blake3_hasher*>(state));
}
blake3_hasher* hasher_in(void* state) { return std::launder(static_cast<blake3_hasher*>(state)); }

}  // namespace

Hasher::Hasher(std::string_view domain) {
  static_assert(sizeof(state_) == sizeof(blake3_hasher));
  auto* hasher = new (state_.data()) blake3_hasher;
  if (domain.empty()) {
    blake3_hasher_init(hasher);
  } else {
    blake3_hasher_init_derive_key_raw(hasher, domain.data(), domain.size());
  }
}

Hasher& Hasher::update(ByteView bytes) {
  if (!bytes.empty()) blake3_hasher_update(hasher_in(state_.data()), bytes.data(), bytes.size());
  return *this;
}

std::array<std::byte, 32> Hasher::finish() const {
  std::array<std::byte, 32> digest;
  blake3_hasher_finalize(hasher_in(state_.data()), reinterpret_cast<std::uint8_t*>(digest.data()),
                         digest.size());
  return digest;
}

std::array<std::byte, 32> hash_of(ByteView bytes, std::string_view domain) {
  return Hasher(domain).update(bytes).finish();
}

ChunkHash chunk_hash(ByteView bytes) { return {hash_of(bytes)}; }

}  // namespace lansync
