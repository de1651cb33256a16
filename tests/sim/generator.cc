#include "tests/sim/generator.h"

#include <array>
#include <utility>

#include "tests/sim/random_stream.h"

namespace lansync::sim {
namespace {

constexpr std::array<std::string_view, kProfiles> kNames = {
    "brief",   "mixed",   "conflict", "crash", "apart",  "disk",    "churn",
    "watcher", "restore", "bulk",     "swaps", "rewind", "unsynced"};

// A deed and how often it occurs beside the others.
using Weighted = std::pair<Deed, unsigned>;

constexpr std::array kPeople = {
    Weighted{Deed::write, 8},    Weighted{Deed::replace, 8},    Weighted{Deed::append, 2},
    Weighted{Deed::patch, 2},    Weighted{Deed::truncate, 1},   Weighted{Deed::office, 2},
    Weighted{Deed::remove, 6},   Weighted{Deed::rename, 6},     Weighted{Deed::swap_in, 3},
    Weighted{Deed::copy, 2},     Weighted{Deed::copy_times, 2}, Weighted{Deed::chmod, 2},
    Weighted{Deed::touch, 2},    Weighted{Deed::mkdir, 3},      Weighted{Deed::symlink, 2},
    Weighted{Deed::checkout, 1}, Weighted{Deed::open_file, 1},  Weighted{Deed::close_file, 1}};

constexpr std::array kNetwork = {Weighted{Deed::cut, 3},    Weighted{Deed::connect, 3},
                                 Weighted{Deed::drop, 2},   Weighted{Deed::half_open, 1},
                                 Weighted{Deed::freeze, 1}, Weighted{Deed::redial, 1}};

constexpr std::array kCrashes = {Weighted{Deed::kill, 2}, Weighted{Deed::power_loss, 3}};

constexpr std::array kAway = {Weighted{Deed::stop, 2}, Weighted{Deed::start, 2},
                              Weighted{Deed::asleep, 1}, Weighted{Deed::settle, 1}};

constexpr std::array kDisk = {Weighted{Deed::disk_full, 1}, Weighted{Deed::disk_free, 1},
                              Weighted{Deed::fail_call, 4}, Weighted{Deed::sync_lie, 1}};

constexpr std::array kTimes = {Weighted{Deed::clock_jump, 1}, Weighted{Deed::touch, 2},
                               Weighted{Deed::copy_times, 2}, Weighted{Deed::checkout, 1}};

constexpr std::array kRestores = {
    Weighted{Deed::backup, 3},        Weighted{Deed::restore, 1},
    Weighted{Deed::restore_files, 1}, Weighted{Deed::restore_index, 1},
    Weighted{Deed::lose_index, 1},    Weighted{Deed::unmount, 1},
    Weighted{Deed::mount, 2}};

constexpr std::array kRewinds = {Weighted{Deed::backup, 2}, Weighted{Deed::rewind, 2}};

constexpr std::array kChurn = {Weighted{Deed::rename, 8},  Weighted{Deed::swap_in, 3},
                               Weighted{Deed::mkdir, 4},   Weighted{Deed::remove, 3},
                               Weighted{Deed::symlink, 2}, Weighted{Deed::replace, 2}};

constexpr std::array kErrors = {"EIO", "ENOSPC", "EACCES", "EMFILE"};

class Author {
 public:
  Author(std::uint64_t seed, Profile profile)
      : profile_(profile), random_(seed, "story", static_cast<std::uint64_t>(profile)) {
    story_.seed = seed;
  }

  Story write() {
    set_scene();
    choose_deeds();
    const std::uint64_t steps =
        profile_ == Profile::brief ? 6 + random_.below(7) : 10 + random_.below(50);
    for (std::uint64_t i = 0; i < steps; ++i) {
      if (profile_ == Profile::swaps && random_.one_in(4)) {
        add_swap();
      } else if (profile_ == Profile::swaps && random_.one_in(20)) {
        add_pipe();
      } else {
        story_.steps.push_back(next_step());
      }
    }
    return std::move(story_);
  }

