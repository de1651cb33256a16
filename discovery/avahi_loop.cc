#include "discovery/avahi_loop.h"

#include <algorithm>
#include <cstdint>
#include <system_error>

#include <avahi-common/simple-watch.h>
#include <avahi-common/watch.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "core/base/assert.h"

namespace lansync {

void AvahiLoop::FreePoll::operator()(AvahiSimplePoll* poll) const { avahi_simple_poll_free(poll); }

AvahiLoop::AvahiLoop() : wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

AvahiLoop::~AvahiLoop() {
  stop();
  LANSYNC_ASSERT(timers_.empty());
}

Result<void> AvahiLoop::start() {
  LANSYNC_ASSERT(!thread_.joinable());
  if (wakeup_.valid()) poll_.reset(avahi_simple_poll_new());
  if (!poll_)
    return Error{std::make_error_code(std::errc::too_many_files_open), "discovery thread"};

  wakeup_watch_ = std::make_unique<LoopWatch>(*this, wakeup_.get(), [this] {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wakeup_.get(), &count, sizeof(count));
  });

  // Signals are the main thread's.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Result<void> result;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& failure) {
    result = Error{failure.code(), "discovery thread"};
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

void AvahiLoop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  if (wakeup_.valid()) {
    [[maybe_unused]] const ssize_t put = ::write(wakeup_.get(), &one, sizeof(one));
  }
}

void AvahiLoop::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  post([] {});
  thread_.join();
}

const AvahiPoll* AvahiLoop::api() const {
  LANSYNC_ASSERT(poll_ != nullptr);
  return avahi_simple_poll_get(poll_.get());
}

void AvahiLoop::run() {
  pthread_setname_np(pthread_self(), "discovery");
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    run_posted();
    run_timers();
    // It fails only when poll(2) does for want of memory; then there is nothing better than to go
    // on.
    avahi_simple_poll_iterate(poll_.get(), wait_ms());
  }
}

void AvahiLoop::run_posted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (const Task& task : tasks) task();
}

void AvahiLoop::run_timers() {
  const TimePoint now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    LoopTimer* timer = timers_.begin()->second;
    timer->disarm();
    const Task task = timer->task_;  // The timer may not outlive its task.
    task();
  }
}

int AvahiLoop::wait_ms() const {
  if (timers_.empty()) return -1;
  using std::chrono::milliseconds;
  const auto wait = std::chrono::ceil<milliseconds>(timers_.begin()->first - Clock::now());
  const milliseconds hour = std::chrono::hours(1);
  return static_cast<int>(std::clamp(wait, milliseconds(0), hour).count());
}

LoopTimer::LoopTimer(AvahiLoop& loop, AvahiLoop::Task task) : loop_(loop), task_(std::move(task)) {}

LoopTimer::~LoopTimer() { disarm(); }

void LoopTimer::arm_at(TimePoint time) {
  disarm();
  time_ = time;
  armed_ = true;
  loop_.timers_.emplace(time_, this);
}

void LoopTimer::arm_after(Duration delay) { arm_at(Clock::now() + delay); }

void LoopTimer::disarm() {
  if (armed_) loop_.timers_.erase({time_, this});
  armed_ = false;
}

LoopWatch::LoopWatch(AvahiLoop& loop, int fd, AvahiLoop::Task task)
    : api_(loop.api()), task_(std::move(task)) {
  const auto ready = [](AvahiWatch*, int, AvahiWatchEvent, void* self) {
    const AvahiLoop::Task task_copy = static_cast<LoopWatch*>(self)->task_;
    task_copy();
  };
  watch_ = api_->watch_new(api_, fd, AVAHI_WATCH_IN, ready, this);
  LANSYNC_ASSERT(watch_ != nullptr);
}

LoopWatch::~LoopWatch() { api_->watch_free(watch_); }

}  // namespace lansync
