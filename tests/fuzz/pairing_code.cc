// A code as somebody types it: what is accepted is the code that its own text says.
#include "core/crypto/pairing_code.h"

#include "core/base/assert.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const std::string_view text = as_text(FuzzInput(data, size).take_rest());
  const auto code = PairingCode::parse(text);
  if (!code) return 0;
  LANSYNC_ASSERT(text.size() <= PairingCode::kTextBytesMax);
  const auto again = PairingCode::parse(code->text());
  LANSYNC_ASSERT(again && *again == *code);
  return 0;
}
