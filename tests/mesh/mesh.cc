#include "tests/mesh/mesh.h"

#include <algorithm>
#include <ctime>

#include "core/base/assert.h"
#include "core/engine/job_runner.h"
#include "core/wire/chunk_data.h"
#include "core/wire/message.h"

namespace lansync::mesh {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1h};
// No round time: it would look like that of a coarse disk.
constexpr std::int64_t kWallAtStart = 1'800'000'000'123'456'789;
constexpr Duration kLatencyMin = 200us;
constexpr Duration kLatencySpread = 500us;
constexpr Duration kJobTimeMin = 100us;
constexpr Duration kJobTimeSpread = 500us;
constexpr std::uint64_t kCableBytesPerSecond = 125'000'000;
// What a connection takes before it has no room: transport/connection.h's, in time.
constexpr Duration kUnsentMax = 10ms;
// Until a loop has handled what has come, and does what was put off until then
// (ShareHost::pump_soon). With many peers it is busy for as long as it looks at all of them.
constexpr Duration kGatherTime = 50us;
constexpr Duration kGatherTimePerPeer = 1us;
// The regular look at the whole folder is none of a change's costs.
constexpr Duration kScanInterval = 1000h;
// Whatever is due later than this is no consequence of what was done.
constexpr Duration kRestTime = 60s;
constexpr Duration kPatience = 1h;
constexpr std::size_t kFileBytes = 200;

