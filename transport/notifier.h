// Lets one coroutine wait for another.
#pragma once

#include "core/base/time.h"
#include "transport/asio.h"

namespace lansync {

// Lets one coroutine sleep until another has something for it.
//
// Asio has no condition variable; this is a timer used as one, kept in one place. A wake-up only
// means "look again": the waiter re-reads the state it cares about. Notifications do not add up.
//
// Confined to its executor; at most one waiter.
class Notifier {
 public:
  explicit Notifier(const asio::any_io_executor& executor) : timer_(executor) {}

  void notify() {
    notified_ = true;
    timer_.cancel();
  }

  asio::awaitable<void> wait_until(TimePoint deadline) {
    if (!notified_) {
      timer_.expires_at(deadline);
      co_await timer_.async_wait(kAsValue);
    }
    notified_ = false;
  }
  asio::awaitable<void> wait() { return wait_until(TimePoint::max()); }

 private:
  asio::steady_timer timer_;
  bool notified_ = false;
};

}  // namespace lansync
