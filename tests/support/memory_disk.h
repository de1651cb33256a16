// The insides of MemoryFileSystem: nodes, the walk to them, faults and the space left.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fs/file_system.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {

// How many bytes all nodes hold. Nodes outlive their disk where a file is still open.
using SpaceUse = std::shared_ptr<std::atomic<std::uint64_t>>;

struct MemoryNode {
  explicit MemoryNode(SpaceUse use) : space(std::move(use)) {}
  MemoryNode(const MemoryNode&) = delete;
  MemoryNode& operator=(const MemoryNode&) = delete;
  ~MemoryNode() {
    if (kind == NodeKind::file) *space -= content.size();
  }

  NodeKind kind = NodeKind::other;
  std::uint64_t inode = 0;
  std::uint32_t mode = 0;
  std::uint32_t links = 1;
  WallTime mtime;
  std::string content;  // A file's bytes or a link's target.
  bool held_open = false;
  std::map<std::string, std::shared_ptr<MemoryNode>, std::less<>> children;
  SpaceUse space;
};
using MemoryNodePtr = std::shared_ptr<MemoryNode>;

// The directory that an entry is in, and its name there.
struct MemoryPlace {
  MemoryNodePtr dir;
  std::string name;

  // Null if there is nothing.
  [[nodiscard]] MemoryNodePtr find() const;
  // The same as an error.
  [[nodiscard]] Result<MemoryNodePtr> require() const;
};

Error disk_error(std::errc code, std::string_view name);

// The state of a MemoryFileSystem. Everything but begin() requires the lock that begin() returns
// (on the test's side: a lock of `mutex`).
struct MemoryDisk {
  using Lock = std::unique_lock<std::mutex>;

  struct Fault {
    std::optional<DiskOperation> operation;  // Any, if there is none.
    std::uint64_t calls_left = 0;
    std::error_code error;
  };

  MemoryDisk();

  // The start of every operation: the callback, then the lock, then the fault whose turn it is.
  Result<Lock> begin(DiskOperation operation);

  MemoryNodePtr make_node(NodeKind kind, std::uint32_t mode);

  // The walk. A link on the way is too_many_symbolic_link_levels.
  [[nodiscard]] Result<MemoryNodePtr> find_dir(std::string_view path) const;
  [[nodiscard]] Result<MemoryPlace> find_place(std::string_view path) const;
  // Errc::refused for the root.
  [[nodiscard]] Result<MemoryPlace> find_place(const RelativePath& path) const;
  [[nodiscard]] Result<MemoryNodePtr> find_node(const RelativePath& path) const;

  // Puts `node` under a name, takes it from its name; the directory's time changes.
  void attach(const MemoryPlace& place, MemoryNodePtr node) const;
  void detach(const MemoryPlace& place) const;
  // detach(), and the node has one name less.
  void unlink(const MemoryPlace& place) const;
  // rename(2) to a name that must be free.
  [[nodiscard]] Result<void> move(const MemoryPlace& from, const MemoryPlace& to) const;
  [[nodiscard]] Result<void> exchange(const MemoryPlace& one, const MemoryPlace& other) const;

  // Changes a file's size, within the capacity.
  [[nodiscard]] Result<void> resize(MemoryNode& node, std::uint64_t size) const;

  std::mutex mutex;
  SpaceUse space = std::make_shared<std::atomic<std::uint64_t>>(0);
  WallTime now;
  RootIdentity identity{1, 1, "memory"};
  std::optional<std::uint64_t> capacity;
  // Shared, so that one that is replaced while it runs stays alive, and keeps its state if not.
  std::shared_ptr<std::function<void(DiskOperation)>> callback;
  std::vector<Fault> faults;
  std::uint64_t calls = 0;
  std::map<DiskOperation, std::uint64_t> calls_of;
  std::uint64_t next_inode = 1;
  MemoryNodePtr root;
  MemoryNodePtr stage;
  MemoryNodePtr trash;
};

FileStat stat_of(const MemoryNode& node);
// A name in the staging folder or the trash.
Result<MemoryPlace> place_in_folder(const MemoryNodePtr& folder, std::string_view name);
// Whether `node` is `dir` or anywhere beneath it.
bool is_within(const MemoryNodePtr& dir, const MemoryNode* node);

}  // namespace lansync::test
