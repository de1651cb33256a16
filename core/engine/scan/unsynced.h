// What the disk may not have had yet when the power failed.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "core/index/index.h"

namespace lansync {

// Programs rarely sync what they write, and what they wrote is told to others long before the
// system gets around to it. If the power fails in between, a file is gone, or as it was before,
// and nobody has removed or edited it. The index says of which age a file is that the disk may not
// have had: whose ctime is later than kSyncedAfter before the last time that anything was recorded,
// at least. A start in another boot asks for that, until it has looked through the whole folder.
//
// Costs one write into the index in a minute in which anything was recorded, and one in the minute
// after. Knows nothing where the boot id does not (os/boot_identity.h), and of an older index.
//
// Writes into the index's open transaction. Owned by one share's engine.
class Unsynced {
 public:
  // After so long everything is on the disk: Linux writes what is 30 s old, at its default, and
  // looks each 5 s; ext4, XFS and Btrfs write their journal each 5 to 30 s.
  static constexpr std::chrono::seconds kSyncedAfter{90};

  Unsynced(Index& index, std::string boot) : index_(index), boot_(std::move(boot)) {}

  // Once, before the first look. An error is the index's.
  Result<void> load(Now now);
  // Something was recorded of the folder.
  Result<void> handle_recorded(Now now);
  // A look at the whole folder is complete.
  Result<void> looked_through();
  Result<void> handle_timeout(TimePoint now);
  // The process ends in order. If that is because the machine is shut down, the system writes
  // everything before it goes; and who saves a file and shuts down, and goes on with it in the
  // morning before lansync has looked, is not to find a conflict. The price: what was written just
  // before lansync was stopped by itself, if the power fails right after.
  Result<void> handle_stop();
  [[nodiscard]] std::optional<TimePoint> next_deadline() const { return next_; }

  // Whether what the row describes may never have come to the disk.
  [[nodiscard]] bool may_be_lost(const DiskRow& row) const;

 private:
  Result<void> note(std::optional<WallTime> since);

  Index& index_;
  const std::string boot_;
  std::optional<WallTime> lost_since_;  // In another boot.
  std::optional<WallTime> noted_;       // In this one: what the index says.
  std::optional<WallTime> earliest_;    // That was recorded since next_ was set.
  std::optional<TimePoint> next_;
};

}  // namespace lansync
