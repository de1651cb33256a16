// Cuts what comes from the socket into messages.
#pragma once

#include <cstddef>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace lansync {

// How long a message may be; checked as soon as its length is known.
struct FrameLimits {
  std::size_t bytes_min = 1;
  std::size_t bytes_max = 0;
};

// Reads a stream of messages, each after its length as a big-endian u16. A message that lies in the
// input in one piece is not copied; of one that does not, no more is kept than its length allows.
class FrameReader {
 public:
  explicit FrameReader(FrameLimits limits) : limits_(limits) {}

  // For the messages to come.
  void set_limits(FrameLimits limits) { limits_ = limits; }

  // Takes one message off the front of `bytes`, or all of `bytes` and gives nothing. What it
  // returns is valid until the next call and while the input is. Errors: malformed (shorter than
  // the limit), limit_exceeded; the reader is of no more use then.
  Result<std::optional<ByteView>> next(ByteView& bytes);

  // Whether the stream may end here.
  [[nodiscard]] bool between_frames() const { return partial_.empty(); }

 private:
  [[nodiscard]] Result<std::size_t> frame_bytes(ByteView start) const;
  void take(ByteView& bytes, std::size_t wanted);

  FrameLimits limits_;
  // The beginning of a message, its length included.
  Bytes partial_;
  // What was returned last, if it was put together here.
  Bytes whole_;
};

}  // namespace lansync
