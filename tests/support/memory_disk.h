// The insides of MemoryFileSystem: the walk to nodes, changes of names, faults, the space left.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/fs/file_system.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/memory_image.h"
#include "tests/support/memory_node.h"

namespace lansync::test {

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
struct MemoryDisk : StoredDisk {
  using Lock = std::unique_lock<std::mutex>;

  struct Fault {
    std::optional<DiskOperation> operation;  // Any, if there is none.
    std::uint64_t calls_left = 0;
    std::error_code error;
  };

  // Who changes names. Users may be such that what they do is durable at once (users_durable).
  enum class By { lansync, user };

  MemoryDisk();

  // The start of every operation: the callback, then the lock, then the fault whose turn it is.
  Result<Lock> begin(DiskOperation operation);

  MemoryNodePtr make_node(NodeKind kind, std::uint32_t mode);

  // The name under which a directory has an entry that this disk cannot tell from `name`, or
  // `name`.
  [[nodiscard]] std::string name_in(const MemoryNode& dir, std::string_view name) const;

  // The walk. A link on the way is too_many_symbolic_link_levels.
  [[nodiscard]] Result<MemoryNodePtr> find_dir(std::string_view path) const;
  // At or beneath one of `mounts`.
  [[nodiscard]] bool is_elsewhere(std::string_view path) const;
  [[nodiscard]] Result<MemoryPlace> find_place(std::string_view path) const;
  // Errc::refused for the root.
  [[nodiscard]] Result<MemoryPlace> find_place(const RelativePath& path) const;
  [[nodiscard]] Result<MemoryNodePtr> find_node(const RelativePath& path) const;

  // All that ever happens to names: every change of an operation, at once, and remembered until it
  // is durable. Directories get a new time; the number of a node's names is for the caller.
  void perform(EntryOperation operation, By by);
  // Before what lansync does to names; after it has changed something in place.
  void note_names(const EntryOperation& operation);
  void note_change(const MemoryNode& node, DiskEffect::Kind kind, std::uint64_t bytes);
  // Puts `node` where nothing is; takes it away, with what is in it.
  void attach(const MemoryPlace& place, MemoryNodePtr node, By by);
  void unlink(const MemoryPlace& place, By by);
  // rename(2) to a name that must be free.
  [[nodiscard]] Result<void> move(const MemoryPlace& from, const MemoryPlace& to, By by);
  [[nodiscard]] Result<void> exchange(const MemoryPlace& one, const MemoryPlace& other, By by);
  // Around a user's writing to a file, or changing the metadata of what has this name.
  void user_will_write(MemoryNode& node, std::uint64_t offset, std::uint64_t size) const;
  void user_wrote(const MemoryPlace& place);

  // fsync, of a file and of names: what goes with it depends on `strict`.
  void sync_file(MemoryNode& node);
  void sync_dir(MemoryNode& dir);
  void sync_all();
  // Whether it is this sync that fails and forgets.
  bool sync_forgets() { return forgetting_sync > 0 && --forgetting_sync == 0; }
  void lose_power(const Choose& choose);

  // A time as this disk keeps it.
  [[nodiscard]] WallTime kept_time(WallTime time) const;
  [[nodiscard]] WallTime stamp() const { return kept_time(now); }

  // Changes a file's size, within the capacity.
  [[nodiscard]] Result<void> resize(MemoryNode& node, std::uint64_t size);

  std::mutex mutex;
  SpaceUse space = std::make_shared<std::atomic<std::uint64_t>>(0);
  WallTime now;
  std::optional<std::uint64_t> capacity;
  std::set<std::string> mounts;  // Paths where something else is mounted.
  // Shared, so that one that is replaced while it runs stays alive, and keeps its state if not.
  std::shared_ptr<std::function<void(DiskOperation)>> callback;
  std::vector<Fault> faults;
  std::uint64_t calls = 0;
  std::map<DiskOperation, std::uint64_t> calls_of;
  Duration granularity{1};
  bool users_durable = true;
  bool unreadable = false;  // Every operation fails.
  std::uint64_t forgetting_sync = 0;
  bool folds_case = false;
  // What every link leads to, for who follows it.
  MemoryNodePtr elsewhere;
  bool notes_effects = false;
  std::vector<DiskEffect> effects;
  std::uint64_t boots = 1;  // What was opened in an earlier one is open no more.
};

FileStat stat_of(const MemoryNode& node);
// A name in the staging folder or the trash.
Result<MemoryPlace> place_in_folder(const MemoryNodePtr& folder, std::string_view name);

}  // namespace lansync::test
