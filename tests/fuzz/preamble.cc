// What anybody can send first to a port that listens, and the refusal that may come back.
#include "core/wire/preamble.h"

#include "core/base/assert.h"
#include "tests/fuzz/fuzz_input.h"

namespace lansync {
namespace {

// Byte by byte, as it may arrive: what was given up is never a preamble.
bool hopeful_throughout(ByteView bytes) {
  bool hopeful = true;
  for (std::size_t count = 0; count <= bytes.size(); ++count) {
    const bool now = may_start_preamble(bytes.first(count));
    LANSYNC_ASSERT(hopeful || !now);
    hopeful = now;
  }
  return hopeful;
}

void check_preamble(ByteView bytes) {
  const bool hopeful = hopeful_throughout(bytes);
  if (bytes.size() != kPreambleBytes) return;
  const auto preamble = decode_preamble(bytes);
  if (preamble) {
    LANSYNC_ASSERT(hopeful);
    LANSYNC_ASSERT(std::ranges::equal(encode(*preamble), bytes));
    LANSYNC_ASSERT(handshake_prologue(bytes).size() > kPreambleBytes);
    return;
  }
  LANSYNC_ASSERT(hopeful || preamble.error().code == make_error_code(Errc::malformed));
  if (preamble.error().code != make_error_code(Errc::unsupported)) return;
  const auto refusal = encode(refusal_of(bytes));
  LANSYNC_ASSERT(decode_refusal(refusal.back()).value() == refusal_of(bytes));
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  FuzzInput input(data, size);
  check_preamble(input.take(kPreambleBytes));
  for (const std::byte code : input.take_rest()) {
    const auto refusal = decode_refusal(code);
    LANSYNC_ASSERT(!refusal || encode(*refusal).back() == code);
  }
  return 0;
}
