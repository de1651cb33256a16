#include "tests/support/cluster.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/wire/chunk_data.h"
#include "core/wire/message.h"
#include "tests/support/seeded_entropy.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{std::chrono::hours(1)};
// No round time: it would look like that of a coarse disk.
constexpr std::int64_t kWallAtStart = 1'800'000'000'123'456'789;
constexpr Duration kLatencyMax = 5ms;
constexpr Duration kJobTimeMax = 3ms;

Sign signer(const DeviceKeys& keys) {
  return [&keys](std::string_view context, ByteView body) {
    return to_bytes(keys.sign(context, body).view());
  };
}

bool is_answer(const MessageBody& body) {
  return std::holds_alternative<ChunkListReply>(body) ||
         std::holds_alternative<ChunksMissing>(body);
}

}  // namespace

Cluster::Cluster(std::size_t nodes, std::uint64_t seed)
    : random_(seed), now_(kStart), lives_(nodes) {
  SeededEntropy entropy(seed);
  for (std::size_t i = 0; i < nodes; ++i) {
    auto node = std::unique_ptr<Node>(new Node{.keys = DeviceKeys::generate(entropy),
                                               .name = std::string(1, static_cast<char>('A' + i)),
                                               .fs = {},
                                               .index = {},
                                               .membership = {},
                                               .engine = nullptr});
    nodes_.push_back(std::move(node));
  }
  Genesis genesis;
  entropy.fill(genesis.nonce);
  genesis.name = "Share";
  genesis.creator = nodes_[0]->keys.id();
  genesis.creator_name = nodes_[0]->name;
  const SignedRecord founding = sign_genesis(genesis, signer(nodes_[0]->keys));
  auto membership = *Membership::found(founding);
  for (std::size_t i = 1; i < nodes; ++i) {
    MemberOp op;
    op.share = membership.share();
    op.author = nodes_[0]->keys.id();
    op.parents = membership.heads();
    op.subject = nodes_[i]->keys.id();
    op.name = nodes_[i]->name;
    const auto added = membership.add(sign_member_op(op, signer(nodes_[0]->keys)));
    LANSYNC_ASSERT(added.has_value());
  }
  for (std::size_t i = 0; i < nodes; ++i) {
    Node& node = *nodes_[i];
    node.membership = membership;
    node.fs.set_root_identity({1, i + 1, membership.share().hex()});
    node.fs.set_time(WallTime{wall_of(now_)});
    boot(i);
  }
}

std::int64_t Cluster::wall_of(TimePoint at) { return kWallAtStart + (at - kStart).count(); }

void Cluster::boot(std::size_t i) {
  Node& node = *nodes_[i];
  ++lives_[i];
  ShareEngine::Config config{.self = {node.keys.id(), node.incarnation},
                             .device_name = node.name,
                             .sign = signer(node.keys),
                             .root = *node.fs.root_identity(),
                             .boot = node.boot};
  node.engine = std::make_unique<ShareEngine>(node.index, *node.membership, std::move(config));
  node.engine->start(now());
  drain(i);
}

void Cluster::restart(std::size_t i) {
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other != i) disconnect(i, other);
  }
  nodes_[i]->index.crash();
  boot(i);
}

void Cluster::lose_index(std::size_t i) {
  restart(i);
  nodes_[i]->engine.reset();
  nodes_[i]->index = MemoryIndex();
  ++nodes_[i]->incarnation;
  boot(i);
}

void Cluster::remove_member(std::size_t by, std::size_t whom) {
  Node& node = *nodes_[by];
  MemberOp op;
  op.kind = MemberOp::Kind::remove;
  op.share = node.membership->share();
  op.author = node.keys.id();
  op.parents = node.membership->heads();
  op.subject = nodes_[whom]->keys.id();
  op.cut = node.engine->clock();
  const auto added = node.engine->add_member_op(sign_member_op(op, signer(node.keys)), now());
  LANSYNC_ASSERT(added.has_value());
  drain(by);
}

std::size_t Cluster::index_of(const DeviceId& device) const {
  const auto found =
      std::ranges::find_if(nodes_, [&](const auto& node) { return node->keys.id() == device; });
  return static_cast<std::size_t>(found - nodes_.begin());
}

void Cluster::connect(std::size_t a, std::size_t b) {
  Link& link = links_[std::minmax(a, b)];
  if (link.up) return;
  link.up = true;
  ++link.generation;
  link.last_arrival = now_;
  nodes_[a]->engine->handle_peer_up(nodes_[b]->keys.id(), now());
  nodes_[b]->engine->handle_peer_up(nodes_[a]->keys.id(), now());
  drain(a);
  drain(b);
}

void Cluster::disconnect(std::size_t a, std::size_t b) {
  Link& link = links_[std::minmax(a, b)];
  if (!link.up) return;
  link.up = false;
  nodes_[a]->engine->handle_peer_down(nodes_[b]->keys.id(), now());
  nodes_[b]->engine->handle_peer_down(nodes_[a]->keys.id(), now());
  drain(a);
  drain(b);
}

void Cluster::connect_all() {
  for (std::size_t a = 0; a < nodes_.size(); ++a) {
    for (std::size_t b = a + 1; b < nodes_.size(); ++b) connect(a, b);
  }
}

void Cluster::changed(std::size_t i) {
  nodes_[i]->engine->handle_hint(RelativePath(), true, now());
  drain(i);
}

