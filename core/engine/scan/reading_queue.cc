#include "core/engine/scan/reading_queue.h"

namespace lansync {
namespace {

constexpr std::uint64_t kPieceChunks = 128;

}  // namespace

ChunkClass chunk_class_of(const FileStat& stat, const std::optional<DiskRow>& row) {
  if (!row || row->stat.kind != NodeKind::file) return chunk_class_for(stat.size);
  return chunk_class_for(stat.size, row->chunk_class, row->stat.size);
}

std::uint64_t piece_bytes(ChunkClass chunk_class) {
  return kPieceChunks * chunk_bytes_average(chunk_class);
}

bool is_large(const FileStat& stat, const std::optional<DiskRow>& row) {
  return stat.kind == NodeKind::file && stat.size > piece_bytes(chunk_class_of(stat, row));
}

void ReadingQueue::put(const RelativePath& path, ToRead what) {
  erase(path);
  Files& files = is_large(what.stat, what.row) ? large_ : small_;
  files.emplace(path, std::move(what));
}

void ReadingQueue::erase(const RelativePath& path) {
  small_.erase(path);
  large_.erase(path);
}

void ReadingQueue::clear() {
  small_.clear();
  large_.clear();
}

ReadingQueue::Taken ReadingQueue::take(Files& files, const May& may) {
  for (auto next = files.begin(); next != files.end(); ++next) {
    if (!may(next->first)) continue;
    auto node = files.extract(next);
    return std::pair(node.key(), std::move(node.mapped()));
  }
  return std::nullopt;
}

}  // namespace lansync
