// Paths at which a file has just been installed, replaced or removed, and whether somebody writes
// to a file there at once.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "core/index/index.h"

namespace lansync {

// Who overwrites a file to equal length and puts its time back (cp -p) in the tick of the clock in
// which it came leaves it with the very times that it came with: only the watcher's event tells.
// That is kept in mind here from before the installation, as nobody knows which of the two is heard
// of first. Who does so in the microseconds in which it is displaced leaves it with the times that
// it had, but for its ctime, which the step sets itself: what was displaced is kept in mind, too.
//
// Remembers the last of them, no fewer than kGenerationMax. Owned by one share's applier.
class Newcomers {
 public:
  static constexpr std::size_t kGenerationMax = 2048;

  // What a step has displaced, and put in its place.
  struct Displaced {
    DiskRow row;
    std::string trash;  // Its name there.
    std::optional<FileStat> installed;
    TimePoint since;
  };
  // Of a path whose step is done.
  struct Newcomer {
    std::optional<Displaced> displaced;
    RelativePath moved_to{};  // Where the file is now that was there; the root: it was not moved.
  };

  // A step is about to begin at the path.
  void expect(const RelativePath& path);
  // It is done. Returns whether somebody may have written to a file there since: then the caller
  // sees to what was displaced.
  bool arrived(const RelativePath& path, std::optional<Displaced> displaced = {});
  // The same, where the step has moved the file that was there.
  bool moved(const RelativePath& path, const RelativePath& to);
  // Somebody has written to a file. Returns what is known of it if its step is done, and it was not
  // written to before: what follows is in no tick of that.
  std::optional<Newcomer> written(const RelativePath& path);

 private:
  enum class State { expected, written_meanwhile, arrived };
  struct Known {
    State state = State::expected;
    Newcomer newcomer{};
  };

  std::optional<Known> take(const RelativePath& path);
  void set(const RelativePath& path, Known known);

  std::map<RelativePath, Known> latest_;
  std::map<RelativePath, Known> earlier_;
};

}  // namespace lansync
