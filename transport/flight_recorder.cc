#include "transport/flight_recorder.h"

namespace lansync {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
                  std::atomic<const char*>::is_always_lock_free,
              "a signal handler reads them");

// A thread may be put to sleep for as long as the others need for a whole round. Whoever meets its
// slot, and it when it wakes up and finds a newer event in there, goes on to the next place: a slot
// has one writer at a time, and its serials only grow.
FlightRecorder::Claim FlightRecorder::claim() noexcept {
  for (;;) {
    const std::uint64_t place = next_.fetch_add(1, std::memory_order_acq_rel);
    const std::uint64_t serial = place + 1;
    Slot& slot = slots_[place % kEventsMax];
    // With kWriting it is larger than any serial.
    std::uint64_t before = slot.serial.load(std::memory_order_acquire);
    if (before < serial &&
        slot.serial.compare_exchange_strong(before, serial | kWriting, std::memory_order_acq_rel)) {
      return {.slot = slot, .serial = serial};
    }
  }
}

// Each store releases and each load acquires: whoever reads any part of a newer event sees, in
// `serial`, that the place was taken away.
void FlightRecorder::record(const Event& event) noexcept {
  const auto [slot, serial] = claim();
  slot.at.store(event.at.ns, std::memory_order_release);
  slot.what.store(event.what.text(), std::memory_order_release);
  slot.detail.store(event.detail.text(), std::memory_order_release);
  slot.share.store(event.share, std::memory_order_release);
  slot.device.store(event.device, std::memory_order_release);
  slot.number.store(event.number, std::memory_order_release);
  slot.serial.store(serial, std::memory_order_release);
}

bool FlightRecorder::read(std::uint64_t place, Event& event) const {
  const Slot& slot = slots_[place % kEventsMax];
  if (slot.serial.load(std::memory_order_acquire) != place + 1) return false;
  event.at.ns = slot.at.load(std::memory_order_acquire);
  event.what = Literal(slot.what.load(std::memory_order_acquire), Literal::Recorded());
  event.detail = Literal(slot.detail.load(std::memory_order_acquire), Literal::Recorded());
  event.share = slot.share.load(std::memory_order_acquire);
  event.device = slot.device.load(std::memory_order_acquire);
  event.number = slot.number.load(std::memory_order_acquire);
  return slot.serial.load(std::memory_order_acquire) == place + 1;
}

}  // namespace lansync
