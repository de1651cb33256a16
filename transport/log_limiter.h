// Keeps what strangers can make us write short.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/base/time.h"

namespace lansync {

struct LogLimits {
  std::size_t lines_max = 10;
  Duration period = std::chrono::minutes{1};
};

// Passes on at most so many lines in each period, and says how many it swallowed with the first
// line of a later one. `now` never goes backwards.
class LogLimiter {
 public:
  using Log = std::function<void(const std::string& line)>;

  explicit LogLimiter(Log log, LogLimits limits = {}) : log_(std::move(log)), limits_(limits) {}

  void handle_line(const std::string& line, TimePoint now);

 private:
  Log log_;
  LogLimits limits_;
  TimePoint period_end_ = TimePoint::min();
  std::size_t lines_ = 0;
  std::size_t swallowed_ = 0;
};

}  // namespace lansync
