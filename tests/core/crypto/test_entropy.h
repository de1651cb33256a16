// Entropy that is the same in every run.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "core/base/bytes.h"
#include "core/base/entropy.h"
#include "tests/support/seeded_entropy.h"

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

}  // namespace lansync::test
