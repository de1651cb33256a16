// The configuration file: what is accepted can be used.
#include "cli/config.h"

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const std::string_view text = as_text(FuzzInput(data, size).take_rest());
  const auto config = cli::parse_config(text, "config.toml");
  if (!config) {
    LANSYNC_ASSERT(!config.error().message.empty());
    return 0;
  }
  LANSYNC_ASSERT(config->device_name.size() <= limits::kDisplayNameBytesMax);
  LANSYNC_ASSERT(config->device_name.empty() || cli::check_device_name(config->device_name));
  LANSYNC_ASSERT(cli::parse_host_port(cli::to_string(config->listen)) == config->listen);
  return 0;
}
