// Addresses: as a person writes them, and as anybody on the network announces them.
#include "cli/host_port.h"
#include "core/base/assert.h"
#include "discovery/peer_address.h"
#include "discovery/service_name.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const std::string text(as_text(FuzzInput(data, size).take_rest()));
  if (const auto address = cli::parse_host_port(text)) {
    LANSYNC_ASSERT(!address->host.empty() && address->host.size() <= text.size());
    LANSYNC_ASSERT(address->host.find('\0') == std::string::npos);
    const auto again = cli::parse_host_port(cli::to_string(*address));
    LANSYNC_ASSERT(again && *again == *address);
  }
  if (worth_dialling({text, 22727})) {
    LANSYNC_ASSERT(text.find('\0') == std::string::npos);
    LANSYNC_ASSERT(!worth_dialling({text, 0}));
  }
  if (is_instance_name(text)) {
    LANSYNC_ASSERT(text.starts_with("lansync-") && text.size() <= 63);
  }
  return 0;
}
