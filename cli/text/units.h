// Numbers as people read and write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lansync::cli {

// "0 B", "999 B", "1.2 kB", "34 MB", "5.2 GB": powers of 1000, as disks and networks are sold.
std::string format_bytes(std::uint64_t bytes);
// With thousands apart: "12,345".
std::string format_count(std::uint64_t count);
// "1 file", "12,345 files".
std::string format_files(std::uint64_t files);
// "0:07", "12:03", "3:04:05"; "over a day" above that.
std::string format_duration(std::chrono::seconds duration);

// "90s", "10m", "2h", "1h30m", "1d"; a bare number is seconds. Nothing if the text is none of these
// or more than a year.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace lansync::cli
