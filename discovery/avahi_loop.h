// The discovery thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "discovery/file_descriptor.h"

struct AvahiPoll;
struct AvahiSimplePoll;
struct AvahiWatch;

namespace lansync {

class LoopTimer;
class LoopWatch;

// A thread that runs Avahi, and whatever else of discovery must not disturb it.
//
// Why not the executor of the sessions: avahi-client waits for the bus inside its calls, and a
// daemon that hangs would hold up every transfer. Why not AvahiThreadedPoll: its timers follow the
// wall clock.
//
// Start it, post() to it, stop it. Between start() and stop(), everything but post() and stop()
// belongs to the loop's thread; before and after, to its owner's.
class AvahiLoop {
 public:
  using Task = std::function<void()>;

  AvahiLoop();
  // Stops if that was not done.
  ~AvahiLoop();
  AvahiLoop(const AvahiLoop&) = delete;
  AvahiLoop& operator=(const AvahiLoop&) = delete;

  // Errors: the system's.
  Result<void> start();
  // Runs the task on the thread, in the order of posting. Never runs it after stop(), nor if the
  // loop was not started.
  void post(Task task);
  // Returns when the thread has ended. What was posted and has not run is dropped.
  void stop();

  // What Avahi's objects are created with. Requires a started loop; they must be freed before it is
  // destroyed.
  [[nodiscard]] const AvahiPoll* api() const;

 private:
  friend class LoopTimer;
  friend class LoopWatch;
  struct FreePoll {
    void operator()(AvahiSimplePoll* poll) const;
  };

  void run();
  void run_posted();
  void run_timers();
  [[nodiscard]] int wait_ms() const;

  const FileDescriptor wakeup_;
  std::unique_ptr<AvahiSimplePoll, FreePoll> poll_;
  std::unique_ptr<LoopWatch> wakeup_watch_;
  std::set<std::pair<TimePoint, LoopTimer*>> timers_;
  std::thread thread_;

  std::mutex mutex_;  // Guards what is below.
  std::vector<Task> posted_;
  bool stopping_ = false;
};

// Calls a task once, some time after it was armed. Steady, unlike Avahi's own timers. Loop thread
// only; destroying disarms, also from within the task.
class LoopTimer {
 public:
  LoopTimer(AvahiLoop& loop, AvahiLoop::Task task);
  ~LoopTimer();
  LoopTimer(const LoopTimer&) = delete;
  LoopTimer& operator=(const LoopTimer&) = delete;

  // Replaces the time it was armed for.
  void arm_at(TimePoint time);
  void arm_after(Duration delay);
  void disarm();
  [[nodiscard]] bool armed() const { return armed_; }

 private:
  friend class AvahiLoop;

  AvahiLoop& loop_;
  AvahiLoop::Task task_;
  TimePoint time_{};
  bool armed_ = false;
};

// Calls a task whenever a descriptor is readable, until destroyed. The descriptor stays the
// caller's. Loop thread only.
class LoopWatch {
 public:
  LoopWatch(AvahiLoop& loop, int fd, AvahiLoop::Task task);
  ~LoopWatch();
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;

 private:
  const AvahiPoll* api_;
  AvahiLoop::Task task_;
  AvahiWatch* watch_;
};

}  // namespace lansync
