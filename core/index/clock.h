// Who made a change, which one it was, and which ones a device has seen.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"

namespace lansync {

// One life of one device's log. A device that lost its index, or went back to an older one, starts
// a new incarnation: the counters of the old one are never used again, so a dot names one change
// for ever (docs/decisions.md, "Incarnations").
struct Author {
  DeviceId device;
  std::uint64_t incarnation = 0;

  friend auto operator<=>(const Author&, const Author&) = default;
};

// The name of one change: the counter-th of its author's log. Counters start at 1.
struct Dot {
  Author author;
  std::uint64_t counter = 0;

  friend auto operator<=>(const Dot&, const Dot&) = default;
};

// Which changes a device has integrated: for each author all up to a counter.
//
// Logs are hash-chained and integrated in order and each only after everything its author had
// seen, so a clock never has gaps and is always causally closed.
//
// A value. Entries are sorted by author and no counter is zero, so equal clocks are equal bytes.
class CausalClock {
 public:
  struct Entry {
    Author author;
    std::uint64_t counter = 0;

    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  [[nodiscard]] std::uint64_t counter_of(const Author& author) const;
  [[nodiscard]] bool covers(const Dot& dot) const { return dot.counter <= counter_of(dot.author); }
  [[nodiscard]] bool covers(const CausalClock& other) const;

  // Requires counter >= counter_of(author).
  void advance(const Author& author, std::uint64_t counter);
  void join(const CausalClock& other);
  // The entries that `other` does not cover.
  [[nodiscard]] CausalClock beyond(const CausalClock& other) const;

  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  friend bool operator==(const CausalClock&, const CausalClock&) = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace lansync
