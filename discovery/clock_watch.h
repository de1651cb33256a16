// Notices that somebody set the clock.
#pragma once

#include <chrono>
#include <memory>

#include "discovery/avahi_loop.h"
#include "discovery/file_descriptor.h"

namespace lansync {

// Calls a task when the wall clock was stepped by more than kClockStepMin, which includes waking
// from suspend. All of Avahi's timers follow the wall clock: set back an hour, it is silent for an
// hour.
//
// Loop thread only. Where the kernel has no such timer, nothing is ever noticed.
class ClockWatch {
 public:
  ClockWatch(AvahiLoop& loop, AvahiLoop::Task stepped);

 private:
  void arm();
  void handle_ready();

  AvahiLoop::Task stepped_;
  FileDescriptor timer_;
  std::unique_ptr<LoopWatch> watch_;
  std::chrono::nanoseconds offset_{};  // Of the wall clock against the steady one.
};

}  // namespace lansync