std::uint64_t Cluster::begin_flush(std::size_t i) {
  const std::uint64_t flush = nodes_[i]->engine->begin_flush(now());
  drain(i);
  return flush;
}

Duration Cluster::random_delay(Duration max) {
  return Duration(static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(max.count())));
}

void Cluster::schedule(Duration delay, std::function<void()> happen) {
  events_.push_back({now_ + delay, next_serial_++, std::move(happen)});
  std::ranges::push_heap(events_, std::greater<>());
}

void Cluster::deliver(std::size_t from, std::size_t to, Bytes message, bool bulk) {
  Link& link = links_[std::minmax(from, to)];
  const std::uint64_t generation = link.generation;
  const TimePoint arrival = std::max(now_ + random_delay(kLatencyMax), link.last_arrival);
  link.last_arrival = arrival;
  schedule(arrival - now_, [this, from, to, bulk, generation, bytes = std::move(message)] {
    const Link& current = links_[std::minmax(from, to)];
    if (!current.up || current.generation != generation) return;
    Node& receiver = *nodes_[to];
    Result<void> done;
    if (bulk) {
      const auto header = decode_chunk_data(bytes);
      LANSYNC_ASSERT(header.has_value());
      const ByteView data = ByteView(bytes).subspan(ChunkData::kHeaderBytes);
      receiver.content_bytes_received += data.size();
      done = receiver.engine->handle_chunk_data(nodes_[from]->keys.id(), *header, data, now());
    } else {
      auto decoded = decode_message(bytes);
      LANSYNC_ASSERT(decoded.has_value());
      done =
          receiver.engine->handle_message(nodes_[from]->keys.id(), std::move(decoded->body), now());
    }
    if (!done) {
      complaints_.push_back(receiver.name + ": " + to_string(done.error()));
      disconnect(from, to);
    }
    drain(to);
  });
}

void Cluster::drain(std::size_t i) {
  Node& node = *nodes_[i];
  node.fs.set_time(WallTime{wall_of(now_)});
  while (auto job = node.engine->poll_job()) {
    const std::uint64_t life = lives_[i];
    schedule(random_delay(kJobTimeMax), [this, i, life, work = std::move(*job)] {
      if (lives_[i] != life) return;
      nodes_[i]->fs.set_time(WallTime{wall_of(now_)});
      JobResult result = JobRunner(nodes_[i]->fs).run(work);
      schedule(random_delay(kJobTimeMax), [this, i, life, id = work.id, done = std::move(result)] {
        if (lives_[i] != life) return;
        nodes_[i]->engine->handle_job(id, done, now());
        drain(i);
      });
    });
  }
  for (const auto& [ends, link] : links_) {
    if (!link.up || (ends.first != i && ends.second != i)) continue;
    const std::size_t to = ends.first == i ? ends.second : ends.first;
    const DeviceId& device = nodes_[to]->keys.id();
    while (auto body = node.engine->poll_message(device, now())) {
      if (mute_.contains(i) && is_answer(*body)) continue;
      deliver(i, to, encode(Message{node.membership->share(), *std::move(body)}), false);
    }
    while (auto chunk = node.engine->poll_data(device)) {
      if (mute_.contains(i)) continue;
      node.content_bytes_sent += chunk->bytes.size();
      Bytes record = encode(ChunkData{node.membership->share(), chunk->request, chunk->place, 0});
      append(record, chunk->bytes);
      deliver(i, to, std::move(record), true);
    }
  }
}

bool Cluster::step() {
  std::optional<TimePoint> timer;
  for (const auto& node : nodes_) {
    const auto deadline = node->engine->next_deadline(now_);
    if (deadline && (!timer || *deadline < *timer)) timer = deadline;
  }
  if (!events_.empty() && (!timer || events_.front().at <= *timer)) {
    std::ranges::pop_heap(events_, std::greater<>());
    Event event = std::move(events_.back());
    events_.pop_back();
    now_ = std::max(now_, event.at);
    event.happen();
    return true;
  }
  if (!timer) return false;
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto deadline = nodes_[i]->engine->next_deadline(now_);
    if (deadline && *deadline <= *timer) due.push_back(i);
  }
  now_ = std::max(now_, *timer);
  for (const std::size_t i : due) {
    nodes_[i]->engine->handle_timeout(now());
    drain(i);
  }
  return true;
}

void Cluster::run_for(Duration duration) {
  const TimePoint end = now_ + duration;
  bool reached = false;
  schedule(duration, [&reached] { reached = true; });
  while (!reached && step()) {
  }
  now_ = std::max(now_, end);
}

bool Cluster::settle(std::size_t steps_max) {
  for (std::size_t i = 0; i < steps_max; ++i) {
    const bool quiet = events_.empty() && std::ranges::all_of(nodes_, [](const auto& node) {
                         return node->engine->in_sync();
                       });
    const auto soon = [this](const auto& node) {
      const auto deadline = node->engine->next_deadline(now_);
      return deadline && *deadline < now_ + 1s;
    };
    if (quiet && std::ranges::none_of(nodes_, soon)) return true;
    if (!step()) return false;
  }
  return false;
}

bool Cluster::same_trees() {
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    if (tree(i) != tree(0)) return false;
  }
  return true;
}

}  // namespace lansync::test
