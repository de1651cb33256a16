// A disk that is a map, and a person at it.
#pragma once

#include <map>
#include <string>

#include "core/base/ids.h"
#include "core/fs/file_system.h"
#include "core/sync/local_change.h"

namespace lansync::test {

// What stands at a path. A link's content is its target.
struct ToyNode {
  NodeKind kind = NodeKind::file;
  std::string content;
  std::uint32_t mode = 0644;
  WallTime mtime;
  std::uint64_t inode = 0;

  friend bool operator==(const ToyNode&, const ToyNode&) = default;
};

FileStat stat_of(const ToyNode& node);

// A value. Contents need no transfer: whoever has an id finds the bytes.
class ToyDisk {
 public:
  // --- A person's doing. Directories on the way to a path are made as needed ---
  void write(const std::string& path, const std::string& content, WallTime now);
  void link(const std::string& path, const std::string& target, WallTime now);
  void make_dir(const std::string& path, WallTime now);
  void remove(const std::string& path);  // With everything in it.
  void chmod(const std::string& path, std::uint32_t mode);
  void touch(const std::string& path, WallTime mtime);
  void rename(const std::string& from, const std::string& to);

  // --- lansync's ---
  [[nodiscard]] const std::map<std::string, ToyNode>& nodes() const { return nodes_; }
  [[nodiscard]] bool has_dir(const std::string& path) const;
  [[nodiscard]] bool empty_beneath(const std::string& path) const;
  [[nodiscard]] Observation observe(const std::string& path) const;
  std::uint64_t fresh_inode() { return next_inode_++; }
  void put(const std::string& path, const ToyNode& node) { nodes_[path] = node; }

 private:
  void make_parents(const std::string& path, WallTime now);

  std::map<std::string, ToyNode> nodes_;
  std::uint64_t next_inode_ = 1;
};

// The id of a content, and back for every content that was ever asked for.
ContentId toy_content(const std::string& content);
const std::string& text_of(const ContentId& content);

}  // namespace lansync::test
