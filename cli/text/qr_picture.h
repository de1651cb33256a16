// A QR code drawn with characters.
#pragma once

#include <string>
#include <string_view>

namespace lansync::cli {

enum class QrInk {
  black_on_white,  // colours set explicitly: right on every background
  none,            // for NO_COLOR: light modules drawn, right where the background is dark
};

// Two modules a character, with the quiet zone that scanners need (ISO/IEC 18004, 4 modules). One
// line feed after each line. Empty if the text does not fit into a code.
std::string qr_picture(std::string_view text, QrInk ink);

}  // namespace lansync::cli
