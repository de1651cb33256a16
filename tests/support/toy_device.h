// A device without a network or a disk: the sync rules and nothing else.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/index/memory_index.h"
#include "core/sync/plan.h"
#include "core/sync/replica.h"
#include "tests/support/toy_cast.h"
#include "tests/support/toy_disk.h"

namespace lansync::test {

// The real Replica, plan(), project() and explain() over a MemoryIndex and a ToyDisk.
//
// A person changes the disk at once; look() finds out and publishes; a neighbour's segments come by
// receive(); settle() makes the disk show the heads.
//
// A copy is an independent device that goes on from the same state.
class ToyDevice {
 public:
  ToyDevice(const ToyCast& cast, std::size_t number);
  ToyDevice(const ToyDevice& other);
  ToyDevice& operator=(const ToyDevice& other);
  ~ToyDevice() = default;

  // What a person changes.
  ToyDisk& disk() { return disk_; }

  // --- lansync's ---
  // Publishes what changed on disk: in one segment, or one for each change. Returns whether
  // anything did.
  bool look(WallTime now, bool one_by_one = false);
  Result<void> receive(const Segment& segment);
  // Plans and performs until nothing is left, or nothing can be done because the disk is not what
  // the index thinks. Returns whether nothing is left.
  bool settle();

  // --- Looking at it ---
  [[nodiscard]] const std::map<std::string, ToyNode>& nodes() const { return disk_.nodes(); }
  // "path (mode, mtime): content" for each entry, in order. A directory that is only implied by
  // what is in it has no mode to agree on.
  [[nodiscard]] std::vector<std::string> listing() const;
  [[nodiscard]] const CausalClock& clock() const { return replica_.clock(); }
  [[nodiscard]] const Fingerprint& fingerprint() const { return replica_.fingerprint(); }
  [[nodiscard]] const Author& self() const { return replica_.self(); }
  [[nodiscard]] std::vector<Change> heads(const std::string& path) const;
  [[nodiscard]] std::optional<DiskRow> row(const std::string& path) const;
  // All that a neighbour with this clock lacks, in the order to send it in, as a relay has it now.
  [[nodiscard]] std::vector<Segment> lacking(const CausalClock& clock) const;
  [[nodiscard]] std::vector<Segment> all_segments() const { return lacking({}); }

 private:
  class Names;
  struct Found {
    RelativePath path;
    std::optional<Observation> seen;
    bool copy = false;
  };
  struct Batch;

  std::vector<Found> differences() const;
  void explain_one(const Found& found, WallTime now, Batch& batch);
  void publish(Batch& batch, bool one_by_one);
  std::set<RelativePath> paths_to_plan() const;
  std::vector<Step> steps_for(const RelativePath& path) const;
  bool perform(const Step& step);
  bool stands_as(const std::optional<DiskRow>& row, const RelativePath& path) const;
  void put_row(const Step& step, const ToyNode& node);

  const ToyCast* cast_;
  std::size_t number_;
  // Reads of an Index are not const.
  mutable MemoryIndex index_;
  Replica replica_;
  ToyDisk disk_;
};

// Sends `to` what it lacks of what `from` has: all, or the first `limit` segments. `to` does not
// settle. Throws if a segment is refused.
void exchange(const ToyDevice& from, ToyDevice& to, std::size_t limit = ~std::size_t{0});

}  // namespace lansync::test