 private:
  void set_scene() {
    const std::uint64_t devices =
        profile_ == Profile::brief ? 2 + random_.below(2) : 2 + random_.below(4);
    const bool odd = profile_ == Profile::watcher || profile_ == Profile::mixed;
    for (std::uint64_t i = 0; i < devices; ++i) {
      Traits traits;
      if (odd && random_.one_in(2)) {
        traits.clock_skew_s = static_cast<std::int64_t>(random_.below(20'000)) - 10'000;
      }
      if (odd && random_.one_in(2)) {
        static constexpr std::array<std::int64_t, 4> kGranularities = {1, 10'000'000, 1'000'000'000,
                                                                       2'000'000'000};
        traits.granularity_ns = random_.pick(kGranularities);
      }
      traits.syncs_late = profile_ == Profile::unsynced;
      if (odd && random_.one_in(2)) traits.watcher = static_cast<Watcher>(random_.below(5));
      story_.devices.push_back(traits);
    }
    Network& net = story_.network;
    static constexpr std::array<std::uint32_t, 4> kLatencies = {0, 1000, 5000, 200'000};
    net.latency_us = random_.pick(kLatencies);
    net.job_us = random_.one_in(3) ? 0 : 3000;
    if (story_.seed % 3 == 0) net.gather_us = 4000;
    if (profile_ == Profile::bulk || random_.one_in(10)) net.bytes_per_second = 2'000'000;
    if (random_.one_in(10)) net.slow = static_cast<std::uint32_t>(random_.below(devices));
    between_calls_ = random_.one_in(2);
    names_ = profile_ == Profile::conflict ? 2 : 3;
  }

  // Each kind of deed is in the story or not at all.
  template <class Deeds>
  void offer(const Deeds& deeds, unsigned times, std::uint64_t left_out) {
    for (const auto& [deed, weight] : deeds) {
      if (left_out > 0 && random_.one_in(left_out)) continue;
      weights_.emplace_back(deed, weight * times);
    }
  }

  void choose_deeds() {
    offer(kPeople, 2, 3);
    weights_.emplace_back(Deed::write, 4);
    switch (profile_) {
      case Profile::brief:
        offer(kNetwork, 1, 3);
        if (random_.one_in(3)) offer(kCrashes, 1, 3);
        if (random_.one_in(4)) offer(kAway, 1, 2);
        if (random_.one_in(8)) offer(kDisk, 1, 2);
        break;
      case Profile::mixed:
        offer(kNetwork, 1, 2);
        offer(kCrashes, 1, 2);
        offer(kAway, 1, 2);
        offer(kDisk, 1, 2);
        offer(kTimes, 1, 2);
        break;
      case Profile::conflict: offer(kNetwork, 3, 3); break;
      case Profile::crash:
      case Profile::unsynced:
        offer(kCrashes, 4, 3);
        offer(kNetwork, 1, 2);
        break;
      case Profile::apart:
        offer(kAway, 4, 0);
        offer(kNetwork, 2, 2);
        break;
      case Profile::disk:
        offer(kDisk, 4, 3);
        offer(kNetwork, 1, 2);
        // What a failed sync has lost shows when the power goes.
        offer(kCrashes, 2, 2);
        break;
      case Profile::churn:
        offer(kChurn, 4, 4);
        offer(kNetwork, 1, 2);
        break;
      case Profile::watcher:
        offer(kTimes, 4, 3);
        offer(kNetwork, 1, 2);
        break;
      case Profile::restore:
        offer(kRestores, 3, 3);
        offer(kNetwork, 1, 2);
        offer(kCrashes, 1, 2);
        break;
      case Profile::rewind:
        offer(kRewinds, 4, 0);
        offer(kNetwork, 4, 3);
        break;
      case Profile::swaps:
      case Profile::bulk:
        offer(kNetwork, 3, 2);
        offer(kCrashes, 1, 2);
        break;
    }
    for (const auto& [deed, weight] : weights_) total_ += weight;
  }

  Deed random_deed() {
    std::uint64_t at = random_.below(total_);
    for (const auto& [deed, weight] : weights_) {
      if (at < weight) return deed;
      at -= weight;
    }
    return Deed::write;
  }

  Where random_place() {
    if (random_.one_in(2)) return {{}, static_cast<std::uint32_t>(random_.below(64))};
    return {random_path(), {}};
  }

  std::string random_path() {
    static constexpr std::array<char, 3> kLetters = {'a', 'b', 'c'};
    std::string path(1, kLetters[random_.below(names_)]);
    while (random_.one_in(2) && path.size() < 5)
      path += std::string("/") + kLetters[random_.below(names_)];
    return path;
  }

  std::int64_t random_size() {
    if (profile_ == Profile::bulk && random_.one_in(3)) {
      return static_cast<std::int64_t>(random_.below(600'000));
    }
    if (random_.one_in(20)) return 0;
    if (random_.one_in(30)) return static_cast<std::int64_t>(random_.below(200'000));
    if (random_.one_in(6)) return static_cast<std::int64_t>(random_.below(10'000));
    return 12;
  }

  std::uint32_t random_wait_us() {
    switch (random_.below(6)) {
      case 0: return 0;
      case 1: return static_cast<std::uint32_t>(random_.below(3'000'000));
      case 2: return static_cast<std::uint32_t>(random_.below(300'000));
      default: return static_cast<std::uint32_t>(random_.below(20'000));
    }
  }

  Step next_step() {
    Step step;
    step.deed = random_deed();
    step.device = static_cast<std::uint32_t>(random_.below(story_.devices.size()));
    step.peer = static_cast<std::uint32_t>(
        (step.device + 1 + random_.below(story_.devices.size() - 1)) % story_.devices.size());
    step.path = random_place();
    step.to = {random_path(), {}};
    if (step.deed == Deed::swap_in && random_.one_in(2)) step.to = random_place();
    step.wait_us = random_wait_us();
    step.number = number_for(step);
    const bool may_be_within = is_within_call(step.deed);
    if (may_be_within && between_calls_ && random_.one_in(2)) {
      step.before_call = static_cast<std::uint32_t>(1 + random_.below(40));
    }
    drop_unused(step);
    return step;
  }

  // At a place that nothing else comes to.
  void add_pipe() {
    Step step = next_step();
    step.deed = Deed::pipe;
    step.path = {"p", {}};
    drop_unused(step);
    story_.steps.push_back(step);
  }

  // Somebody changes a file, and where that is to be shown somebody else is at the same place.
  void add_swap() {
    Step news = next_step();
    news.deed = Deed::write;
    const std::string dir = random_path();
    news.path = {random_.one_in(2) ? dir : dir + "/a", {}};
    news.number = 12;
    news.before_call = 0;
    Step first = news;
    first.device = news.peer;
    first.wait_us = random_wait_us();
    Step second = first;
    second.wait_us = 0;
    if (random_.one_in(2)) {
      // rm foo; mv bar foo
      first.deed = Deed::remove;
      second.deed = Deed::rename;
      second.path = random_place();
      second.to = news.path;
    } else {
      // A link takes the place of the directory.
      first.deed = Deed::symlink;
      first.path = {"z", {}};
      second.deed = Deed::swap_in;
      second.path = {dir, {}};
      second.to = first.path;
    }
    second.before_call = static_cast<std::uint32_t>(1 + random_.below(40));
    for (Step* step : {&news, &first, &second}) {
      drop_unused(*step);
      story_.steps.push_back(*step);
    }
  }

  static bool is_within_call(Deed deed) {
    return deed != Deed::pass && deed != Deed::asleep && deed != Deed::settle &&
           deed != Deed::start;
  }

  std::int64_t number_for(Step& step) {
    switch (step.deed) {
      case Deed::write:
      case Deed::replace:
      case Deed::append:
      case Deed::patch:
      case Deed::office: return random_size();
      case Deed::truncate: return static_cast<std::int64_t>(random_.below(20));
      case Deed::chmod: return random_.one_in(2) ? 0755 : 0600;
      case Deed::touch:
        return 1'800'000'000 + static_cast<std::int64_t>(random_.below(20'000)) - 10'000;
      case Deed::checkout: return 1 + static_cast<std::int64_t>(random_.below(6));
      case Deed::clock_jump: return static_cast<std::int64_t>(random_.below(200'000)) - 100'000;
      case Deed::disk_full: return static_cast<std::int64_t>(random_.below(2000));
      case Deed::fail_call:
        step.to = {kErrors[random_.below(kErrors.size())], {}};
        return 1 + static_cast<std::int64_t>(random_.below(30));
      case Deed::sync_lie: return 1 + static_cast<std::int64_t>(random_.below(4));
      case Deed::asleep:
        return random_.one_in(3) ? 400 : 1 + static_cast<std::int64_t>(random_.below(40));
      default: return 0;
    }
  }

  const Profile profile_;
  RandomStream random_;
  Story story_;
  std::vector<Weighted> weights_;
  std::uint64_t total_ = 0;
  std::uint64_t names_ = 3;
  bool between_calls_ = false;
};

}  // namespace

std::string_view to_string(Profile profile) { return kNames[static_cast<std::size_t>(profile)]; }

std::optional<Profile> find_profile(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Profile>(i);
  }
  return std::nullopt;
}

Story make_story(std::uint64_t seed, Profile profile) { return Author(seed, profile).write(); }

}  // namespace lansync::sim
