#include "core/index/clock.h"

#include <algorithm>

#include "core/base/assert.h"

namespace lansync {

std::uint64_t CausalClock::counter_of(const Author& author) const {
  const auto entry = std::ranges::lower_bound(entries_, author, {}, &Entry::author);
  return entry != entries_.end() && entry->author == author ? entry->counter : 0;
}

bool CausalClock::covers(const CausalClock& other) const {
  return std::ranges::all_of(other.entries_, [this](const Entry& entry) {
    return entry.counter <= counter_of(entry.author);
  });
}

void CausalClock::advance(const Author& author, std::uint64_t counter) {
  LANSYNC_ASSERT(counter >= counter_of(author));
  if (counter == 0) return;
  const auto entry = std::ranges::lower_bound(entries_, author, {}, &Entry::author);
  if (entry != entries_.end() && entry->author == author) {
    entry->counter = counter;
  } else {
    entries_.insert(entry, Entry{author, counter});
  }
}

void CausalClock::join(const CausalClock& other) {
  for (const Entry& entry : other.entries_) {
    if (entry.counter > counter_of(entry.author)) advance(entry.author, entry.counter);
  }
}

CausalClock CausalClock::beyond(const CausalClock& other) const {
  CausalClock rest;
  for (const Entry& entry : entries_) {
    if (entry.counter > other.counter_of(entry.author)) rest.entries_.push_back(entry);
  }
  return rest;
}

}  // namespace lansync
