#include "transport/log_limiter.h"

#include <utility>

namespace lansync {

void LogLimiter::handle_line(const std::string& line, TimePoint now) {
  if (!log_) return;
  if (now >= period_end_) {
    period_end_ = now + limits_.period;
    lines_ = 0;
  }
  if (lines_ == limits_.lines_max) {
    ++swallowed_;
    return;
  }
  ++lines_;
  const std::size_t swallowed = std::exchange(swallowed_, 0);
  if (swallowed == 0) {
    log_(line);
  } else {
    log_(line + " (and " + std::to_string(swallowed) + " more like it)");
  }
}

}  // namespace lansync
