// Whether what is at a path is there under that very name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/fs/file_system.h"

namespace lansync {

// A disk that cannot tell names apart by case, or by how accents are spelt, finds a file under
// names that it does not have. Only a listing shows the name that it has, so directories are
// listed, and what was listed is kept for the next question: of many names that clash in one
// directory each costs a stat. Nothing that changed since is taken from there.
//
// Lives as long as one batch of steps. Keeps kNamesMax names, or those of one larger directory.
// Borrows the file system.
class OwnNames {
 public:
  static constexpr std::size_t kNamesMax = 100'000;

  explicit OwnNames(FileSystem& fs) : fs_(fs) {}

  // Of a path where something is. Errc::mismatch if it is there under another name; Errc::changed
  // if it is not there any more.
  Result<void> check(const RelativePath& path);
  // The caller has put this there, under this very name.
  void note(const RelativePath& path, const FileStat& stat);

 private:
  // Tells whether it is still the same: all but directories get another ctime with another name.
  using Seen = std::tuple<NodeKind, std::uint64_t, WallTime>;
  struct Directory {
    std::map<std::string, Seen, std::less<>> names;
    std::set<Seen> present;

    void add(const std::string& name, const FileStat& stat);
  };

  static Seen seen(const FileStat& stat);
  Result<Directory*> list(const RelativePath& dir);

  FileSystem& fs_;
  std::map<RelativePath, Directory> listed_;
  std::size_t names_ = 0;
};

}  // namespace lansync
