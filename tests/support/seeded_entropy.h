// Randomness that repeats.
#pragma once

#include <random>

#include "core/base/entropy.h"

namespace lansync::test {

class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : random_(seed) {}

  void fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random_() & 0xff);
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace lansync::test
