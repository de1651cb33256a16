// What the program did last, for whoever has to find out why it died.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/time.h"

namespace lansync {

// A text that stands in the program itself: what was made, read or received at run time cannot be
// one. So no key, code, name or content ever gets among the events.
class Literal {
 public:
  consteval Literal(const char* text) : text_(text) {}
  [[nodiscard]] constexpr const char* text() const { return text_; }

 private:
  friend class FlightRecorder;
  struct Recorded {};
  // Of what was a Literal when it was recorded.
  constexpr Literal(const char* text, Recorded) : text_(text) {}

  const char* text_;
};

// The last events of a process, in a ring of fixed size: recording takes no memory, no lock and no
// system call, and reading is safe in a signal handler.
//
// Knows no clock: whoever records says when it was.
//
// Thread-safe. An event that is being overwritten while it is read is left out. No event is lost
// to another that is recorded at the same time; each such meeting may leave one place empty, for
// one round.
class FlightRecorder {
 public:
  static constexpr std::size_t kEventsMax = 4096;

  struct Event {
    WallTime at;
    Literal what = "";    // "message", "job done", ...
    Literal detail = "";  // Which kind of it; may be empty.
    // The first eight bytes of the ids of a share and a device; zero: of none.
    std::uint64_t share = 0;
    std::uint64_t device = 0;
    std::uint64_t number = 0;  // Of a job or an error.
  };

  FlightRecorder() = default;
  FlightRecorder(const FlightRecorder&) = delete;
  FlightRecorder& operator=(const FlightRecorder&) = delete;

  void record(const Event& event) noexcept;

  // Calls visit(event) for each event, oldest first.
  template <class Visit>
  void for_each(Visit visit) const {
    const std::uint64_t end = next_.load(std::memory_order_acquire);
    for (std::uint64_t i = end < kEventsMax ? 0 : end - kEventsMax; i < end; ++i) {
      Event event;
      if (read(i, event)) visit(event);
    }
  }

  // The first eight bytes of an id. Requires as many.
  static std::uint64_t tag(ByteView id) { return load_be<std::uint64_t>(id); }

 private:
  // `serial` is the event's number from 1, with kWriting added while the event is being written; 0
  // before the first one.
  struct Slot {
    std::atomic<std::uint64_t> serial{0};
    std::atomic<std::int64_t> at{0};
    std::atomic<const char*> what{""};
    std::atomic<const char*> detail{""};
    std::atomic<std::uint64_t> share{0};
    std::atomic<std::uint64_t> device{0};
    std::atomic<std::uint64_t> number{0};
  };

  static constexpr std::uint64_t kWriting = std::uint64_t{1} << 63U;

  // The slot of a new event, which nobody else writes to until its serial is told; and that serial.
  struct Claim {
    Slot& slot;
    std::uint64_t serial;
  };
  Claim claim() noexcept;
  [[nodiscard]] bool read(std::uint64_t place, Event& event) const;

  std::atomic<std::uint64_t> next_{0};
  std::array<Slot, kEventsMax> slots_;
};

}  // namespace lansync
