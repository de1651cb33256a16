#include "core/os/system_entropy.h"

#include <sodium.h>

#include "core/base/assert.h"

namespace lansync {

SystemEntropy::SystemEntropy() {
  // Harmless when repeated; fails only where the system has no source of randomness at all.
  LANSYNC_ASSERT(sodium_init() >= 0);
}

void SystemEntropy::fill(std::span<std::byte> bytes) {
  if (!bytes.empty()) randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace lansync
