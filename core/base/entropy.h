// Where unpredictable bytes come from.
#pragma once

#include <cstddef>
#include <span>

namespace lansync {

// The core draws no random numbers of its own: whoever constructs it passes this in. The real one
// is SystemEntropy (core/os); tests pass known bytes, so that public test vectors and simulations
// come out the same each time.
class Entropy {
 public:
  Entropy() = default;
  Entropy(const Entropy&) = delete;
  Entropy& operator=(const Entropy&) = delete;
  virtual ~Entropy() = default;

  // Fills all of `bytes`; cannot fail. Good enough for keys.
  virtual void fill(std::span<std::byte> bytes) = 0;
};

}  // namespace lansync
