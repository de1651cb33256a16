// What an inviter hands to a device that knows the code.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/sync/membership.h"

namespace lansync {

// The share's founding record and its membership log, up to the op that adds the new device.
struct Grant {
  SignedRecord genesis;
  std::vector<SignedRecord> ops;

  friend bool operator==(const Grant&, const Grant&) = default;
};

Bytes encode(const Grant& grant);
// Errors: truncated, malformed, limit_exceeded. Signatures are for Membership to check.
Result<Grant> decode_grant(ByteView bytes);

// What a device says of itself when it pairs: the name that a person gave it.
Bytes encode_pairing_name(const std::string& name);
// Errors: as above; malformed if it is empty.
Result<std::string> decode_pairing_name(ByteView bytes);

}  // namespace lansync
