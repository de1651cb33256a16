#include "tests/support/toy_disk.h"

#include <algorithm>

#include "core/chunk/hash.h"

namespace lansync::test {
namespace {

std::map<ContentId, std::string>& contents() {
  static std::map<ContentId, std::string> all;
  return all;
}

}  // namespace

ContentId toy_content(const std::string& content) {
  const ContentId id{hash_of(as_bytes(content))};
  contents().emplace(id, content);
  return id;
}

const std::string& text_of(const ContentId& content) { return contents().at(content); }

FileStat stat_of(const ToyNode& node) {
  FileStat stat;
  stat.kind = node.kind;
  stat.size = node.kind == NodeKind::file ? node.content.size() : 0;
  stat.mtime = node.mtime;
  stat.mode = node.mode;
  stat.inode = node.inode;
  return stat;
}

void ToyDisk::make_parents(const std::string& path, WallTime now) {
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (has_dir(parent)) continue;
    nodes_[parent] = {NodeKind::dir, "", 0755, now, next_inode_++};
  }
}

void ToyDisk::write(const std::string& path, const std::string& content, WallTime now) {
  make_parents(path, now);
  const auto there = nodes_.find(path);
  const std::uint32_t mode =
      there != nodes_.end() && there->second.kind == NodeKind::file ? there->second.mode : 0644;
  if (there != nodes_.end() && there->second.kind == NodeKind::dir) remove(path);
  nodes_[path] = {NodeKind::file, content, mode, now, next_inode_++};
}

void ToyDisk::link(const std::string& path, const std::string& target, WallTime now) {
  make_parents(path, now);
  remove(path);
  nodes_[path] = {NodeKind::link, target, 0777, now, next_inode_++};
}

void ToyDisk::make_dir(const std::string& path, WallTime now) { make_parents(path + "/", now); }

void ToyDisk::remove(const std::string& path) {
  std::erase_if(nodes_, [&](const auto& entry) {
    return entry.first == path || entry.first.starts_with(path + "/");
  });
}

void ToyDisk::chmod(const std::string& path, std::uint32_t mode) { nodes_.at(path).mode = mode; }

void ToyDisk::touch(const std::string& path, WallTime mtime) { nodes_.at(path).mtime = mtime; }

void ToyDisk::rename(const std::string& from, const std::string& to) {
  std::map<std::string, ToyNode> moved;
  for (const auto& [path, node] : nodes_) {
    if (path == from || path.starts_with(from + "/")) moved[to + path.substr(from.size())] = node;
  }
  remove(from);
  remove(to);
  nodes_.insert(moved.begin(), moved.end());
}

bool ToyDisk::has_dir(const std::string& path) const {
  const auto there = nodes_.find(path);
  return there != nodes_.end() && there->second.kind == NodeKind::dir;
}

bool ToyDisk::empty_beneath(const std::string& path) const {
  return nodes_.lower_bound(path + "/") == nodes_.lower_bound(path + "0");
}

Observation ToyDisk::observe(const std::string& path) const {
  const ToyNode& node = nodes_.at(path);
  Observation seen;
  seen.stat = stat_of(node);
  if (node.kind != NodeKind::dir) seen.content = toy_content(node.content);
  if (node.kind == NodeKind::link) seen.link_target = node.content;
  return seen;
}

}  // namespace lansync::test
