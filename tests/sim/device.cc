#include "tests/sim/device.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"

namespace lansync::sim {
namespace {

// No round time: it would look like that of a coarse disk.
constexpr std::int64_t kWallAtStart = 1'800'000'000'123'456'789;
constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr std::string_view kIncarnation = "incarnation";

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
  const auto stored = index.fact(kIncarnation);
  if (!*stored) renew_incarnation();
  ShareEngine::Config config{.self = author(),
                             .device_name = device_name(number_),
                             .sign = Cast::get().sign(number_),
                             .root = {1, number_ + 1, membership_.share().hex()}};
  engine_ = std::make_unique<ShareEngine>(index, membership_, std::move(config));
  engine_->start(now(now_steady));
  const bool watched = traits_.watcher == Watcher::good || traits_.watcher == Watcher::late;
  engine_->set_scan_interval(
      watched ? Duration(kScanIntervalWatched) : Duration(kScanIntervalUnwatched), now(now_steady));
}

void Device::halt() {
  engine_.reset();
  index.crash();
  ++life_;
}

Author Device::author() {
  const auto stored = index.fact(kIncarnation);
  return {id(), load_be<std::uint64_t>(**stored)};
}

void Device::renew_incarnation() {
  Bytes fresh;
  append_be(fresh, ++incarnations_);
  const auto put = index.put_fact(kIncarnation, fresh);
  const auto done = index.commit();
  LANSYNC_ASSERT(put.has_value() && done.has_value());
}

}  // namespace lansync::sim
