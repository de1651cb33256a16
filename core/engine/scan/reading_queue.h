// What waits to be read.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/chunk/chunker.h"
#include "core/fs/file_system.h"
#include "core/index/index.h"

namespace lansync {

// In which chunks a file is cut of which the index has this row, if any.
ChunkClass chunk_class_of(const FileStat& stat, const std::optional<DiskRow>& row);

// Of the pieces in which large files are read: a multiple of the longest chunk.
std::uint64_t piece_bytes(ChunkClass chunk_class);

// Whether it is read in several.
bool is_large(const FileStat& stat, const std::optional<DiskRow>& row);

// A file or link as it was listed, and what the index had of it then.
struct ToRead {
  FileStat stat;
  std::optional<DiskRow> row;
};

// Files and links that wait to be read, in the order of their paths; the large ones apart, so that
// who has saved a small one need not wait for all of them.
//
// A value; owned by a share's scan.
class ReadingQueue {
 public:
  using May = std::function<bool(const RelativePath& path)>;
  using Taken = std::optional<std::pair<RelativePath, ToRead>>;

  // In the place of what waits under the path.
  void put(const RelativePath& path, ToRead what);
  void erase(const RelativePath& path);
  void clear();

  [[nodiscard]] bool contains(const RelativePath& path) const {
    return small_.contains(path) || large_.contains(path);
  }
  [[nodiscard]] bool empty() const { return small_.empty() && large_.empty(); }
  [[nodiscard]] std::size_t size() const { return small_.size() + large_.size(); }
  [[nodiscard]] bool has_small() const { return !small_.empty(); }

  // The first one that may be read now.
  Taken take_small(const May& may) { return take(small_, may); }
  Taken take_large(const May& may) { return take(large_, may); }

 private:
  using Files = std::map<RelativePath, ToRead>;

  static Taken take(Files& files, const May& may);

  Files small_;
  Files large_;
};

}  // namespace lansync
