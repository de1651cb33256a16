#include "tests/support/memory_journal.h"

#include <algorithm>
#include <set>
#include <utility>

namespace lansync::test {
namespace {

bool is_dir(const MemoryNodePtr& node) { return node != nullptr && node->kind == NodeKind::dir; }

// A directory that appears or disappears, and is not only renamed.
const MemoryNode* made_dir(const EntryOperation& operation) {
  const EntryChange& change = operation.changes.front();
  return operation.changes.size() == 1 && is_dir(change.after) ? change.after.get() : nullptr;
}

bool moves_dir(const EntryOperation& operation) {
  return operation.changes.size() > 1 &&
         std::ranges::any_of(operation.changes, [](const EntryChange& change) {
           return is_dir(change.before) || is_dir(change.after);
         });
}

// Directories that are no more after the operation.
std::vector<const MemoryNode*> removed_dirs(const EntryOperation& operation) {
  std::vector<const MemoryNode*> removed;
  for (const EntryChange& change : operation.changes) {
    if (!is_dir(change.before)) continue;
    const bool elsewhere = std::ranges::any_of(
        operation.changes, [&](const EntryChange& other) { return other.after == change.before; });
    if (!elsewhere) removed.push_back(change.before.get());
  }
  return removed;
}

// What a set of operations has touched, to tell which others they build on or build on them.
class Touched {
 public:
  void add(const EntryOperation& operation) {
    for (const EntryChange& change : operation.changes) {
      names_.emplace(change.dir.get(), change.name);
      dirs_.insert(change.dir.get());
    }
    if (const MemoryNode* dir = made_dir(operation)) made_.insert(dir);
    for (const MemoryNode* dir : removed_dirs(operation)) removed_.push_back(dir);
    moves_dir_ = moves_dir_ || moves_dir(operation);
  }

  // Whether one of the set, which are later, builds on this one.
  [[nodiscard]] bool builds_on(const EntryOperation& operation) const {
    if (shares(operation)) return true;
    if (const MemoryNode* dir = made_dir(operation); dir != nullptr && dirs_.contains(dir)) {
      return true;
    }
    return std::ranges::any_of(operation.changes, [this](const EntryChange& change) {
      return std::ranges::any_of(removed_, [&](const MemoryNode* removed) {
        return is_within(*removed, change.dir.get());
      });
    });
  }

  // Whether this one builds on one of the set, which are earlier.
  [[nodiscard]] bool is_base_of(const EntryOperation& operation) const {
    if (shares(operation)) return true;
    const bool in_made = std::ranges::any_of(operation.changes, [this](const EntryChange& change) {
      return made_.contains(change.dir.get());
    });
    if (in_made) return true;
    return std::ranges::any_of(removed_dirs(operation), [this](const MemoryNode* removed) {
      return std::ranges::any_of(dirs_,
                                 [&](const MemoryNode* dir) { return is_within(*removed, dir); });
    });
  }

 private:
  [[nodiscard]] bool shares(const EntryOperation& operation) const {
    if (moves_dir_ && moves_dir(operation)) return true;
    return std::ranges::any_of(operation.changes, [this](const EntryChange& change) {
      return names_.contains({change.dir.get(), change.name});
    });
  }

  std::set<std::pair<const MemoryNode*, std::string>> names_;
  std::set<const MemoryNode*> dirs_;
  std::set<const MemoryNode*> made_;
  std::vector<const MemoryNode*> removed_;
  bool moves_dir_ = false;
};

// Unless it has been moved on since, and is as durable as what did that.
void take_back_ctime(MemoryNode* node, WallTime from, WallTime to) {
  if (node != nullptr && node->ctime == from) node->ctime = to;
}

void take_back(const EntryOperation& operation) {
  for (const EntryChange& change : operation.changes) {
    take_back_ctime(change.before.get(), change.ctime, change.before_ctime);
    take_back_ctime(change.after.get(), change.ctime, change.after_ctime);
    if (change.before == nullptr) {
      change.dir->children.erase(change.name);
    } else {
      change.dir->children.insert_or_assign(change.name, change.before);
    }
  }
}

}  // namespace

void MemoryJournal::sync_dir(const MemoryNode* dir) {
  sync([dir](const EntryChange& change) { return change.dir.get() == dir; });
}

void MemoryJournal::sync_name(const MemoryNode* dir, const std::string& name) {
  sync([&](const EntryChange& change) { return change.dir.get() == dir && change.name == name; });
}

void MemoryJournal::sync(const std::function<bool(const EntryChange&)>& wanted) {
  if (!strict_) return sync_all();
  Touched durable;
  std::vector<EntryOperation> left;
  for (auto operation = operations_.rbegin(); operation != operations_.rend(); ++operation) {
    if (std::ranges::any_of(operation->changes, wanted) || durable.builds_on(*operation)) {
      durable.add(*operation);
    } else {
      left.push_back(std::move(*operation));
    }
  }
  std::ranges::reverse(left);
  operations_ = std::move(left);
}

void MemoryJournal::lose_power(const Choose& choose) {
  Touched lost;
  std::vector<const EntryOperation*> undone;
  for (const EntryOperation& operation : operations_) {
    const bool without_base = lost.is_base_of(operation) || (!strict_ && !undone.empty());
    if (!without_base && choose(2) == 0) continue;
    lost.add(operation);
    undone.push_back(&operation);
  }
  for (auto operation = undone.rbegin(); operation != undone.rend(); ++operation) {
    take_back(**operation);
  }
  operations_.clear();
}

}  // namespace lansync::test
