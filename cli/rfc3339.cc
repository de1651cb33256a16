#include "cli/rfc3339.h"

#include <array>
#include <ctime>

namespace lansync::cli {
namespace {

constexpr const char* kRfc3339 = "%Y-%m-%dT%H:%M:%SZ";

std::string formatted(const char* format, const std::tm& parts) {
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), format, &parts);
  return text.data();
}

}  // namespace

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return formatted(kRfc3339, parts);
}

std::string local_time(const std::string& rfc3339_text) {
  std::tm parts{};
  const char* end = strptime(rfc3339_text.c_str(), kRfc3339, &parts);
  if (end == nullptr || *end != '\0') return rfc3339_text;
  const std::time_t seconds = timegm(&parts);
  localtime_r(&seconds, &parts);
  return formatted("%Y-%m-%d %H:%M:%S", parts);
}

}  // namespace lansync::cli
