#include "tests/crash/crash_world.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/crypto/identity.h"
#include "core/wire/chunk_data.h"
#include "tests/support/seeded_entropy.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{std::chrono::hours(1)};
// No round time: it would look like that of a coarse disk.
constexpr std::int64_t kWallAtStart = 1'800'000'000'123'456'789;
constexpr std::size_t kStepsMax = 20'000;

// Keys and membership are the same in all worlds: what is signed in one is valid in another.
struct People {
  std::array<DeviceKeys, 2> keys;
  Membership membership;
};

Sign signer(const DeviceKeys& keys) {
  return [&keys](std::string_view context, ByteView body) {
    return to_bytes(keys.sign(context, body).view());
  };
}

People make_people() {
  SeededEntropy entropy(1);
  auto first = DeviceKeys::generate(entropy);
  auto second = DeviceKeys::generate(entropy);
  Genesis genesis;
  entropy.fill(genesis.nonce);
  genesis.name = "Share";
  genesis.creator = first.id();
  genesis.creator_name = "A";
  auto membership = *Membership::found(sign_genesis(genesis, signer(first)));
  MemberOp op;
  op.share = membership.share();
  op.author = first.id();
  op.parents = membership.heads();
  op.subject = second.id();
  op.name = "B";
  const auto added = membership.add(sign_member_op(op, signer(first)));
  LANSYNC_ASSERT(added.has_value());
  return {{std::move(first), std::move(second)}, std::move(membership)};
}

const People& people() {
  static const People made = make_people();
  return made;
}

// Looks and syncs leave the disk as it was; a sync makes fewer states possible, and none new.
bool changes_disk(DiskOperation operation) {
  switch (operation) {
    case DiskOperation::open_stage:
    case DiskOperation::make_stage_link:
    case DiskOperation::rename_stage:
    case DiskOperation::remove_stage:
    case DiskOperation::install_new:
    case DiskOperation::exchange:
    case DiskOperation::move:
    case DiskOperation::make_dir:
    case DiskOperation::remove_dir:
    case DiskOperation::set_mode:
    case DiskOperation::set_mtime:
    case DiskOperation::move_to_trash:
    case DiskOperation::move_stage_to_trash:
    case DiskOperation::move_from_trash:
    case DiskOperation::exchange_with_trash:
    case DiskOperation::remove_trash:
    case DiskOperation::write:
    case DiskOperation::truncate:
    case DiskOperation::set_mode_and_mtime:
    // The last moment at which what it makes durable is not.
    case DiskOperation::sync_file:
    case DiskOperation::sync_metadata:
    case DiskOperation::sync_dir:
    case DiskOperation::sync_control:
    case DiskOperation::sync_all: return true;
    default: return false;
  }
}

}  // namespace

CrashWorld::CrashWorld() : now_(kStart) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i] = std::make_unique<Node>();
    nodes_[i]->fs.set_root_identity({1, i + 1, people().membership.share().hex()});
    nodes_[i]->fs.set_time(now().wall);
    boot(i);
  }
}

CrashWorld::CrashWorld(const Moment& moment) : now_(moment.now.steady), boots_(moment.boots) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i] = std::make_unique<Node>(moment.indexes[i]);
    nodes_[i]->fs.restore(moment.disks[i]);
    nodes_[i]->fs.set_time(now().wall);
  }
}

Author CrashWorld::author(std::size_t i) const { return {people().keys[i].id(), 1}; }

std::uint64_t CrashWorld::changes_by(std::size_t i) { return index(i).log_end(author(i))->counter; }

Now CrashWorld::now() const { return {now_, WallTime{kWallAtStart + (now_ - kStart).count()}}; }

void CrashWorld::tick() {
  now_ += 10us;
  for (const auto& node : nodes_) node->fs.set_time(now().wall);
}

void CrashWorld::boot(std::size_t i) {
  disconnect();
  Node& node = *nodes_[i];
  node.index.rollback();
  node.membership = people().membership;
  ShareEngine::Config config{.self = author(i),
                             .device_name = i == kSubject ? "A" : "B",
                             .sign = signer(people().keys[i]),
                             .root = *node.fs.root_identity(),
                             .boot = std::to_string(i == kSubject ? boots_ : 0)};
  node.engine = std::make_unique<ShareEngine>(node.index, *node.membership, std::move(config));
  node.engine->start(now());
}

