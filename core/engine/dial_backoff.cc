#include "core/engine/dial_backoff.h"

#include <algorithm>

#include "core/base/assert.h"

namespace lansync {
namespace {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace

DialBackoff::DialBackoff(std::uint64_t seed, DialBackoffOptions options)
    : options_(options), random_state_(seed) {
  LANSYNC_ASSERT(options_.delay_min > Duration::zero());
  LANSYNC_ASSERT(options_.delay_max >= options_.delay_min);
  LANSYNC_ASSERT(options_.addresses_max > 0);
}

void DialBackoff::handle_failure(const std::string& address, TimePoint now) {
  if (!failures_.contains(address) && failures_.size() == options_.addresses_max) forget_oldest();
  Failures& failures = failures_[address];
  ++failures.count;
  failures.last = now;
  failures.next_attempt = now + delay_after(failures.count);
}

void DialBackoff::handle_success(const std::string& address) { failures_.erase(address); }

void DialBackoff::handle_sighting(const std::string& address, TimePoint now) {
  const auto found = failures_.find(address);
  if (found == failures_.end()) return;
  Failures& failures = found->second;
  if (failures.sighted != TimePoint::min() && now - failures.sighted < options_.sighting_interval) {
    return;
  }
  failures.count = 0;
  failures.next_attempt = now;
  failures.sighted = now;
}

TimePoint DialBackoff::next_attempt(const std::string& address) const {
  const auto found = failures_.find(address);
  return found == failures_.end() ? TimePoint::min() : found->second.next_attempt;
}

Duration DialBackoff::delay_after(int failures) {
  Duration delay = options_.delay_min;
  for (int i = 1; i < failures && delay < options_.delay_max; ++i) delay *= 2;
  delay = std::min(delay, options_.delay_max);
  // Thousandths are fine enough and cannot overflow.
  const auto less = static_cast<Duration::rep>(next_random(random_state_) % 501);
  return delay - delay * less / 1000;
}

void DialBackoff::forget_oldest() {
  failures_.erase(
      std::ranges::min_element(failures_, {}, [](const auto& entry) { return entry.second.last; }));
}

}  // namespace lansync
