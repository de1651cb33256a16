// Where the watcher noticed something.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "core/base/time.h"
#include "core/fs/relative_path.h"

namespace lansync {

// Gathers hints until it is quiet for limits::kQuietWindow, or for kQuietWindowMax if it never is:
// a program that writes a file writes it many times.
//
// A large directory rests after a look, for some ten times as long as the look took: where files
// keep coming, each look finds more of them, and would take more of the time.
//
// A value; owned by one share's engine.
class Hints {
 public:
  static constexpr std::chrono::milliseconds kQuietWindowMax{500};
  static constexpr std::chrono::microseconds kRestPerEntry{40};
  static constexpr std::size_t kRestEntriesMin = 5000;  // Of fewer, looks are no burden.
  static constexpr std::size_t kRestingMax = 256;       // Further directories do not rest.

  // Directories, and whether everything beneath them is meant.
  using Dirs = std::map<RelativePath, bool>;

  void add(const RelativePath& dir, bool recursive, TimePoint now);
  // It was looked at, and has so many entries.
  void looked(const RelativePath& dir, std::size_t entries, TimePoint now);
  // What is to be looked at now; empty if it is too early.
  Dirs take_due(TimePoint now);
  Dirs take_all();

  [[nodiscard]] bool empty() const { return dirs_.empty() && waiting_.empty(); }
  [[nodiscard]] std::optional<TimePoint> deadline() const;

 private:
  [[nodiscard]] std::optional<TimePoint> end_of_window() const;
  void take_rested(Dirs& due, TimePoint now);

  std::map<RelativePath, TimePoint> resting_;  // Until then; some are over.
  std::map<RelativePath, TimePoint> waiting_;  // To be looked at, then.
  Dirs dirs_;
  TimePoint first_{};
  TimePoint last_{};
};

}  // namespace lansync
