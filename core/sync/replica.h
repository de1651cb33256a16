// A device's copy of a share's history: its logs and its heads.
#pragma once

#include <set>
#include <vector>

#include "core/index/index.h"
#include "core/sync/fingerprint.h"
#include "core/sync/membership.h"

namespace lansync {

// Integrates segments, its own and others', into an index, and keeps the clock and the fingerprint
// that go with it. Merging is the join of clock and heads: what a change supersedes stops being a
// head, wherever it came from and in whatever order relays deliver the logs (docs/sync.md,
// "Merge").
//
// Writes into the index's open transaction; the owner commits, and announces nothing before. After
// an error the owner rolls back and calls load() again.
//
// Invariants: the clock is causally closed; no head is superseded by anything the clock covers;
// every integrated change was signed by somebody who might.
//
// Owned by one share's engine, on its thread.
class Replica {
 public:
  // How a segment stands to what the index has of its author's log.
  enum class Place : std::uint8_t {
    known,
    next,   // It follows on what there is.
    later,  // Something between is missing.
    forks,  // Its numbers, or that of what it follows on, name other changes here.
  };

  // `index` and `membership` outlive the replica; `self` is the log that publish() writes.
  Replica(Index& index, const Membership& membership, Author self, Sign sign);

  // Reads clock and fingerprint.
  Result<void> load();

  // Integrates what another device wrote. Nothing happens, successfully, if it is known.
  // Errors: mismatch (not what its hashes say; another share's; a log that forks), not_authentic,
  // refused (the author may not write), wrong_state (something it builds on is missing: a relay
  // must send causes first), and whatever open_segment() finds. On success the paths whose heads
  // changed are added to `touched`.
  Result<void> integrate(const Segment& segment, std::set<RelativePath>& touched);

  // Takes the bodies of what is known by its number only, though nothing known supersedes it: a
  // relay pruned it, and what it was superseded by has not come, and may never do (docs/sync.md,
  // "Why causal delivery and pruned stubs suffice"). Nothing happens, successfully, if the segment
  // is not one that is known. Errors are those of open_segment(), and the index's.
  Result<void> complete(const Segment& segment, std::set<RelativePath>& touched);

  // Whether this is a piece of this replica's own log that the index does not have: then it is not
  // the newest index. Says nothing of what the piece builds on. Errors: not_authentic.
  [[nodiscard]] Result<bool> proves_loss(const Segment& segment) const;

  // Says nothing of its signature, nor of what it builds on but its author's log. Errors: malformed
  // and the like (decode_segment_header), mismatch (another share's).
  [[nodiscard]] Result<Place> place(const Segment& segment) const;
  // Whether the author of the segment has signed it.
  [[nodiscard]] static Result<void> check_signature(const Segment& segment);
  // The arrival of the piece of a log with this change. Requires the clock to cover it.
  [[nodiscard]] Result<std::uint64_t> arrival_of(const Dot& dot) const;

  // Publishes changes made here, in order, in as many segments as it takes. Fills in their dots.
  Result<void> publish(std::span<Change> changes, std::set<RelativePath>& touched);

  [[nodiscard]] const CausalClock& clock() const { return clock_; }
  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
  [[nodiscard]] const Author& self() const { return self_; }

 private:
  Result<void> check_known(const OpenSegment& segment) const;
  Result<void> check_place(const OpenSegment& segment) const;
  Result<void> store(const Segment& segment, const OpenSegment& open,
                     std::set<RelativePath>& touched);
  Result<void> add_head(const Change& change, std::set<RelativePath>& touched);
  Result<void> supersede(std::span<const Dot> dots, std::set<RelativePath>& touched);
  Result<void> publish_segment(std::span<Change> changes, std::set<RelativePath>& touched);

  Index& index_;
  const Membership& membership_;
  const Author self_;
  const Sign sign_;
  CausalClock clock_;
  Fingerprint fingerprint_;
};

}  // namespace lansync
