// The operating system's random numbers.
#pragma once

#include "core/base/entropy.h"

namespace lansync {

// Entropy from getrandom(2), through libsodium. Any number of them may be used from any thread.
class SystemEntropy final : public Entropy {
 public:
  SystemEntropy();

  void fill(std::span<std::byte> bytes) override;
};

}  // namespace lansync
