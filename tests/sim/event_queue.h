// Virtual time.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <tuple>
#include <vector>

#include "core/base/time.h"

namespace lansync::sim {

// What is going to happen, in order. Of two events at one time the one scheduled first is first.
class EventQueue {
 public:
  using Happen = std::function<void()>;

  [[nodiscard]] TimePoint now() const { return now_; }

  void at(TimePoint time, Happen happen) {
    events_.push_back({std::max(time, now_), next_serial_++, std::move(happen)});
    std::ranges::push_heap(events_, std::greater<>());
  }
  void after(Duration delay, Happen happen) { at(now_ + delay, std::move(happen)); }

  [[nodiscard]] bool empty() const { return events_.empty(); }
  // Requires that it is not empty.
  [[nodiscard]] TimePoint next() const { return events_.front().at; }
  void run_next() {
    std::ranges::pop_heap(events_, std::greater<>());
    Event event = std::move(events_.back());
    events_.pop_back();
    now_ = std::max(now_, event.at);
    event.happen();
  }
  // Nothing happens until then; what was due happens late.
  void skip_to(TimePoint time) { now_ = std::max(now_, time); }

 private:
  struct Event {
    TimePoint at;
    std::uint64_t serial = 0;
    Happen happen;
    friend bool operator>(const Event& left, const Event& right) {
      return std::tie(left.at, left.serial) > std::tie(right.at, right.serial);
    }
  };

  TimePoint now_{std::chrono::hours(1)};
  std::vector<Event> events_;  // A heap, earliest first.
  std::uint64_t next_serial_ = 0;
};

}  // namespace lansync::sim
