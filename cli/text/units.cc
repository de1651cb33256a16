#include "cli/text/units.h"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/core.h>

namespace lansync::cli {
namespace {

constexpr std::array<std::pair<char, std::int64_t>, 4> kDurationUnits = {
    {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
constexpr std::chrono::hours kDurationMax{365 * 24};

}  // namespace

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  // 999.5 would be shown as 1000.
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, kUnits.at(unit));
}

std::string format_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string format_files(std::uint64_t files) {
  return format_count(files) + (files == 1 ? " file" : " files");
}

std::string format_duration(std::chrono::seconds duration) {
  const auto seconds = duration.count();
  if (seconds > 86400) return "over a day";
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::chrono::seconds total{0};
  std::size_t next_unit = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    if (text.empty() && next_unit == 0)
      return std::chrono::seconds(number) <= kDurationMax
                 ? std::optional(std::chrono::seconds(number))
                 : std::nullopt;
    // Units go down: "1h30m" and never "30m1h".
    while (next_unit < kDurationUnits.size() &&
           (text.empty() || kDurationUnits.at(next_unit).first != text.front())) {
      ++next_unit;
    }
    if (next_unit == kDurationUnits.size()) return std::nullopt;
    total += std::chrono::seconds(number * kDurationUnits.at(next_unit).second);
    if (total > kDurationMax) return std::nullopt;
    ++next_unit;
    text.remove_prefix(1);
  }
  return total;
}

}  // namespace lansync::cli