void CrashWorld::lose_power(const Choose& choose) {
  fs(kSubject).lose_power(choose);
  ++boots_;
}

void CrashWorld::connect() {
  if (connected_) return;
  connected_ = true;
  for (const std::size_t i : {kSubject, kOther}) {
    engine(i).handle_peer_up(people().keys[1 - i].id(), now());
  }
}

void CrashWorld::disconnect() {
  if (!connected_) return;
  connected_ = false;
  for (const std::size_t i : {kSubject, kOther}) {
    engine(i).handle_peer_down(people().keys[1 - i].id(), now());
  }
}

void CrashWorld::changed(std::size_t i) {
  tick();
  engine(i).handle_hint(RelativePath(), true, now());
}

// All that one device has to do and to say now. Whether there was anything.
bool CrashWorld::pump(std::size_t i) {
  Node& node = *nodes_[i];
  bool any = false;
  while (auto job = node.engine->poll_job()) {
    tick();
    JobResult result = JobRunner(node.fs).run(*job);
    tick();
    node.engine->handle_job(job->id, std::move(result), now());
    any = true;
  }
  if (!connected_) return any;
  const DeviceId& self = people().keys[i].id();
  const DeviceId& peer = people().keys[1 - i].id();
  ShareEngine& receiver = engine(1 - i);
  const auto complain = [this](const Result<void>& done) {
    if (done) return;
    complaints_ += to_string(done.error()) + "\n";
    disconnect();
  };
  while (connected_) {
    auto body = node.engine->poll_message(peer, now());
    if (!body) break;
    tick();
    complain(receiver.handle_message(self, *std::move(body), now()));
    any = true;
  }
  while (connected_) {
    auto chunk = node.engine->poll_data(peer);
    if (!chunk) break;
    tick();
    const ChunkData header{people().membership.share(), chunk->request, chunk->place, 0};
    complain(receiver.handle_chunk_data(self, header, chunk->bytes, now()));
    any = true;
  }
  return any;
}

std::optional<TimePoint> CrashWorld::next_deadline() const {
  std::optional<TimePoint> next;
  for (const auto& node : nodes_) {
    const auto deadline = node->engine->next_deadline(now_);
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  return next;
}

bool CrashWorld::quiet() const {
  const auto next = next_deadline();
  return (!next || *next > now_ + 1s) &&
         std::ranges::all_of(nodes_, [](const auto& node) { return node->engine->in_sync(); });
}

void CrashWorld::advance_to(TimePoint time) {
  now_ = std::max(now_, time);
  tick();
  for (const auto& node : nodes_) {
    const auto deadline = node->engine->next_deadline(now_);
    if (deadline && *deadline <= now_) node->engine->handle_timeout(now());
  }
}

bool CrashWorld::settle() {
  for (std::size_t step = 0; step < kStepsMax; ++step) {
    const bool first = pump(kSubject);
    const bool second = pump(kOther);
    if (first || second) continue;
    if (quiet()) return true;
    const auto next = next_deadline();
    if (!next) return false;
    advance_to(*next);
  }
  return false;
}

void CrashWorld::run_for(Duration duration) {
  const TimePoint end = now_ + duration;
  for (std::size_t step = 0; step < kStepsMax; ++step) {
    const bool first = pump(kSubject);
    const bool second = pump(kOther);
    if (first || second) continue;
    const auto next = next_deadline();
    if (!next || *next > end) break;
    advance_to(*next);
  }
  now_ = std::max(now_, end);
}

Moment CrashWorld::moment(std::string what) {
  return {{fs(0).image(), fs(1).image()},
          {index(0).committed(), index(1).committed()},
          now(),
          boots_,
          std::move(what)};
}

void CrashWorld::watch(std::function<void(Moment)> callback) {
  if (!callback) {
    fs(kSubject).before_each(nullptr);
    index(kSubject).before_commit(nullptr);
    return;
  }
  fs(kSubject).before_each([this, callback](DiskOperation operation) {
    if (changes_disk(operation)) {
      callback(moment("operation " + std::to_string(static_cast<int>(operation))));
    }
  });
  index(kSubject).before_commit([this, callback] { callback(moment("commit")); });
}

}  // namespace lansync::test
