// Times as other programs read them, and as people do.
#pragma once

#include <chrono>
#include <string>

namespace lansync::cli {

// "2026-03-14T15:02:00Z": UTC, whole seconds.
std::string rfc3339(std::chrono::system_clock::time_point time);

// The same moment by this computer's clock and calendar: "2026-03-14 16:02:00". A text that is not
// as rfc3339() writes it comes back as it is.
std::string local_time(const std::string& rfc3339_text);

}  // namespace lansync::cli