Duration processor_time() {
  std::timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

struct Mesh::Device {
  test::MemoryFileSystem fs;
  MemoryIndex index;
  std::unique_ptr<ShareEngine> engine;
  std::vector<std::size_t> peers;        // In the order of their ids.
  std::vector<TimePoint> last_arrivals;  // Of what it has sent, by who receives it.
  TimePoint cable_free_at{};
  bool waits_for_room = false;
  bool gathers = false;
  TimePoint timer_at = TimePoint::max();
  std::uint64_t announced = 0;  // The last change of this device that somebody waits for.
};

Mesh::Mesh(std::size_t devices, std::uint64_t seed)
    : members_(devices), delays_(seed, "delays"), traffic_(devices), busy_(devices) {
  const std::string share = members_.membership().share().hex();
  for (std::size_t i = 0; i < devices; ++i) {
    Device& device = *devices_.emplace_back(std::make_unique<Device>());
    device.last_arrivals.resize(devices);
    const RootIdentity root{1, i + 1, share};
    device.fs.set_root_identity(root);
    device.fs.set_time(now().wall);
    ShareEngine::Config config{.self = {members_.id(i), 1},
                               .device_name = "Device " + std::to_string(i),
                               .sign = members_.sign(i),
                               .root = root,
                               .boot = "the first"};
    device.engine =
        std::make_unique<ShareEngine>(device.index, members_.membership(), std::move(config));
    give_input(i, [this](ShareEngine& engine) {
      engine.start(now());
      engine.set_scan_interval(kScanInterval, now());
    });
  }
}

Mesh::~Mesh() = default;

Now Mesh::now() const {
  return {events_.now(), WallTime{kWallAtStart + (events_.now() - kStart).count()}};
}

Duration Mesh::random_up_to(Duration most) {
  const auto bound = static_cast<std::uint64_t>(most.count());
  return Duration(static_cast<Duration::rep>(delays_.below(bound)));
}

void Mesh::connect_all() {
  for (std::size_t i = 0; i < size(); ++i) {
    for (std::size_t other = 0; other < size(); ++other) {
      if (other != i) devices_[i]->peers.push_back(other);
    }
    give_input(i, [&](ShareEngine& engine) {
      for (const std::size_t peer : devices_[i]->peers) {
        engine.handle_peer_up(members_.id(peer), now());
      }
    });
  }
}

void Mesh::write(std::size_t device, const std::string& path, std::size_t files) {
  Device& writer = *devices_[device];
  writer.fs.set_time(now().wall);
  for (std::size_t i = 0; i < files; ++i) {
    std::string content = "v" + std::to_string(++versions_) + ".";
    content.resize(kFileBytes, '.');
    const bool written =
        writer.fs.user_write(files == 1 ? path : path + std::to_string(i), content);
    LANSYNC_ASSERT(written);
  }
  const Author& self = writer.engine->self();
  writer.announced = std::max(writer.announced, writer.engine->clock().counter_of(self)) + files;
  awaited_.push_back({{self, writer.announced}, events_.now(), std::vector<bool>(size()), size()});
  give_input(device,
             [&](ShareEngine& engine) { engine.handle_hint(RelativePath(), false, now()); });
}

// --- A device's program -------------------------------------------------------------------------

template <class Tell>
void Mesh::give_input(std::size_t device, Tell tell) {
  const Duration begin = processor_time();
  tell(*devices_[device]->engine);
  drain(device);
  busy_[device] += processor_time() - begin;
}

template <class Tell>
void Mesh::gather_input(std::size_t device, Tell tell) {
  const Duration begin = processor_time();
  tell(*devices_[device]->engine);
  busy_[device] += processor_time() - begin;
  if (std::exchange(devices_[device]->gathers, true)) return;
  ++under_way_;
  const auto peers = static_cast<Duration::rep>(devices_[device]->peers.size());
  events_.after(kGatherTime + peers * kGatherTimePerPeer, [this, device] {
    --under_way_;
    devices_[device]->gathers = false;
    give_input(device, [](ShareEngine&) {});
  });
}

void Mesh::drain(std::size_t device) {
  start_jobs(device);
  for (const std::size_t peer : devices_[device]->peers) send_to(device, peer);
  start_jobs(device);
  arm_timer(device);
  note_arrivals(device);
}

void Mesh::start_jobs(std::size_t device) {
  while (auto job = devices_[device]->engine->poll_job()) {
    ++under_way_;
    events_.after(kJobTimeMin + random_up_to(kJobTimeSpread),
                  [this, device, work = std::move(*job)] { run_job(device, work); });
  }
}

void Mesh::run_job(std::size_t device, const Job& job) {
  --under_way_;
  devices_[device]->fs.set_time(now().wall);
  JobResult result = JobRunner(devices_[device]->fs).run(job);
  gather_input(device,
               [&](ShareEngine& engine) { engine.handle_job(job.id, std::move(result), now()); });
}

void Mesh::send_to(std::size_t from, std::size_t to) {
  ShareEngine& engine = *devices_[from]->engine;
  const DeviceId& peer = members_.id(to);
  const ShareId& share = members_.membership().share();
  while (has_room(from)) {
    auto body = engine.poll_message(peer, now());
    if (!body) break;
    const std::size_t kind = body->index();
    send(from, to, kind, encode(Message{share, *std::move(body)}));
  }
  while (has_room(from)) {
    const auto chunk = engine.poll_data(peer);
    if (!chunk) break;
    ChunkData header{share, chunk->request, chunk->place, 0};
    for (ByteView rest = chunk->bytes; !rest.empty();) {
      const ByteView piece = rest.first(std::min(rest.size(), ChunkData::kDataBytesMax));
      Bytes record = encode(header);
      append(record, piece);
      send(from, to, kChunkData, std::move(record));
      header.offset += static_cast<std::uint32_t>(piece.size());
      rest = rest.subspan(piece.size());
    }
  }
  if (!has_room(from)) drain_when_there_is_room(from);
}

void Mesh::arm_timer(std::size_t device) {
  Device& one = *devices_[device];
  const auto deadline = one.engine->next_deadline(events_.now());
  if (!deadline || *deadline == one.timer_at) return;
  one.timer_at = *deadline;
  events_.at(*deadline, [this, device, at = *deadline] {
    if (devices_[device]->timer_at != at) return;
    devices_[device]->timer_at = TimePoint::max();
    give_input(device, [this](ShareEngine& engine) { engine.handle_timeout(now()); });
  });
}

void Mesh::note_arrivals(std::size_t device) {
  if (awaited_.empty()) return;
  const ShareEngine& engine = *devices_[device]->engine;
  if (!engine.in_sync()) return;
  for (Awaited& awaited : awaited_) {
    if (awaited.has[device] || !engine.clock().covers(awaited.last)) continue;
    awaited.has[device] = true;
    if (--awaited.lacking == 0) arrivals_.push_back(events_.now() - awaited.since);
  }
  while (!awaited_.empty() && awaited_.front().lacking == 0) awaited_.pop_front();
}

// --- Between devices ----------------------------------------------------------------------------

bool Mesh::has_room(std::size_t device) const {
  return devices_[device]->cable_free_at <= events_.now() + kUnsentMax;
}

void Mesh::drain_when_there_is_room(std::size_t device) {
  if (std::exchange(devices_[device]->waits_for_room, true)) return;
  ++under_way_;
  events_.at(devices_[device]->cable_free_at - kUnsentMax, [this, device] {
    --under_way_;
    devices_[device]->waits_for_room = false;
    give_input(device, [](ShareEngine&) {});
  });
}

void Mesh::send(std::size_t from, std::size_t to, std::size_t kind, Bytes bytes) {
  Device& sender = *devices_[from];
  traffic_.add(from, kind, bytes.size());
  const std::uint64_t wire_bytes = bytes.size() + Traffic::kEnvelopeBytes;
  sender.cable_free_at =
      std::max(sender.cable_free_at, events_.now()) +
      std::chrono::nanoseconds(wire_bytes * 1'000'000'000 / kCableBytesPerSecond);
  TimePoint& arrival = sender.last_arrivals[to];
  const Duration latency = kLatencyMin + random_up_to(kLatencySpread);
  arrival = std::max(arrival, sender.cable_free_at + latency);
  ++under_way_;
  events_.at(arrival, [this, from, to, bulk = kind == kChunkData, message = std::move(bytes)] {
    receive(to, from, bulk, message);
  });
}

void Mesh::receive(std::size_t to, std::size_t from, bool bulk, const Bytes& bytes) {
  --under_way_;
  gather_input(to, [&](ShareEngine& engine) {
    Result<void> done;
    if (bulk) {
      const auto header = decode_chunk_data(bytes);
      LANSYNC_ASSERT(header.has_value());
      const ByteView data = ByteView(bytes).subspan(ChunkData::kHeaderBytes);
      done = engine.handle_chunk_data(members_.id(from), *header, data, now());
    } else {
      auto message = decode_message(bytes);
      LANSYNC_ASSERT(message.has_value());
      done = engine.handle_message(members_.id(from), std::move(message->body), now());
    }
    if (!done) complaints_.push_back(to_string(done.error()));
  });
}

// --- Time ---------------------------------------------------------------------------------------

void Mesh::pass(Duration time) {
  const TimePoint end = events_.now() + time;
  while (!events_.empty() && events_.next() <= end) events_.run_next();
  events_.skip_to(end);
}

bool Mesh::quiet() const {
  const ShareEngine& first = *devices_[0]->engine;
  return std::ranges::all_of(devices_, [&](const auto& device) {
    return device->timer_at >= events_.now() + kRestTime && device->engine->in_sync() &&
           device->engine->clock() == first.clock();
  });
}

bool Mesh::rest() {
  const TimePoint end = events_.now() + kPatience;
  while (under_way_ > 0 || !quiet()) {
    if (events_.empty() || events_.now() > end || !complaints_.empty()) return false;
    events_.run_next();
  }
  return awaited_.empty();
}

void Mesh::forget() {
  traffic_.clear();
  std::ranges::fill(busy_, Duration{});
  arrivals_.clear();
}

std::string Mesh::content(std::size_t device, const std::string& path) const {
  const test::SeenTree tree = devices_[device]->fs.snapshot();
  const auto found = tree.find(path);
  return found == tree.end() ? std::string() : found->second.content;
}

}  // namespace lansync::mesh
