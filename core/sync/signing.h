// Signatures as the sync layer stores and checks them.
#pragma once

#include <functional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace lansync {

// Signs `body` with this device's key under a context string: crypto/identity's sign(), bound to a
// key.
using Sign = std::function<Bytes(std::string_view context, ByteView body)>;

// Whether `signature` is the device's over `body` in that context. False for any length but 64.
bool verified(const DeviceId& device, std::string_view context, ByteView body, ByteView signature);

}  // namespace lansync
