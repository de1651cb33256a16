// How much room text takes on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace lansync::cli {

// In columns; wide characters take two, combining ones none. Requires text that
// escape_for_display() has been over.
std::size_t display_width(std::string_view text);

// Cut to at most `columns`, the last of them "…" if something was cut.
std::string cut_to_width(std::string_view text, std::size_t columns);
// Its middle cut out, for paths: both ends tell more.
std::string cut_middle(std::string_view text, std::size_t columns);

// With spaces up to `columns`; longer text stays as it is.
std::string padded(std::string_view text, std::size_t columns);

}  // namespace lansync::cli
