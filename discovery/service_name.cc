#include "discovery/service_name.h"

#include <algorithm>

#include "core/base/assert.h"
#include "discovery/txt_record.h"

namespace lansync {
namespace {

constexpr std::string_view kPrefix = "lansync-";
constexpr std::size_t kTagDigits = 8;
constexpr std::size_t kSuffixDigitsMax = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string instance_name(const std::string& device_tag) {
  LANSYNC_ASSERT(is_device_tag(device_tag));
  return std::string(kPrefix) + device_tag.substr(0, kTagDigits);
}

bool is_instance_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  if (name.size() < kTagDigits || !std::ranges::all_of(name.substr(0, kTagDigits), is_hex)) {
    return false;
  }
  name.remove_prefix(kTagDigits);
  if (name.empty()) return true;
  if (!name.starts_with(" #")) return false;
  name.remove_prefix(2);
  return !name.empty() && name.size() <= kSuffixDigitsMax && std::ranges::all_of(name, is_digit);
}

}  // namespace lansync
