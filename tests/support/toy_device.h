// A device without a network or a disk: the sync rules and nothing else.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/identity.h"
#include "core/index/memory_index.h"
#include "core/sync/local_change.h"
#include "core/sync/membership.h"
#include "core/sync/plan.h"
#include "core/sync/replica.h"

namespace lansync::test {

// The devices of a story: their keys, their names, and the share that they all may write. Made
// once; outlives every device.
class ToyCast {
 public:
  explicit ToyCast(std::size_t devices);

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] const Membership& membership() const { return *membership_; }
  [[nodiscard]] Author author(std::size_t device) const { return {keys_.at(device).id(), 1}; }
  [[nodiscard]] Sign sign(std::size_t device) const;
  static std::string name(std::size_t device);

 private:
  std::vector<DeviceKeys> keys_;
  std::optional<Membership> membership_;
};

// What stands at a path. A link's content is its target.
struct ToyNode {
  NodeKind kind = NodeKind::file;
  std::string content;
  std::uint32_t mode = 0644;
  WallTime mtime;
  std::uint64_t inode = 0;

  friend bool operator==(const ToyNode&, const ToyNode&) = default;
};

// The real Replica, plan(), project() and explain() over a MemoryIndex and a disk that is a map.
//
// A person changes the disk (write(), remove(), ...) at once; look() finds out and publishes; a
// neighbour's segments come by receive(); settle() makes the disk show the heads. Contents need no
// transfer: whoever has an id finds the bytes.
//
// A copy is an independent device that goes on from the same state.
class ToyDevice {
 public:
  ToyDevice(const ToyCast& cast, std::size_t number);
  ToyDevice(const ToyDevice& other);
  ToyDevice& operator=(const ToyDevice& other);
  ~ToyDevice() = default;

  // --- A person's doing. Directories on the way to a path are made as needed ---
  void write(const std::string& path, const std::string& content, WallTime now);
  void link(const std::string& path, const std::string& target, WallTime now);
  void make_dir(const std::string& path, WallTime now);
  void remove(const std::string& path);  // With everything in it.
  void chmod(const std::string& path, std::uint32_t mode);
  void touch(const std::string& path, WallTime mtime);
  void rename(const std::string& from, const std::string& to);

  // --- lansync's ---
  // Publishes what changed on disk: in one segment, or one for each change. Returns whether
  // anything did.
  bool look(WallTime now, bool one_by_one = false);
  Result<void> receive(const Segment& segment);
  // Plans and performs until nothing is left, or nothing can be done because the disk is not what
  // the index thinks. Returns whether nothing is left.
  bool settle();

  // --- Looking at it ---
  [[nodiscard]] const std::map<std::string, ToyNode>& disk() const { return disk_; }
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
  Observation observe(const std::string& path) const;
  void make_parents(const std::string& path, WallTime now);

  const ToyCast* cast_;
  std::size_t number_;
  // Reads of an Index are not const.
  mutable MemoryIndex index_;
  Replica replica_;
  std::map<std::string, ToyNode> disk_;
  std::uint64_t next_inode_ = 1;
};

// The id of a content, and back for every content that was ever asked for.
ContentId toy_content(const std::string& content);

// Sends `to` what it lacks of what `from` has: all, or the first `limit` segments. `to` does not
// settle. Throws if a segment is refused.
void exchange(const ToyDevice& from, ToyDevice& to, std::size_t limit = ~std::size_t{0});

}  // namespace lansync::test
