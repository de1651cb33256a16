// What the changes of a mesh cost.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mesh/mesh.h"

namespace lansync::mesh {

struct Plan {
  std::size_t devices = 8;
  std::size_t edits = 20;
  std::size_t burst_files = 100;
  std::uint64_t seed = 1;
};

// One kind of work, in a mesh at rest, until it is at rest again.
struct Figures {
  std::string_view work;
  std::size_t devices = 0;
  std::size_t changes = 0;
  std::array<Amount, kKinds> kinds{};
  Amount total;
  Amount most;  // What the one sends that sends most.
  // From the change to when the last device had it.
  Duration arrival_mean{};
  Duration arrival_slowest{};
  Duration processor_time_all{};   // Of all devices.
  Duration processor_time_most{};  // Of the one that takes most.

  // A device's share of one change.
  [[nodiscard]] double per_device_and_change(double all) const {
    return all / static_cast<double>(devices) / static_cast<double>(changes);
  }
};

// In this order:
//   connect   each device meets each other; per device (a "change" is the whole)
//   alone     one edit after the other, each when the one before it has come to rest
//   together  eight at a time, or as many as there are devices, in the same moment
//   steady    four a second, without waiting
//   burst     many small files by one device at once
//
// `progress` is told what is going on. Errors: wrong_state (an engine complained, or the mesh did
// not come to rest).
Result<std::vector<Figures>> measure(const Plan& plan,
                                     const std::function<void(const std::string&)>& progress);

}  // namespace lansync::mesh
