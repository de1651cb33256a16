// Reading and writing of the few formats that lansync signs or stores byte for byte.
//
// Integers are LEB128 varints in their only shortest form, byte strings are prefixed by their
// length: one value has exactly one encoding, so bytes that decode also re-encode to themselves.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace lansync {

class ByteWriter {
 public:
  void varint(std::uint64_t value);
  // Zigzag, so that small negatives are short.
  void signed_varint(std::int64_t value);
  void raw(ByteView bytes) { append(bytes_, bytes); }
  void sized(ByteView bytes);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  Bytes take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

// Reads what ByteWriter wrote. The first failure sticks: later reads give zeros and nothing, and
// finish() reports it; so a decoder reads straight through and checks once.
//
// Views returned point into the input.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  std::uint64_t varint();
  // Fails with limit_exceeded above `max`.
  std::uint64_t varint_up_to(std::uint64_t max);
  std::int64_t signed_varint();
  ByteView raw(std::size_t count);
  // A byte string of at most `max` bytes.
  ByteView sized(std::size_t max);
  template <class IdType>
  IdType id() {
    const auto value = IdType::from(raw(IdType::kBytes));
    return value.value_or(IdType{});
  }

  void fail(Errc errc);
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] ByteView rest() const { return rest_; }

  // Success if everything was read and nothing is left. `what` names the thing in the error.
  Result<void> finish(const char* what) const;

 private:
  ByteView rest_;
  bool failed_ = false;
  Errc errc_ = Errc::malformed;
};

}  // namespace lansync
