#include "core/base/ids.h"

namespace lansync {

std::string short_name(const DeviceId& device) {
  const std::string digits = to_base32(device.view()).substr(0, 20);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    if (i != 0) text += '-';
    text += digits.substr(i, 4);
  }
  return text;
}

}  // namespace lansync
