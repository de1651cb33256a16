#include "cli/json.h"

#include <nlohmann/json.hpp>

namespace lansync::cli {

Json parse_json(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string to_line(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace lansync::cli
