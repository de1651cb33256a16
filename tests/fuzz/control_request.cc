// A line on the control socket: what is accepted, the client could have sent.
#include "cli/control/request.h"
#include "core/base/assert.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const auto request = cli::parse_request(as_text(FuzzInput(data, size).take_rest()));
  if (!request) return 0;
  const auto again = cli::parse_request(cli::request_line(*request));
  LANSYNC_ASSERT(again && *again == *request);
  return 0;
}
