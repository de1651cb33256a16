#include "discovery/clock_watch.h"

#include <cerrno>
#include <cstdint>
#include <limits>

#include <sys/timerfd.h>

#include "discovery/limits.h"

namespace lansync {
namespace {

std::chrono::nanoseconds wall_offset() {
  return std::chrono::system_clock::now().time_since_epoch() - Clock::now().time_since_epoch();
}

}  // namespace

ClockWatch::ClockWatch(AvahiLoop& loop, AvahiLoop::Task stepped)
    : stepped_(std::move(stepped)),
      timer_(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (!timer_.valid()) return;
  arm();
  watch_ = std::make_unique<LoopWatch>(loop, timer_.get(), [this] { handle_ready(); });
}

void ClockWatch::arm() {
  offset_ = wall_offset();
  itimerspec never{};
  // The kernel's own limit on a time in nanoseconds, in the year 2262.
  never.it_value.tv_sec = std::numeric_limits<std::int64_t>::max() / 1'000'000'000;
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
}

void ClockWatch::handle_ready() {
  std::uint64_t expirations = 0;
  const ssize_t got = ::read(timer_.get(), &expirations, sizeof(expirations));
  if (got < 0 && errno != ECANCELED) return;

  const std::chrono::nanoseconds before = offset_;
  arm();
  if (std::chrono::abs(offset_ - before) >= discovery_limits::kClockStepMin) stepped_();
}

}  // namespace lansync
