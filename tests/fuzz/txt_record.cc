// The TXT record of a service on the network, one string a line.
#include "discovery/txt_record.h"

#include "core/base/assert.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  std::vector<std::string> entries;
  std::string_view text = as_text(FuzzInput(data, size).take_rest());
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    entries.emplace_back(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  const auto record = parse_txt(entries);
  if (!record) return 0;
  LANSYNC_ASSERT(record->version >= 1 && record->version <= 0xffff);
  LANSYNC_ASSERT(is_device_tag(record->device_tag));
  LANSYNC_ASSERT(record->boot_nonce.empty() || is_boot_nonce(record->boot_nonce));
  const auto again = parse_txt(encode_txt(*record));
  LANSYNC_ASSERT(again && *again == *record);
  return 0;
}
