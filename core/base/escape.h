// Names from other devices and other programs, made safe to show.
#pragma once

#include <string>
#include <string_view>

namespace lansync {

// `text` with everything replaced that could move a cursor, start an escape sequence, reverse the
// reading direction or break a line: C0, DEL and C1 controls, U+2028/2029, bidirectional and other
// format characters (category Cf), private use and unassigned code points become `\u{202E}`, bytes
// that are not UTF-8 become `\xFF`, a backslash becomes `\\`. The result is valid UTF-8, one line,
// at most 4 kB (cut with "…").
//
// Every name that did not come from this device's own user goes through here on its way to a
// terminal or a log.
std::string escape_for_display(std::string_view text);

}  // namespace lansync
