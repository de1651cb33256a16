#include "tests/sim/shrink.h"

#include <algorithm>

#include "tests/sim/person.h"

namespace lansync::sim {
namespace {

constexpr std::int64_t kSmallestSize = 12;

class Shrinker {
 public:
  Shrinker(Story story, const StillFails& still_fails, std::size_t plays_max)
      : story_(std::move(story)), still_fails_(still_fails), plays_left_(plays_max) {}

  Story run() {
    bool shorter = true;
    while (shorter && plays_left_ > 0) {
      shorter = false;
      for (std::size_t piece = std::max<std::size_t>(story_.steps.size() / 2, 1);; piece /= 2) {
        shorter = remove_steps(piece) || shorter;
        if (piece <= 1) break;
      }
      shorter = remove_devices() || shorter;
      shorter = calm() || shorter;
      for (std::size_t i = 0; i < story_.steps.size(); ++i) shorter = simplify(i) || shorter;
    }
    return std::move(story_);
  }

 private:
  bool keep_if_failing(Story candidate) {
    if (candidate == story_ || plays_left_ == 0) return false;
    --plays_left_;
    if (!still_fails_(candidate)) return false;
    story_ = std::move(candidate);
    return true;
  }

  bool remove_steps(std::size_t piece) {
    bool shorter = false;
    for (std::size_t at = 0; at < story_.steps.size();) {
      Story candidate = story_;
      const auto first = candidate.steps.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t count = std::min(piece, story_.steps.size() - at);
      candidate.steps.erase(first, first + static_cast<std::ptrdiff_t>(count));
      if (keep_if_failing(std::move(candidate))) {
        shorter = true;
      } else {
        at += piece;
      }
    }
    return shorter;
  }

  bool remove_devices() {
    bool shorter = false;
    while (story_.devices.size() > 2) {
      Story candidate = story_;
      candidate.devices.pop_back();
      const auto last = static_cast<std::uint32_t>(candidate.devices.size());
      std::erase_if(candidate.steps,
                    [last](const Step& step) { return step.device == last || step.peer == last; });
      if (candidate.network.slow && *candidate.network.slow == last) candidate.network.slow.reset();
      if (!keep_if_failing(std::move(candidate))) break;
      shorter = true;
    }
    return shorter;
  }

  template <class Change>
  bool attempt(Change change) {
    Story candidate = story_;
    change(candidate);
    return keep_if_failing(std::move(candidate));
  }

  bool calm() {
    bool shorter = false;
    for (std::size_t i = 0; i < story_.devices.size(); ++i) {
      shorter = attempt([i](Story& story) { story.devices[i] = {}; }) || shorter;
      shorter = attempt([i](Story& story) { story.devices[i].clock_skew_s = 0; }) || shorter;
      shorter = attempt([i](Story& story) { story.devices[i].granularity_ns = 1; }) || shorter;
      shorter = attempt([i](Story& story) { story.devices[i].syncs_late = false; }) || shorter;
      shorter = attempt([i](Story& story) { story.devices[i].watcher = Watcher::good; }) || shorter;
    }
    shorter = attempt([](Story& story) { story.network.slow.reset(); }) || shorter;
    shorter = attempt([](Story& story) { story.network.bytes_per_second = 0; }) || shorter;
    shorter = attempt([](Story& story) { story.network.latency_us = 0; }) || shorter;
    shorter = attempt([](Story& story) { story.network.job_us = 0; }) || shorter;
    shorter = attempt([](Story& story) { story.network.gather_us = 0; }) || shorter;
    return shorter;
  }

  bool simplify(std::size_t i) {
    bool shorter = false;
    shorter = attempt([i](Story& story) { story.steps[i].before_call = 0; }) || shorter;
    shorter = attempt([i](Story& story) { story.steps[i].before_call /= 2; }) || shorter;
    shorter = attempt([i](Story& story) { story.steps[i].wait_us = 0; }) || shorter;
    shorter = attempt([i](Story& story) { story.steps[i].wait_us /= 8; }) || shorter;
    shorter = attempt([i](Story& story) {
                Step& step = story.steps[i];
                if (step.number > kSmallestSize && step.deed <= Deed::office)
                  step.number = kSmallestSize;
              }) ||
              shorter;
    for (std::uint32_t device = 0; device < story_.steps[i].device; ++device) {
      shorter = attempt([i, device](Story& story) {
                  Step& step = story.steps[i];
                  if (is_persons(step.deed) || step.peer != device) step.device = device;
                }) ||
                shorter;
    }
    for (const char* const path : {"a", "b"}) {
      shorter = attempt([i, path](Story& story) {
                  Where& where = story.steps[i].path;
                  if (where.pick || (!where.path.empty() && where.path != "a")) where = {path, {}};
                }) ||
                shorter;
    }
    return shorter;
  }

  Story story_;
  const StillFails& still_fails_;
  std::size_t plays_left_;
};

}  // namespace

Story shrink(Story story, const StillFails& still_fails, std::size_t plays_max) {
  return Shrinker(std::move(story), still_fails, plays_max).run();
}

}  // namespace lansync::sim
