// An open file of a MemoryFileSystem.
#pragma once

#include <memory>

#include "tests/support/memory_disk.h"

namespace lansync::test {

// Keeps its node alive, and the disk for its lock and its faults. Opened for staging it keeps the
// node at whatever name it gets, as a descriptor does.
class MemoryFile final : public StageFile {
 public:
  // Requires the disk's lock.
  MemoryFile(std::shared_ptr<MemoryDisk> disk, MemoryNodePtr node);
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() override;

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override;
  Result<FileStat> stat() override;
  Result<void> write_at(std::uint64_t offset, ByteView bytes) override;
  Result<void> truncate(std::uint64_t size) override;
  Result<void> set_mode_and_mtime(std::uint32_t mode, WallTime mtime) override;
  void begin_sync(std::uint64_t /*offset*/, std::uint64_t /*bytes*/) override {}
  Result<void> wait_until_written() override;
  Result<void> sync() override;

 private:
  Result<MemoryDisk::Lock> begin(DiskOperation operation);

  const std::shared_ptr<MemoryDisk> disk_;
  const MemoryNodePtr node_;
  const std::uint64_t boot_;  // It is open in this one only.
};

}  // namespace lansync::test
