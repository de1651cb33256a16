#include "tests/crash/disk_state.h"

#include <functional>

namespace lansync::test {
namespace {

using See = std::function<void(const std::string&, const FileStat&, const SeenNode&)>;

// Everything that has a name, folder by folder.
void look_at_all(MemoryFileSystem& fs, const See& see) {
  for (const auto& [path, node] : fs.snapshot()) {
    see(path, *fs.stat(*RelativePath::parse(path)), node);
  }
  for (const auto& [name, node] : fs.stage_snapshot()) {
    see("/stage/" + name, *fs.stat_stage(name), node);
  }
  for (const auto& [name, node] : fs.trash_snapshot()) {
    see("/trash/" + name, *fs.stat_trash(name), node);
  }
}

std::uint64_t number_of(WallTime time) { return static_cast<std::uint64_t>(time.ns); }

}  // namespace

std::string NumberNames::name_of(std::uint64_t number) {
  if (treatment_ == New::as_they_are) return std::to_string(number);
  const auto [name, is_new] = names_.try_emplace(number);
  if (is_new) name->second = "new " + std::to_string(names_.size());
  return name->second;
}

std::string state_of(MemoryFileSystem& fs, NumberNames& inodes, NumberNames& times) {
  std::string text;
  look_at_all(fs, [&](const std::string& path, const FileStat& stat, const SeenNode& node) {
    text += path + '\0' + std::to_string(static_cast<int>(stat.kind)) + ' ' +
            std::to_string(stat.mode) + ' ' + inodes.name_of(stat.inode) + ' ' +
            times.name_of(number_of(stat.ctime)) + ' ';
    if (stat.kind != NodeKind::dir) text += times.name_of(number_of(stat.mtime));
    text += ' ' + node.target + '\0' + node.content + '\0';
  });
  return text;
}

std::string state_of(MemoryFileSystem& fs) {
  NumberNames as_they_are;
  return state_of(fs, as_they_are, as_they_are);
}

void keep_numbers(MemoryFileSystem& fs, NumberNames& inodes, NumberNames& times) {
  look_at_all(fs, [&](const std::string&, const FileStat& stat, const SeenNode&) {
    inodes.keep(stat.inode);
    times.keep(number_of(stat.ctime));
    times.keep(number_of(stat.mtime));
  });
}

}  // namespace lansync::test
