// Which folders are shares, and where other devices were met.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/failure.h"
#include "core/base/ids.h"
#include "core/sync/membership.h"
#include "transport/node.h"

namespace lansync::cli {

struct RegisteredShare {
  ShareId id;
  std::filesystem::path path;
  SignedRecord genesis;
  // The membership log as far as it was known. The index has it too; if that is lost, these are
  // what lets the device find the others again.
  std::vector<SignedRecord> ops;
};

// What the daemon knows from one run to the next besides the shares' indexes: STATE/node.json,
// replaced as a whole and durably with each change.
//
// A value; save() it where it was loaded from.
struct ShareRegistry {
  std::map<ShareId, RegisteredShare> shares;
  std::vector<GivenAddress> given;
  std::map<DeviceId, std::vector<SightedAddress>> remembered;

  // Empty if there is no such file. A damaged one is a failure naming it.
  static Outcome<ShareRegistry> load(const std::filesystem::path& file);
  Outcome<void> save(const std::filesystem::path& file) const;
};

}  // namespace lansync::cli
