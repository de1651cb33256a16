#include "tests/sim/device.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/engine/history/incarnation.h"

namespace lansync::sim {
namespace {

// No round time: it would look like that of a coarse disk.
constexpr std::int64_t kWallAtStart = 1'800'000'000'123'456'789;
constexpr TimePoint kStart{std::chrono::hours(1)};

// Where a watcher may miss something the program looks more often, as the daemon does.
constexpr std::chrono::minutes kScanIntervalWatched{10};
constexpr std::chrono::seconds kScanIntervalUnwatched{10};

}  // namespace

Device::Device(std::size_t number, std::size_t devices, const Traits& traits)
    : number_(number), traits_(traits), membership_(Cast::get().membership(devices)) {
  fs.set_root_identity({1, number + 1, membership_.share().hex()});
}

Now Device::now(TimePoint steady) const {
  return {steady, WallTime{kWallAtStart + (steady - kStart).count() + jumped_ns_ +
                           traits_.clock_skew_s * 1'000'000'000}};
}

void Device::boot(TimePoint now_steady) {
  LANSYNC_ASSERT(!running());
  ++life_;
  Bytes birth;
  append_be(birth, copies_);
  const auto incarnation = open_incarnation(index, birth, incarnations_);
  LANSYNC_ASSERT(incarnation.has_value());
  incarnation_ = incarnation->number;
  ShareEngine::Config config{.self = author(),
                             .device_name = device_name(number_),
                             .sign = Cast::get().sign(number_),
                             .root = {1, number_ + 1, membership_.share().hex()},
                             .boot = incarnation->of_copy ? "" : std::to_string(boots_)};
  engine_ = std::make_unique<ShareEngine>(index, membership_, std::move(config));
  engine_->start(now(now_steady));
  engine_->set_scan_interval(misses_nothing(traits_.watcher) ? Duration(kScanIntervalWatched)
                                                             : Duration(kScanIntervalUnwatched),
                             now(now_steady));
}

void Device::halt() {
  engine_.reset();
  index.crash();
  ++life_;
}

void Device::begin_new_log() {
  const auto renewed = renew_incarnation(index, incarnations_);
  LANSYNC_ASSERT(renewed.has_value());
}

void Device::begin_anew(const Author& forked) {
  const auto begun = lansync::begin_anew(index, forked, incarnations_);
  LANSYNC_ASSERT(begun.has_value());
}

void Device::Numbers::fill(std::span<std::byte> bytes) {
  Bytes number;
  append_be(number, ++last_);
  LANSYNC_ASSERT(bytes.size() == number.size());
  std::ranges::copy(number, bytes.begin());
}

}  // namespace lansync::sim
