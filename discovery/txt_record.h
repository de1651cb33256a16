// The TXT record of a lansync service (RFC 6763, section 6).
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace lansync {

// Keys on the air:
//   v   protocol major version, decimal, 1 to 65535
//   id  device tag, 16 hex digits
//   b   boot nonce, up to 16 hex digits; may be missing
//   f   feature bits, decimal; may be missing; bit 0: an invitation is open
// Others are ignored; `m` is reserved for a tag that the members of a share know.
struct TxtRecord {
  unsigned version = 0;
  std::string device_tag;
  std::string boot_nonce;
  bool invitation_open = false;

  friend bool operator==(const TxtRecord&, const TxtRecord&) = default;
};

// The record's strings, in the order they go on the air. Requires a sane tag and nonce.
std::vector<std::string> encode_txt(const TxtRecord& record);

// From the strings in the order of the wire. As RFC 6763 wants it, keys are compared without regard
// to case, the first of two equal keys counts, and a string without a key is skipped. Hex digits
// become lower case.
// Errors: limit_exceeded (kTxtBytesMax, kTxtEntriesMax), malformed (`v` or `id` missing, or a known
// key that does not hold what it should).
Result<TxtRecord> parse_txt(const std::vector<std::string>& entries);

// Whether this is a device tag: 16 lower-case hex digits.
[[nodiscard]] bool is_device_tag(const std::string& text);
// Whether this is a boot nonce that can be announced: 1 to 16 lower-case hex digits.
[[nodiscard]] bool is_boot_nonce(const std::string& text);

}  // namespace lansync
