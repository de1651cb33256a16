#include "discovery/txt_record.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "core/base/assert.h"
#include "discovery/limits.h"

namespace lansync {
namespace {

constexpr std::uint32_t kInvitationOpenBit = 1;

// Not std::tolower: a locale has no say in a protocol.
std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<std::uint32_t> parse_decimal(std::string_view text) {
  std::uint32_t value = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

using Pairs = std::map<std::string, std::string, std::less<>>;

Result<Pairs> split(const std::vector<std::string>& entries) {
  if (entries.size() > discovery_limits::kTxtEntriesMax) {
    return Error{Errc::limit_exceeded, "TXT entries"};
  }
  std::size_t bytes = 0;
  for (const std::string& entry : entries) bytes += entry.size() + 1;  // Each has a length byte.
  if (bytes > discovery_limits::kTxtBytesMax) return Error{Errc::limit_exceeded, "TXT bytes"};

  Pairs pairs;
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos) continue;
    pairs.emplace(lower(std::string_view(entry).substr(0, equals)), entry.substr(equals + 1));
  }
  return pairs;
}

std::optional<std::string> value_of(const Pairs& pairs, std::string_view key) {
  const auto found = pairs.find(key);
  return found == pairs.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

bool is_device_tag(const std::string& text) {
  return text.size() == discovery_limits::kDeviceTagDigits && is_lower_hex(text);
}

bool is_boot_nonce(const std::string& text) {
  return !text.empty() && text.size() <= discovery_limits::kBootNonceDigitsMax &&
         is_lower_hex(text);
}

std::vector<std::string> encode_txt(const TxtRecord& record) {
  LANSYNC_ASSERT(is_device_tag(record.device_tag));
  LANSYNC_ASSERT(record.boot_nonce.empty() || is_boot_nonce(record.boot_nonce));
  LANSYNC_ASSERT(record.version >= 1 && record.version <= discovery_limits::kVersionMax);

  std::vector<std::string> entries;
  entries.push_back("v=" + std::to_string(record.version));
  entries.push_back("id=" + record.device_tag);
  if (!record.boot_nonce.empty()) entries.push_back("b=" + record.boot_nonce);
  entries.push_back("f=" + std::to_string(record.invitation_open ? kInvitationOpenBit : 0));
  return entries;
}

Result<TxtRecord> parse_txt(const std::vector<std::string>& entries) {
  const Result<Pairs> pairs = split(entries);
  if (!pairs) return pairs.error();
  TxtRecord record;

  const auto version = parse_decimal(value_of(*pairs, "v").value_or(""));
  if (!version || *version < 1 || *version > discovery_limits::kVersionMax) {
    return Error{Errc::malformed, "TXT key v"};
  }
  record.version = *version;

  record.device_tag = lower(value_of(*pairs, "id").value_or(""));
  if (!is_device_tag(record.device_tag)) return Error{Errc::malformed, "TXT key id"};

  record.boot_nonce = lower(value_of(*pairs, "b").value_or(""));
  if (!record.boot_nonce.empty() && !is_boot_nonce(record.boot_nonce)) {
    return Error{Errc::malformed, "TXT key b"};
  }

  const auto features = parse_decimal(value_of(*pairs, "f").value_or("0"));
  if (!features) return Error{Errc::malformed, "TXT key f"};
  record.invitation_open = (*features & kInvitationOpenBit) != 0;
  return record;
}

}  // namespace lansync
