// Bytes that must not outlive their use.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "core/base/bytes.h"
#include "core/base/entropy.h"

namespace lansync {

// Overwrites with zeros; the compiler does not optimise it away.
void wipe(std::span<std::byte> bytes) noexcept;

// Takes the same time wherever the first difference is. The lengths are not secret.
[[nodiscard]] bool equal_in_constant_time(ByteView left, ByteView right) noexcept;

// N secret bytes, wiped when they are destroyed or moved away. Copied only by asking (clone()), so
// that each copy is seen in the source. Compared in constant time. Never printed.
template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t kBytes = N;

  // All zeros.
  Secret() = default;
  explicit Secret(std::span<const std::byte, N> bytes) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  static Secret random(Entropy& entropy) {
    Secret secret;
    entropy.fill(secret.bytes_);
    return secret;
  }

  [[nodiscard]] Secret clone() const { return Secret(view()); }
  [[nodiscard]] std::span<const std::byte, N> view() const { return bytes_; }
  [[nodiscard]] std::span<std::byte, N> writable() { return bytes_; }

  friend bool operator==(const Secret& left, const Secret& right) {
    return equal_in_constant_time(left.bytes_, right.bytes_);
  }

 private:
  std::array<std::byte, N> bytes_{};
};

// Secret bytes whose number is only known at run time. Wiped when destroyed or assigned over.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  // A moved vector hands over its buffer: nothing stays behind.
  SecretBytes(SecretBytes&& other) noexcept = default;
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = std::move(other.bytes_);
    }
    return *this;
  }
  ~SecretBytes() { wipe(bytes_); }

  [[nodiscard]] SecretBytes clone() const { return SecretBytes(bytes_); }
  [[nodiscard]] ByteView view() const { return bytes_; }

  friend bool operator==(const SecretBytes& left, const SecretBytes& right) {
    return equal_in_constant_time(left.bytes_, right.bytes_);
  }

 private:
  Bytes bytes_;
};

}  // namespace lansync
