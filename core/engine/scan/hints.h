// Where the watcher noticed something.
#pragma once

#include <map>
#include <optional>

#include "core/base/time.h"
#include "core/fs/relative_path.h"

namespace lansync {

// Gathers hints until it is quiet for limits::kQuietWindow, or for kQuietWindowMax if it never is:
// a program that writes a file writes it many times.
//
// A value; owned by one share's engine.
class Hints {
 public:
  static constexpr std::chrono::milliseconds kQuietWindowMax{500};

  // Directories, and whether everything beneath them is meant.
  using Dirs = std::map<RelativePath, bool>;

  void add(const RelativePath& dir, bool recursive, TimePoint now);
  // What is to be looked at now; empty if it is too early.
  Dirs take_due(TimePoint now);
  Dirs take_all();

  [[nodiscard]] bool empty() const { return dirs_.empty(); }
  [[nodiscard]] std::optional<TimePoint> deadline() const;

 private:
  Dirs dirs_;
  TimePoint first_{};
  TimePoint last_{};
};

}  // namespace lansync
