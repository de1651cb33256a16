#include "core/fs/own_names.h"

#include <utility>

#include "core/base/escape.h"

namespace lansync {
namespace {

bool tells_changes(const FileStat& stat) {
  return stat.kind == NodeKind::dir || stat.ctime != WallTime{};
}

Error other_name(const RelativePath& path) {
  return {Errc::mismatch, escape_for_display(path.text())};
}

}  // namespace

OwnNames::Seen OwnNames::seen(const FileStat& stat) {
  return {stat.kind, stat.inode, stat.kind == NodeKind::dir ? WallTime{} : stat.ctime};
}

void OwnNames::Directory::add(const std::string& name, const FileStat& stat) {
  names.insert_or_assign(name, seen(stat));
  present.insert(seen(stat));
}

Result<OwnNames::Directory*> OwnNames::list(const RelativePath& dir) {
  const auto entries = fs_.list(dir);
  if (!entries) return entries.error();
  if (const auto before = listed_.find(dir); before != listed_.end()) {
    names_ -= before->second.names.size();
    listed_.erase(before);
  }
  if (names_ + entries->size() > kNamesMax) {
    listed_.clear();
    names_ = 0;
  }
  Directory& directory = listed_[dir];
  for (const DirEntry& entry : *entries) directory.add(entry.name, entry.stat);
  names_ += directory.names.size();
  return &directory;
}

Result<void> OwnNames::check(const RelativePath& path) {
  const RelativePath dir = path.parent();
  if (const auto known = listed_.find(dir); known != listed_.end()) {
    const Directory& directory = known->second;
    const auto stat = fs_.stat(path);
    if (stat && tells_changes(*stat)) {
      const auto name = directory.names.find(path.name());
      const bool named = name != directory.names.end();
      if (named && name->second == seen(*stat)) return {};
      if (!named && directory.present.contains(seen(*stat))) return other_name(path);
    }
  }
  const auto directory = list(dir);
  if (!directory) return directory.error();
  if ((*directory)->names.contains(path.name())) return {};
  // It may have gone meanwhile.
  const auto stat = fs_.stat(path);
  if (stat) return other_name(path);
  if (stat.error().code != std::errc::no_such_file_or_directory) return stat.error();
  return Error(Errc::changed, escape_for_display(path.text()));
}

void OwnNames::note(const RelativePath& path, const FileStat& stat) {
  const auto known = listed_.find(path.parent());
  if (known == listed_.end() || !tells_changes(stat)) return;
  Directory& directory = known->second;
  const std::size_t before = directory.names.size();
  directory.add(std::string(path.name()), stat);
  names_ += directory.names.size() - before;
}

}  // namespace lansync
