// Entropy that is the same in every run.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "core/base/bytes.h"
#include "core/base/entropy.h"
#include "tests/support/random_bytes.h"

namespace lansync::test {

// Gives out known bytes: what a public vector prescribes. Throws when they run out.
class ScriptedEntropy final : public Entropy {
 public:
  explicit ScriptedEntropy(Bytes script) : script_(std::move(script)) {}

  void fill(std::span<std::byte> bytes) override {
    if (script_.size() - used_ < bytes.size()) throw std::logic_error("the script is too short");
    std::copy_n(script_.begin() + static_cast<std::ptrdiff_t>(used_), bytes.size(), bytes.begin());
    used_ += bytes.size();
  }

 private:
  Bytes script_;
  std::size_t used_ = 0;
};

// Different bytes at each call, determined by the seed.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : seed_(seed * 1'000'003) {}

  void fill(std::span<std::byte> bytes) override {
    const Bytes random = random_bytes(seed_++ * 0x2545f4914f6cdd1d, bytes.size());
    std::copy(random.begin(), random.end(), bytes.begin());
  }

 private:
  std::uint64_t seed_;
};

}  // namespace lansync::test
