// Publishes what the scan found.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/engine/scan/intents.h"
#include "core/engine/scan/scan.h"
#include "core/engine/scan/unsynced.h"
#include "core/sync/deletion_brake.h"
#include "core/sync/replica.h"

namespace lansync {

// Turns what a scan found into changes of this device's log, and makes the index's rows agree with
// the disk, all within the index's open transaction.
//
// Files that disappear in large numbers are held back: nothing of such a batch's deletions is
// published until release() is called; what else it found is. Those that are held already count
// with those that come, so that a tree that disappears bit by bit is no different. A held deletion
// that is looked at again and found to be none (the disk was mounted after all) is forgotten.
//
// Owned by one share's engine.
class LocalEdits {
 public:
  LocalEdits(Index& index, Replica& replica, HeldDeletions& held, Intents& intents,
             const Unsynced& unsynced)
      : index_(index), replica_(replica), held_(held), intents_(intents), unsynced_(unsynced) {}

  // Adds to `touched` the paths whose heads changed, to `look_again` the directories of findings
  // that were overtaken by a change of ours. An error is the index's.
  Result<void> publish(std::vector<Found> found, WallTime now, std::set<RelativePath>& touched,
                       std::set<RelativePath>& look_again);

  // A look at the whole folder is complete; the index remembers it, for ever. An error is the
  // index's.
  Result<void> looked_through();

  // How many deletions wait for a person's word.
  [[nodiscard]] std::size_t held() const { return held_.count(); }
  // The next deletions are meant, however many: look at everything once more, as what is back by
  // then must not be deleted.
  void release() { released_ = held_.count() > 0; }

 private:
  // A path whose row must name the change that it displays, once that has its dot.
  struct Displayed {
    RelativePath path;
    std::size_t change = 0;
    // A metadata change is displayed together with what was displayed before.
    std::vector<Dot> besides;
  };
  struct Batch {
    std::vector<Change> changes;
    std::vector<Displayed> displayed;
    std::map<RelativePath, RelativePath> moves;  // Of what was moved: where it was, and is.
  };

  Result<void> settle_intents(std::vector<Found>& found, WallTime now,
                              std::set<RelativePath>& touched, std::set<RelativePath>& look_again);
  Result<bool> first_look();
  Result<bool> overtaken(const Found& found);
  [[nodiscard]] bool is_deletion(const Found& found) const;
  Result<bool> hold_if_many(std::vector<Found>& found);
  Result<void> explain_one(const Found& found, WallTime now, Batch& batch);
  Result<KnownPath> known(const Found& found);
  Result<void> finish(Batch& batch, std::set<RelativePath>& touched);
  Result<void> publish_all(const std::vector<Found>& found, WallTime now,
                           std::set<RelativePath>& touched, std::set<RelativePath>& look_again);

  std::optional<bool> first_look_;  // Once it was asked.
  Index& index_;
  Replica& replica_;
  HeldDeletions& held_;
  Intents& intents_;
  const Unsynced& unsynced_;
  bool released_ = false;
};

}  // namespace lansync
