// What an inviter sends to a new member, and a device's name: one encoding each.
#include "core/sync/grant.h"

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const ByteView bytes = FuzzInput(data, size).take_rest();
  if (const auto grant = decode_grant(bytes)) {
    LANSYNC_ASSERT(std::ranges::equal(encode(*grant), bytes));
  }
  if (const auto name = decode_pairing_name(bytes)) {
    LANSYNC_ASSERT(!name->empty() && name->size() <= limits::kDisplayNameBytesMax);
    LANSYNC_ASSERT(std::ranges::equal(encode_pairing_name(*name), bytes));
  }
  return 0;
}
