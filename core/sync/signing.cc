#include "core/sync/signing.h"

#include "core/crypto/identity.h"

namespace lansync {

bool verified(const DeviceId& device, std::string_view context, ByteView body, ByteView signature) {
  const auto fixed = Signature::from(signature);
  return fixed && verify(device, context, body, *fixed);
}

}  // namespace lansync
