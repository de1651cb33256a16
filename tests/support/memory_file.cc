#include "tests/support/memory_file.h"

#include <algorithm>

#include "core/base/limits.h"

namespace lansync::test {
namespace {

bool within_limits(std::uint64_t offset, std::uint64_t size) {
  return offset <= limits::kFileBytesMax && size <= limits::kFileBytesMax - offset;
}

}  // namespace

MemoryFile::MemoryFile(std::shared_ptr<MemoryDisk> disk, MemoryNodePtr node)
    : disk_(std::move(disk)), node_(std::move(node)), boot_(disk_->boots) {
  ++node_->descriptors;
}

MemoryFile::~MemoryFile() {
  const MemoryDisk::Lock lock(disk_->mutex);
  if (boot_ != disk_->boots) return;
  --node_->descriptors;
  node_->count_space();
}

Result<MemoryDisk::Lock> MemoryFile::begin(DiskOperation operation) {
  auto lock = disk_->begin(operation);
  if (lock && boot_ != disk_->boots) return disk_error(std::errc::bad_file_descriptor, "memory");
  return lock;
}

Result<std::size_t> MemoryFile::read_at(std::uint64_t offset, std::span<std::byte> into) {
  if (!within_limits(offset, into.size())) return Error(Errc::limit_exceeded, "memory");
  auto lock = begin(DiskOperation::read);
  if (!lock) return std::move(lock).error();
  const ByteView content = as_bytes(node_->content);
  if (offset >= content.size()) return std::size_t{0};
  const ByteView part = content.subspan(offset, std::min(into.size(), content.size() - offset));
  std::copy(part.begin(), part.end(), into.begin());
  return part.size();
}

Result<FileStat> MemoryFile::stat() {
  auto lock = begin(DiskOperation::stat);
  if (!lock) return std::move(lock).error();
  return stat_of(*node_);
}

Result<void> MemoryFile::write_at(std::uint64_t offset, ByteView bytes) {
  if (!within_limits(offset, bytes.size())) return Error(Errc::limit_exceeded, "memory");
  auto lock = begin(DiskOperation::write);
  if (!lock) return std::move(lock).error();
  node_->will_write(offset, bytes.size());
  if (offset + bytes.size() > node_->content.size()) {
    auto grown = disk_->resize(*node_, offset + bytes.size());
    if (!grown) return grown;
  }
  node_->content.replace(offset, bytes.size(), as_text(bytes));
  node_->metadata.mtime = node_->ctime = disk_->stamp();
  disk_->note_change(*node_, DiskEffect::Kind::bytes, bytes.size());
  return {};
}

Result<void> MemoryFile::truncate(std::uint64_t size) {
  if (!within_limits(0, size)) return Error(Errc::limit_exceeded, "memory");
  auto lock = begin(DiskOperation::truncate);
  if (!lock) return std::move(lock).error();
  node_->will_write(size, 0);
  auto resized = disk_->resize(*node_, size);
  if (!resized) return resized;
  node_->metadata.mtime = node_->ctime = disk_->stamp();
  disk_->note_change(*node_, DiskEffect::Kind::bytes, 0);
  return {};
}

Result<void> MemoryFile::set_mode_and_mtime(std::uint32_t mode, WallTime mtime) {
  auto lock = begin(DiskOperation::set_mode_and_mtime);
  if (!lock) return std::move(lock).error();
  node_->will_set_metadata();
  node_->metadata = {mode & 0777U, disk_->kept_time(mtime)};
  node_->ctime = disk_->stamp();
  disk_->note_change(*node_, DiskEffect::Kind::metadata, 0);
  return {};
}

Result<void> MemoryFile::wait_until_written() {
  auto lock = begin(DiskOperation::sync_file);
  if (!lock) return std::move(lock).error();
  if (!disk_->sync_forgets()) return {};
  node_->forget_unsynced();
  return disk_error(std::errc::io_error, "memory");
}

Result<void> MemoryFile::sync() {
  auto lock = begin(DiskOperation::sync_file);
  if (!lock) return std::move(lock).error();
  if (disk_->sync_forgets()) {
    node_->forget_unsynced();
    return disk_error(std::errc::io_error, "memory");
  }
  disk_->sync_file(*node_);
  return {};
}

}  // namespace lansync::test
