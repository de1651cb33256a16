// A value that one coroutine waits for and something else brings.
#pragma once

#include <optional>
#include <utility>

#include "transport/notifier.h"

namespace lansync {

// Set at most once that counts; later ones are ignored. At most one waiter. Confined to its
// executor.
template <class T>
class OneShot {
 public:
  explicit OneShot(const asio::any_io_executor& executor) : came_(executor) {}

  void set(T value) {
    if (value_) return;
    value_ = std::move(value);
    came_.notify();
  }
  [[nodiscard]] bool is_set() const { return value_.has_value(); }

  // Nothing if it has not come by the deadline.
  asio::awaitable<std::optional<T>> wait_until(TimePoint deadline) {
    while (!value_ && Clock::now() < deadline) co_await came_.wait_until(deadline);
    co_return std::exchange(value_, std::nullopt);
  }

 private:
  Notifier came_;
  std::optional<T> value_;
};

}  // namespace lansync
