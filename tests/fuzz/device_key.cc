// The device's key file: what is accepted is what was written.
#include "core/base/assert.h"
#include "core/crypto/identity.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const ByteView bytes = FuzzInput(data, size).take_rest();
  if (const auto keys = DeviceKeys::decode(bytes)) {
    LANSYNC_ASSERT(std::ranges::equal(keys->encode().view(), bytes));
  }
  if (const auto certificate = decode_device_certificate(bytes)) {
    LANSYNC_ASSERT(std::ranges::equal(encode(*certificate), bytes));
  }
  return 0;
}
