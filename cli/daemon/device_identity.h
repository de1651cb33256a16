// The device's keys on disk.
#pragma once

#include "cli/failure.h"
#include "cli/paths.h"
#include "core/base/entropy.h"
#include "core/crypto/identity.h"

namespace lansync::cli {

// Reads the key file, or makes one (0600) if there is none. A file that is readable by others, is a
// link, belongs to somebody else or was damaged is a failure naming it: going on with new keys
// would make this device a stranger to its own shares.
Outcome<DeviceKeys> load_device_keys(const Paths& paths, uid_t uid, Entropy& entropy);

}  // namespace lansync::cli
