// The one JSON type of the program: on the control socket and in the answers of --json.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace lansync::cli {

// Keys keep the order in which they were put.
using Json = nlohmann::ordered_json;

// A discarded value if the text is not JSON.
Json parse_json(std::string_view text);

// A whole number from `least` to `most`; throws Json::exception at anything else. Json::get() would
// wrap what is too large, and convert a fraction in ways that are undefined.
std::int64_t whole_number(const Json& json, std::int64_t least, std::int64_t most);

// One line of ASCII with its line feed: nothing in it can steer a terminal, and bytes that are not
// UTF-8 become U+FFFD.
std::string to_line(const Json& json);

}  // namespace lansync::cli
