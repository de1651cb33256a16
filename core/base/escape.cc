#include "core/base/escape.h"

namespace lansync {

std::string escape_for_display(std::string_view text) { return std::string(text); }

}  // namespace lansync
