// A pairing message from anybody: one encoding, and within the limits.
#include "core/crypto/pairing_message.h"

#include "core/base/assert.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const ByteView bytes = FuzzInput(data, size).take_rest();
  const auto message = decode_pairing_message(bytes);
  if (message) LANSYNC_ASSERT(std::ranges::equal(encode(*message), bytes));
  return 0;
}
