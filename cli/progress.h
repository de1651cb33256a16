// Progress on the way to the person: how fast, how long still, and how often to say so.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "cli/report.h"
#include "core/base/time.h"

namespace lansync::cli {

// Turns Progress into text for standard error. On a terminal one line that is drawn over itself, at
// most ten times a second; elsewhere a line of its own every ten seconds.
//
// Told the time; what it returns is to be written as it is.
class ProgressDisplay {
 public:
  enum class Style { bar, lines };

  ProgressDisplay(Style style, std::size_t columns) : style_(style), columns_(columns) {}

  // The last one counts. A new phase starts the measurement of the rate anew.
  void update(TimePoint now, const Progress& progress);

  // What to write now; empty if it is too soon, or there is nothing to say.
  std::string poll(TimePoint now);
  // What removes the bar, so that something else can be written; empty if there is none.
  std::string clear();

  // One line without its end. The first is cut to the terminal's columns.
  [[nodiscard]] std::string bar_text(TimePoint now) const;
  [[nodiscard]] std::string line_text(TimePoint now) const;

 private:
  struct Sample {
    TimePoint at;
    std::uint64_t bytes = 0;
  };

  // Bytes a second over the last few seconds; nothing before there is something to measure.
  [[nodiscard]] std::optional<double> rate(TimePoint now) const;
  [[nodiscard]] std::string rate_and_rest(TimePoint now) const;

  const Style style_;
  const std::size_t columns_;
  std::optional<Progress> progress_;
  std::deque<Sample> samples_;
  std::optional<TimePoint> shown_at_;
  bool bar_shown_ = false;
};

}  // namespace lansync::cli
