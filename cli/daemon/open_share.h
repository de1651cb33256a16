// From a registered folder to something that can be hosted.
#pragma once

#include <memory>

#include "cli/daemon/share_registry.h"
#include "cli/failure.h"
#include "core/base/entropy.h"
#include "core/crypto/identity.h"
#include "core/os/share_root.h"
#include "transport/share_host.h"

namespace lansync::cli {

struct OpenedShare {
  std::shared_ptr<ShareRoot> root;  // Also in `parts`, as the file system.
  bool index_was_copied = false;
  ShareHost::Parts parts;
};

// Opens folder and index and reads the membership. With `fresh` the folder is made the share's
// first.
//
// The index is STATE/<share id>/index.db. If there is none (a new share, or one that was lost), or
// if it is a copy (it was put back from a backup), a new incarnation of this device's log begins
// with it. Failures name the file or folder and what to do; none of them has touched a user's file.
Outcome<OpenedShare> open_share(const RegisteredShare& share,
                                const std::filesystem::path& state_dir, bool fresh,
                                const DeviceKeys& keys, const std::string& device_name,
                                Entropy& entropy);

std::filesystem::path index_file(const std::filesystem::path& state_dir, const ShareId& share);

}  // namespace lansync::cli
