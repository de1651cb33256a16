#include "tests/sim/world.h"

#include <algorithm>
#include <array>

#include "core/base/assert.h"
#include "core/engine/job_runner.h"
#include "core/wire/chunk_data.h"
#include "core/wire/message.h"

namespace lansync::sim {
namespace {

using namespace std::chrono_literals;

// Whatever is broken is mended after this; what then does not come to rest never will.
constexpr std::size_t kEventsToRestMax = 300'000;
// Longer than any pause between two attempts of a device that has something to do.
constexpr Duration kQuietTime = 1s;
// After this a device that may have missed something has looked by itself.
constexpr Duration kUnwatchedTime = 11s;
// After this a device has tried again what once failed.
constexpr Duration kRetryTime = 11min;

bool succeeded(const JobResult& result) {
  return std::visit([](const auto& done) { return done.has_value(); }, result);
}

std::string describe(const Job& job) {
  static constexpr std::array kKinds = {"list ",  "hash ",        "stage ",       "write ", "read ",
                                        "apply ", "clean stage ", "empty trash ", "check "};
  static_assert(kKinds.size() == std::variant_size_v<decltype(job.work)>);
  static constexpr std::array kSteps = {"make dir ", "install ", "install link ", "move ",
                                        "set ",      "remove ",  "remove dir "};
  static_assert(kSteps.size() == static_cast<std::size_t>(ApplyStep::Kind::remove_dir) + 1);
  std::string text = kKinds[job.work.index()];
  if (const auto* list = std::get_if<ListJob>(&job.work)) text += list->dir.text();
  if (const auto* hash = std::get_if<HashJob>(&job.work)) text += hash->path.text();
  if (const auto* stage = std::get_if<StageJob>(&job.work)) text += stage->stage;
  if (const auto* apply = std::get_if<ApplyJob>(&job.work)) {
    for (const ApplyStep& step : apply->steps) {
      text += std::string(kSteps[static_cast<std::size_t>(step.kind)]) + step.path.text() + "; ";
    }
  }
  return text;
}

}  // namespace

World::World(const Story& story, bool verbose)
    : story_(story),
      verbose_(verbose),
      network_(events_, story_, *this),
      armed_(story.devices.size()),
      off_(story.devices.size()),
      index_losses_(story.devices.size()),
      old_index_(story.devices.size()),
      unlooked_(story.devices.size()),
      unseen_(story.devices.size()),
      late_(story.devices.size()),
      attribution_(story.devices.size()),
      economy_(story.devices.size()),
      checks_(story.devices.size(), Checks(story.devices.size() - 1)),
      unmounted_(story.devices.size()) {
  for (std::size_t i = 0; i < story_.devices.size(); ++i) {
    job_streams_.emplace_back(story_.seed, "jobs", i);
    gather_streams_.emplace_back(story_.seed, "gathering", i);
    watch_streams_.emplace_back(story_.seed, "watcher", i);
    disk_streams_.emplace_back(story_.seed, "disk", i);
    devices_.push_back(std::make_unique<Device>(i, story_.devices.size(), story_.devices[i]));
    devices_[i]->fs.set_time_granularity(
        std::chrono::nanoseconds(story_.devices[i].granularity_ns));
    if (story_.devices[i].syncs_late) {
      devices_[i]->fs.set_durability(test::Durability::journaled);
      devices_[i]->fs.set_users_durable(false);
    }
    devices_[i]->fs.note_effects();
    devices_[i]->fs.before_each([this, i](test::DiskOperation) { before_call(i); });
  }
  for (std::size_t i = 0; i < size(); ++i) boot(i);
}

void World::violate(std::string invariant, std::string what) {
  if (!violation_) violation_ = Violation{std::move(invariant), std::move(what)};
}

void World::note(std::size_t i, const std::string& what) {
  const auto ms = std::chrono::duration<double, std::milli>(events_.now().time_since_epoch() - 1h);
  log_.push_back(std::to_string(ms.count()) + " ms  " + device_name(i) + ": " + what);
}

Duration World::random(RandomStream& stream, std::uint32_t most_us) {
  return std::chrono::nanoseconds(stream.below(std::uint64_t{most_us} * 1000 + 1));
}

// --- A device's program ---

void World::boot(std::size_t i) {
  if (devices_[i]->running()) return;
  devices_[i]->fs.set_time(devices_[i]->now(events_.now()).wall);
  devices_[i]->boot(events_.now());
  checks_[i].bounds = Bounds(size() - 1);
  network_.set_running(i, true, false);
  drain(i);
}

void World::boot_later(std::size_t i) {
  events_.after(random(job_streams_[i], 500'000), [this, i] {
    if (!off_[i]) boot(i);
  });
}

void World::die(std::size_t i, bool power) {
  network_.set_running(i, false, power);
  if (devices_[i]->running()) devices_[i]->halt();
  armed_[i].clear();
  if (power) lose_power(i);
}

void World::peer_up(std::size_t device, std::size_t peer) {
  if (!devices_[device]->running()) return;
  checks_[device].bounds.lost(peer);
  trace(device * 16 + peer);
  devices_[device]->engine().handle_peer_up(devices_[peer]->id(),
                                            devices_[device]->now(events_.now()));
  drain(device);
}

void World::peer_down(std::size_t device, std::size_t peer) {
  if (!devices_[device]->running()) return;
  checks_[device].bounds.lost(peer);
  trace(device * 16 + peer + 1000);
  devices_[device]->engine().handle_peer_down(devices_[peer]->id(),
                                              devices_[device]->now(events_.now()));
  drain(device);
}

void World::message(std::size_t to, std::size_t from, const Bytes& bytes, bool bulk) {
  Device& receiver = *devices_[to];
  if (!receiver.running()) return;
  ++counts_.messages;
  trace(bytes.size() * 256 + to * 16 + from);
  const DeviceId& sender = devices_[from]->id();
  const Now now = receiver.now(events_.now());
  Result<void> done;
  if (bulk) {
    const auto header = decode_chunk_data(bytes);
    LANSYNC_ASSERT(header.has_value());
    const ByteView data = ByteView(bytes).subspan(ChunkData::kHeaderBytes);
    counts_.content_bytes += data.size();
    check_need(to, data);
    checks_[to].bounds.got(from, *header, data.size(), events_.now());
    done = receiver.engine().handle_chunk_data(sender, *header, data, now);
  } else {
    auto decoded = decode_message(bytes);
    LANSYNC_ASSERT(decoded.has_value());
    checks_[to].bounds.heard(from, decoded->body, events_.now());
    done = receiver.engine().handle_message(sender, std::move(decoded->body), now);
  }
  if (!done) {
    violate("P1", device_name(to) + " complains about " + device_name(from) +
                      ", which is honest: " + to_string(done.error()));
    network_.drop(to, from);
  }
  bulk ? drain_soon(to) : drain(to);
}

void World::drain_soon(std::size_t i) {
  if (story_.network.gather_us == 0) return drain(i);
  events_.after(random(gather_streams_[i], story_.network.gather_us),
                [this, i, life = devices_[i]->life()] {
                  if (devices_[i]->life() == life) drain(i);
                });
}

void World::drain(std::size_t i) {
  Device& device = *devices_[i];
  if (!device.running()) return;
  if (auto found = attribution_.check(i, device.author(), device.index)) {
    violate(std::move(found->invariant), device_name(i) + ": " + found->what);
  }
  const Now now = device.now(events_.now());
  while (auto job = device.engine().poll_job()) start_job(i, std::move(*job));
  const std::vector<std::size_t> peers = network_.peers(i);
  const ShareId& share = Cast::get().membership(size()).share();
  for (const std::size_t to : peers) {
    while (network_.has_room(i, to)) {
      auto body = device.engine().poll_message(devices_[to]->id(), now);
      if (!body) break;
      checks_[i].bounds.sent(to, *body, events_.now());
      network_.send(i, to, encode(Message{share, *std::move(body)}), false);
    }
    while (network_.has_room(i, to)) {
      const auto chunk = device.engine().poll_data(devices_[to]->id());
      if (!chunk) break;
      checks_[i].bounds.gave(chunk->bytes.size());
      ChunkData header{share, chunk->request, chunk->place, 0};
      for (ByteView rest = chunk->bytes; !rest.empty();) {
        const ByteView piece = rest.first(std::min(rest.size(), ChunkData::kDataBytesMax));
        Bytes record = encode(header);
        append(record, piece);
        network_.send(i, to, std::move(record), true);
        header.offset += static_cast<std::uint32_t>(piece.size());
        rest = rest.subspan(piece.size());
      }
    }
  }
  while (auto job = device.engine().poll_job()) start_job(i, std::move(*job));
  check_bounds(i);
  if (unlooked_[i]) supersede_nothing_unseen(i);
  if (old_index_[i] || unlooked_[i] || !unseen_[i].empty()) {
    const ShareActivity activity = device.engine().status().activity;
    const bool looks = activity == ShareActivity::scanning || activity == ShareActivity::error;
    unlooked_[i] = unlooked_[i] && looks;
    old_index_[i] = old_index_[i] && looks;
    if (device.engine().in_sync()) unseen_[i].clear();
  }
  look_after(i);
}

// What the daemon does for a share that has failed.
void World::look_after(std::size_t i) {
  Device& device = *devices_[i];
  if (!device.engine().failed()) return;
  const bool behind = device.engine().behind_itself();
  const std::optional<Author> forked = device.engine().forked_log();
  if (forked) {
    if (rewinds_ == 0) violate("S8", device_name(i) + " knows another log than others do");
    note(i, "begins anew");
    ++index_losses_[i];
    attribution_.excuse(i);
  } else if (!behind) {
    violate("S9", device_name(i) + " has failed: " + to_string(*device.engine().failed()));
  } else if (index_losses_[i] == 0) {
    violate("S8", device_name(i) + " is behind what it has announced");
  }
  network_.set_running(i, false, false);
  device.halt();
  if (behind) device.begin_new_log();
  if (forked) {
    device.begin_anew(*forked);
    ghost_.put_back(device.fs.snapshot());
  }
  boot_later(i);
}

void World::start_job(std::size_t i, Job job) {
  const std::uint64_t life = devices_[i]->life();
  checks_[i].bounds.begin_job(job);
  events_.after(random(job_streams_[i], story_.network.job_us),
                [this, i, life, work = std::move(job)] { run_job(i, life, work); });
}

void World::run_job(std::size_t i, std::uint64_t life, const Job& job) {
  Device& device = *devices_[i];
  if (device.life() != life) return;
  ++counts_.jobs;
  trace(job.work.index() + 2000 + i);
  device.fs.set_time(device.now(events_.now()).wall);
  if (verbose_) note(i, describe(job));
  Checks& checks = checks_[i];
  checks.displacement.begin_job();
  checks.work.begin_job(device.fs);
  checks.mounted_at_begin = !unmounted_[i];
  try {
    JobResult result = JobRunner(device.fs).run(job);
    check_call(i);
    auto waste = checks.work.end_job(job, result, device.fs, device.now(events_.now()).wall);
    if (economy_.calm()) report(i, std::move(waste));
    events_.after(random(job_streams_[i], story_.network.job_us),
                  [this, i, life, id = job.id, done = std::move(result)] {
                    if (devices_[i]->life() != life) return;
                    checks_[i].bounds.end_job(id, !succeeded(done));
                    devices_[i]->engine().handle_job(id, done, devices_[i]->now(events_.now()));
                    drain_soon(i);
                  });
  } catch (const Died&) {
    check_disk(i);
  }
}

void World::before_call(std::size_t i) {
  check_call(i);
  auto& armed = armed_[i];
  for (std::size_t at = 0; at < armed.size();) {
    if (--armed[at].calls_left > 0) {
      ++at;
      continue;
    }
    const Step step = armed[at].step;
    armed.erase(armed.begin() + static_cast<std::ptrdiff_t>(at));
    perform_now(step, /*within_call=*/true);
  }
}

// --- Time ---

bool World::step() {
  std::optional<TimePoint> deadline;
  for (const auto& device : devices_) {
    if (!device->running()) continue;
    const auto next = device->engine().next_deadline(events_.now());
    if (next && (!deadline || *next < *deadline)) deadline = next;
  }
  ++counts_.events;
  if (!events_.empty() && (!deadline || events_.next() <= *deadline)) {
    events_.run_next();
    return true;
  }
  if (!deadline) return false;
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!devices_[i]->running()) continue;
    const auto next = devices_[i]->engine().next_deadline(events_.now());
    if (next && *next <= *deadline) due.push_back(i);
  }
  events_.skip_to(*deadline);
  for (const std::size_t i : due) {
    if (!devices_[i]->running()) continue;
    trace(i + 3000);
    devices_[i]->engine().handle_timeout(devices_[i]->now(events_.now()));
    drain(i);
  }
  return true;
}

