// One number for a share's whole logical state.
#pragma once

#include <array>
#include <cstddef>

#include "core/base/bytes.h"
#include "core/index/change.h"

namespace lansync {

// The sum, modulo 2^256, of a hash of every head. Two devices whose heads are equal have equal
// fingerprints, and it follows a change without a look at the rest.
//
// A sum and not an exclusive or: with XOR, colliding sets are found by linear algebra.
class Fingerprint {
 public:
  Fingerprint() = default;
  static Fingerprint from(ByteView bytes);  // Zero unless there are 32.

  void add(const Dot& head, const RelativePath& path);
  void remove(const Dot& head, const RelativePath& path);
  // That of other heads.
  void add(const Fingerprint& other) { add(other.bytes_); }

  [[nodiscard]] ByteView view() const { return bytes_; }
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;

 private:
  void add(const std::array<std::byte, 32>& addend);

  std::array<std::byte, 32> bytes_{};  // Big-endian.
};

}  // namespace lansync
