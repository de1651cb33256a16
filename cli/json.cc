#include "cli/json.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace lansync::cli {

Json parse_json(std::string_view text) { return Json::parse(text, nullptr, false); }

std::int64_t whole_number(const Json& json, std::int64_t least, std::int64_t most) {
  const bool fits = json.is_number_unsigned()
                        ? std::in_range<std::int64_t>(json.get<std::uint64_t>())
                        : json.is_number_integer();
  const std::int64_t value = fits ? json.get<std::int64_t>() : 0;
  if (!fits || value < least || value > most) {
    throw Json::other_error::create(0, "no whole number in the range", &json);
  }
  return value;
}

std::string to_line(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace lansync::cli