void World::run_for(Duration duration) {
  bool reached = false;
  events_.after(duration, [&reached] { reached = true; });
  for (std::size_t i = 0; !reached && !violation_; ++i) {
    step();
    if (i == kEventsToRestMax) violate("L5", "more happens than can have a cause");
  }
}

bool World::quiet() const {
  if (!events_.empty()) return false;
  return std::ranges::all_of(devices_, [this](const auto& device) {
    if (!device->running() || !device->engine().in_sync()) return false;
    const auto deadline = device->engine().next_deadline(events_.now());
    return !deadline || *deadline >= events_.now() + kQuietTime;
  });
}

bool World::rest() {
  mend();
  const auto has_issues = [](const auto& device) {
    return device->running() && !device->engine().status().issues.empty();
  };
  run_for(kUnwatchedTime);
  // What one of them mends, the next may be the first to notice.
  for (int i = 0; i < 2 && std::ranges::any_of(devices_, has_issues); ++i) run_for(kRetryTime);
  for (std::size_t i = 0; i < kEventsToRestMax && !violation_; ++i) {
    if (quiet()) return true;
    if (!step()) return false;
  }
  return violation_.has_value();
}

void World::restart_all() {
  for (std::size_t i = 0; i < size(); ++i) {
    die(i, false);
    boot(i);
  }
}

}  // namespace lansync::sim
