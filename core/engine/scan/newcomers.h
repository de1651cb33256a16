// Files that have just been installed, and whether somebody writes to them at once.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "core/fs/relative_path.h"

namespace lansync {

// Who overwrites a file to equal length and puts its time back (cp -p) in the tick of the clock in
// which it came leaves it with the very times that it came with: only the watcher's event tells.
// That is kept in mind here from before the installation, as nobody knows which of the two is heard
// of first.
//
// Remembers the last of them, no fewer than kGenerationMax. Owned by one share's applier.
class Newcomers {
 public:
  static constexpr std::size_t kGenerationMax = 2048;

  // A file is about to be installed at the path.
  void expect(const RelativePath& path);
  // It is there. Returns whether somebody may have written to it since.
  bool arrived(const RelativePath& path);
  // Somebody has written to a file. Returns whether it is one that has just arrived, and was not
  // written to before: what follows is in no tick of its arrival.
  bool written(const RelativePath& path);

 private:
  enum class State { expected, written_meanwhile, arrived };

  std::optional<State> take(const RelativePath& path);
  void set(const RelativePath& path, State state);

  std::map<RelativePath, State> latest_;
  std::map<RelativePath, State> earlier_;
};

}  // namespace lansync
