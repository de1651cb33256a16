// Times as other programs read them.
#pragma once

#include <chrono>
#include <string>

namespace lansync::cli {

// "2026-03-14T15:02:00Z": UTC, whole seconds.
std::string rfc3339(std::chrono::system_clock::time_point time);

}  // namespace lansync::cli
