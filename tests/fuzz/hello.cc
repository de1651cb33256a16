// A hello: one encoding, so what is accepted encodes to the same bytes.
#include "core/wire/hello.h"

#include "core/base/assert.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const ByteView bytes = FuzzInput(data, size).take_rest();
  const auto hello = decode_hello(bytes);
  if (!hello) return 0;
  LANSYNC_ASSERT(hello->suites.size() <= kHelloSuitesMax);
  LANSYNC_ASSERT(hello->software_version.size() <= kSoftwareVersionBytesMax);
  LANSYNC_ASSERT(std::ranges::equal(encode(*hello), bytes));
  return 0;
}
