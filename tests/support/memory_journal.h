// Which names on a MemoryFileSystem are durable.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/choose.h"
#include "tests/support/memory_node.h"

namespace lansync::test {

// What one name in a directory stands for; null for nothing.
struct EntryChange {
  MemoryNodePtr dir;
  std::string name;
  MemoryNodePtr before;
  MemoryNodePtr after;
  // Which ctimes these had, and got by it.
  WallTime before_ctime{};
  WallTime after_ctime{};
  WallTime ctime{};
};

// A creation or a removal is one change, a rename or an exchange two that are never seen apart.
struct EntryOperation {
  std::vector<EntryChange> changes;
};

// What happened to names since they were durable. Nothing is copied: what the disk has is what
// there is, less the operations here.
//
// What may be persisted when (`strict`): any set of operations in which each has those it builds
// on:
//   - the earlier ones on the same name of the same directory, so that what happens to a file
//     happens in order, and files are independent of one another;
//   - the making of a directory, for names in it; what was moved out of a directory, for its
//     removal;
//   - earlier renames of directories, for one of a directory.
// A disk with one journal persists a prefix of all operations.
class MemoryJournal {
 public:
  explicit MemoryJournal(bool strict = true) : strict_(strict) {}

  void record(EntryOperation operation) { operations_.push_back(std::move(operation)); }
  [[nodiscard]] bool empty() const { return operations_.empty(); }
  [[nodiscard]] bool strict() const { return strict_; }
  // All operations, for whoever copies the disk.
  [[nodiscard]] const std::vector<EntryOperation>& operations() const { return operations_; }

  // Durable from now on, with what they build on: operations on names in `dir`; on this name; all.
  void sync_dir(const MemoryNode* dir);
  void sync_name(const MemoryNode* dir, const std::string& name);
  void sync_all() { operations_.clear(); }

  // Takes back what the disk did not get, and forgets the rest.
  void lose_power(const Choose& choose);

 private:
  void sync(const std::function<bool(const EntryChange&)>& wanted);

  bool strict_;
  std::vector<EntryOperation> operations_;
};

}  // namespace lansync::test
