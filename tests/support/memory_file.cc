#include "tests/support/memory_file.h"

#include <algorithm>

#include "core/base/limits.h"

namespace lansync::test {
namespace {

bool within_limits(std::uint64_t offset, std::uint64_t size) {
  return offset <= limits::kFileBytesMax && size <= limits::kFileBytesMax - offset;
}

}  // namespace

Result<std::size_t> MemoryFile::read_at(std::uint64_t offset, std::span<std::byte> into) {
  if (!within_limits(offset, into.size())) return Error(Errc::limit_exceeded, "memory");
  auto lock = disk_->begin(DiskOperation::read);
  if (!lock) return std::move(lock).error();
  const ByteView content = as_bytes(node_->content);
  if (offset >= content.size()) return std::size_t{0};
  const ByteView part = content.subspan(offset, std::min(into.size(), content.size() - offset));
  std::copy(part.begin(), part.end(), into.begin());
  return part.size();
}

Result<FileStat> MemoryFile::stat() {
  auto lock = disk_->begin(DiskOperation::stat);
  if (!lock) return std::move(lock).error();
  return stat_of(*node_);
}

Result<void> MemoryFile::write_at(std::uint64_t offset, ByteView bytes) {
  if (!within_limits(offset, bytes.size())) return Error(Errc::limit_exceeded, "memory");
  auto lock = disk_->begin(DiskOperation::write);
  if (!lock) return std::move(lock).error();
  if (offset + bytes.size() > node_->content.size()) {
    auto grown = disk_->resize(*node_, offset + bytes.size());
    if (!grown) return grown;
  }
  node_->content.replace(offset, bytes.size(), as_text(bytes));
  node_->mtime = disk_->now;
  return {};
}

Result<void> MemoryFile::truncate(std::uint64_t size) {
  if (!within_limits(0, size)) return Error(Errc::limit_exceeded, "memory");
  auto lock = disk_->begin(DiskOperation::truncate);
  if (!lock) return std::move(lock).error();
  auto resized = disk_->resize(*node_, size);
  if (!resized) return resized;
  node_->mtime = disk_->now;
  return {};
}

Result<void> MemoryFile::set_mode_and_mtime(std::uint32_t mode, WallTime mtime) {
  auto lock = disk_->begin(DiskOperation::set_mode_and_mtime);
  if (!lock) return std::move(lock).error();
  node_->mode = mode & 0777U;
  node_->mtime = mtime;
  return {};
}

Result<void> MemoryFile::sync() {
  auto lock = disk_->begin(DiskOperation::sync_file);
  if (!lock) return std::move(lock).error();
  return {};
}

}  // namespace lansync::test
