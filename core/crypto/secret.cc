#include "core/crypto/secret.h"

#include <sodium.h>

namespace lansync {

void wipe(std::span<std::byte> bytes) noexcept {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

bool equal_in_constant_time(ByteView left, ByteView right) noexcept {
  if (left.size() != right.size()) return false;
  return left.empty() || sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace lansync
