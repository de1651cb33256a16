// What has a name on a MemoryFileSystem, and what of it would survive a power failure.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/fs/file_system.h"
#include "tests/support/choose.h"

namespace lansync::test {

// Pages are written when the system likes, a page's sectors in order.
inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kSectorBytes = 512;

// How many bytes all nodes hold. Nodes outlive their disk where a file is still open.
using SpaceUse = std::shared_ptr<std::atomic<std::uint64_t>>;

struct MemoryMetadata {
  std::uint32_t mode = 0;
  WallTime mtime;

  friend bool operator==(const MemoryMetadata&, const MemoryMetadata&) = default;
};

// A file, a directory, a link. What the disk has is the same but where durable_* say otherwise;
// those exist only between a write and the sync that follows.
struct MemoryNode {
  explicit MemoryNode(SpaceUse use) : space(std::move(use)) {}
  MemoryNode(const MemoryNode&) = delete;
  MemoryNode& operator=(const MemoryNode&) = delete;
  ~MemoryNode();

  // Before a write to a file, before a new size, before new metadata by somebody who does not sync.
  void will_write(std::uint64_t offset, std::uint64_t size);
  void will_set_metadata();
  // fsync. What forget_unsynced() has met is not written.
  void sync();
  void sync_metadata() { durable_metadata.reset(); }
  // fsync that fails: the system holds for clean what was not written, and shows it to readers, but
  // the disk never gets it.
  void forget_unsynced();
  // The power fails: metadata, size and each page are the new ones or those that the disk had; a
  // page may also be new up to one of its sectors. Bytes that the disk never had are zero.
  // `ordered`: who keeps the old metadata has the old bytes.
  void lose_power(const Choose& choose, bool ordered = false);
  // After a change of the number of names or of open descriptors: who has neither takes no space.
  void count_space();

  NodeKind kind = NodeKind::other;
  std::uint64_t inode = 0;
  MemoryMetadata metadata;
  WallTime ctime;
  std::uint32_t links = 1;
  std::uint32_t descriptors = 0;
  std::string content;     // A file's bytes or a link's target.
  bool held_open = false;  // By a user's program, for writing.
  std::map<std::string, std::shared_ptr<MemoryNode>, std::less<>> children;
  SpaceUse space;
  bool counted = true;

  struct DurableData {
    std::string content;
    std::set<std::uint64_t> forgotten;  // Pages that are clean and were never written.
  };
  std::unique_ptr<DurableData> durable_data;
  std::optional<MemoryMetadata> durable_metadata;
  WallTime durable_ctime;  // With it.

 private:
  void set_content(std::string bytes);
};
using MemoryNodePtr = std::shared_ptr<MemoryNode>;

// Whether `node` is `dir` or anywhere beneath it.
bool is_within(const MemoryNode& dir, const MemoryNode* node);

}  // namespace lansync::test
