// When to try again to reach an address.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/time.h"

namespace lansync {

struct DialBackoffOptions {
  // The wait after the first failure; it doubles with each further one, up to the longest.
  Duration delay_min = std::chrono::seconds{1};
  Duration delay_max = std::chrono::seconds{60};
  // How often a sighting may cut a wait short. Anybody on the network can claim to have been seen
  // anywhere, and must not make us knock there without pause.
  Duration sighting_interval = std::chrono::seconds{10};
  // Addresses remembered; beyond it, the one that was tried longest ago is forgotten.
  std::size_t addresses_max = 1024;
};

// Decides for each address how long to leave it alone after it could not be reached.
//
// Tell it how each attempt went with handle_*(), and ask may_dial() before the next. Of each wait,
// a part between none and half is taken off, at random from `seed`, so that devices that lost each
// other together do not all come back in the same instant. An address is whatever text the caller
// names it by. An address that never failed may be dialled at once, and nothing is remembered about
// it.
//
// Sans-IO; `now` never goes backwards.
class DialBackoff {
 public:
  explicit DialBackoff(std::uint64_t seed, DialBackoffOptions options = {});

  void handle_failure(const std::string& address, TimePoint now);
  void handle_success(const std::string& address);
  // The address was announced or seen anew: whatever kept it from answering may be over.
  void handle_sighting(const std::string& address, TimePoint now);

  // The earliest time to dial; in the past if that is now.
  [[nodiscard]] TimePoint next_attempt(const std::string& address) const;
  [[nodiscard]] bool may_dial(const std::string& address, TimePoint now) const {
    return next_attempt(address) <= now;
  }

 private:
  struct Failures {
    int count = 0;
    TimePoint last{};
    TimePoint next_attempt{};
    // When a sighting last cut a wait short.
    TimePoint sighted = TimePoint::min();
  };

  Duration delay_after(int failures);
  void forget_oldest();

  DialBackoffOptions options_;
  std::uint64_t random_state_;
  std::map<std::string, Failures> failures_;
};

}  // namespace lansync
