#include "tests/sim/virtual_network.h"

#include <algorithm>

namespace lansync::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSilenceMax = 20s;     // Then a dead connection is given up.
constexpr Duration kNoticeTimeMax = 5ms;  // Of an end that is announced.
constexpr Duration kDialTimeMax = 20ms;
constexpr Duration kRedialTimeMax = 2s;
constexpr Duration kFreezeTime = 5s;
constexpr Duration kUnsentMax = 50ms;  // What a sender may have queued, in time.

std::pair<std::size_t, std::size_t> ordered(std::size_t a, std::size_t b) {
  return std::minmax(a, b);
}

}  // namespace

VirtualNetwork::VirtualNetwork(EventQueue& events, const Story& story, NetworkUser& user)
    : events_(events),
      traits_(story.network),
      user_(user),
      running_(story.devices.size(), false),
      peers_(story.devices.size()) {
  for (std::size_t a = 0; a < running_.size(); ++a) {
    for (std::size_t b = 0; b < running_.size(); ++b) {
      if (a != b) streams_.emplace(Pair(a, b), RandomStream(story.seed, "net", a * 100 + b));
    }
  }
}

bool VirtualNetwork::reachable(std::size_t a, std::size_t b) const {
  return running_[a] && running_[b] && !cut_.contains(ordered(a, b));
}

VirtualNetwork::ConnectionPtr VirtualNetwork::current(std::size_t end, std::size_t peer) const {
  const auto found = connections_.find({end, peer});
  return found == connections_.end() ? nullptr : found->second;
}

void VirtualNetwork::set_current(std::size_t end, std::size_t peer, ConnectionPtr connection) {
  auto& peers = peers_[end];
  const auto known = std::ranges::find(peers, peer);
  if (!connection) {
    connections_.erase({end, peer});
    if (known != peers.end()) peers.erase(known);
    return;
  }
  connections_[{end, peer}] = std::move(connection);
  if (known == peers.end()) {
    peers.push_back(peer);
    std::ranges::sort(peers);
  }
}

bool VirtualNetwork::connected(std::size_t a, std::size_t b) const {
  const ConnectionPtr connection = current(a, b);
  return connection && !connection->dead && connection == current(b, a);
}

Duration VirtualNetwork::random(std::size_t from, std::size_t to, Duration most) {
  const auto bound = static_cast<std::uint64_t>(most.count());
  return Duration(static_cast<Duration::rep>(streams_.at({from, to}).below(bound)));
}

void VirtualNetwork::set_running(std::size_t device, bool running, bool silently) {
  if (running_[device] == running) return;
  running_[device] = running;
  for (std::size_t other = 0; other < running_.size(); ++other) {
    if (other == device) continue;
    if (running) {
      dial_later(device, other, kDialTimeMax);
      continue;
    }
    set_current(device, other, nullptr);
    lose(other, device, silently ? kSilenceMax : random(device, other, kNoticeTimeMax), 0s);
  }
}

void VirtualNetwork::set_cable(std::size_t a, std::size_t b, bool in) {
  if (a == b) return;
  if (!in) {
    cut_.insert(ordered(a, b));
    lose(a, b, random(a, b, kNoticeTimeMax), random(b, a, kNoticeTimeMax));
  } else if (cut_.erase(ordered(a, b)) > 0) {
    dial_later(a, b, kDialTimeMax);
  }
}

void VirtualNetwork::drop(std::size_t a, std::size_t b) {
  if (a == b) return;
  lose(a, b, random(a, b, kNoticeTimeMax), random(b, a, kNoticeTimeMax));
  dial_later(a, b, kRedialTimeMax);
}

void VirtualNetwork::half_open(std::size_t noticing, std::size_t other) {
  if (noticing == other) return;
  lose(noticing, other, random(noticing, other, kNoticeTimeMax), kSilenceMax);
  dial_later(noticing, other, kRedialTimeMax);
}

void VirtualNetwork::freeze(std::size_t from, std::size_t to) {
  if (const ConnectionPtr connection = current(from, to)) {
    connection->frozen_until[from] = events_.now() + kFreezeTime;
  }
}

void VirtualNetwork::redial(std::size_t a, std::size_t b) {
  if (a != b && reachable(a, b)) establish(a, b);
}

void VirtualNetwork::heal() {
  cut_.clear();
  for (std::size_t a = 0; a < running_.size(); ++a) {
    for (std::size_t b = a + 1; b < running_.size(); ++b) dial_later(a, b, kDialTimeMax);
  }
}

void VirtualNetwork::dial_later(std::size_t a, std::size_t b, Duration most) {
  if (!reachable(a, b) || !dialling_.insert(ordered(a, b)).second) return;
  events_.after(random(a, b, most), [this, a, b] {
    dialling_.erase(ordered(a, b));
    const auto latest = latest_.find(ordered(a, b));
    const bool alive = latest != latest_.end() && !latest->second->dead;
    if (reachable(a, b) && !alive) establish(a, b);
  });
}

void VirtualNetwork::establish(std::size_t a, std::size_t b) {
  auto connection = std::make_shared<Connection>();
  // Both ends go over to it, each when it has heard of it; the one before it then means nothing.
  if (const auto before = latest_.find(ordered(a, b)); before != latest_.end()) {
    before->second->dead = true;
  }
  latest_[ordered(a, b)] = connection;
  for (const Pair& ends : {Pair(a, b), Pair(b, a)}) {
    const TimePoint up = events_.now() + random(ends.first, ends.second, latency_max());
    connection->up_at[ends.first] = up;
    events_.at(up, [this, ends, connection] { come_up(ends.first, ends.second, connection); });
  }
}

void VirtualNetwork::come_up(std::size_t end, std::size_t peer, const ConnectionPtr& connection) {
  if (connection->dead || !running_[end]) return;
  set_current(end, peer, connection);
  user_.peer_up(end, peer);
}

void VirtualNetwork::lose(std::size_t a, std::size_t b, Duration a_notices, Duration b_notices) {
  const auto latest = latest_.find(ordered(a, b));
  if (latest == latest_.end()) return;
  latest->second->dead = true;
  events_.after(a_notices, [this, a, b] { notice(a, b); });
  events_.after(b_notices, [this, a, b] { notice(b, a); });
}

void VirtualNetwork::notice(std::size_t end, std::size_t peer) {
  // Whatever it has instead, if that is alive, is none of this one's business.
  const ConnectionPtr held = current(end, peer);
  if (!held || !held->dead) return;
  set_current(end, peer, nullptr);
  user_.peer_down(end, peer);
  dial_later(end, peer, kRedialTimeMax);
}

Duration VirtualNetwork::time_on_wire(std::size_t from, std::size_t to, std::size_t bytes) const {
  std::uint64_t rate = traits_.bytes_per_second;
  if (traits_.slow && (*traits_.slow == from || *traits_.slow == to)) {
    rate = rate == 0 ? 100'000 : rate / 100 + 1;
  }
  if (rate == 0) return 0s;
  return std::chrono::nanoseconds(bytes * 1'000'000'000 / rate);
}

bool VirtualNetwork::has_room(std::size_t from, std::size_t to) const {
  const ConnectionPtr connection = current(from, to);
  if (!connection) return false;
  const auto free_at = connection->free_at.find(from);
  return free_at == connection->free_at.end() || free_at->second <= events_.now() + kUnsentMax;
}

void VirtualNetwork::send(std::size_t from, std::size_t to, Bytes bytes, bool bulk) {
  const ConnectionPtr connection = current(from, to);
  if (!connection) return;
  TimePoint& free_at = connection->free_at[from];
  free_at = std::max(free_at, events_.now()) + time_on_wire(from, to, bytes.size());
  if (free_at > events_.now() + kUnsentMax) {
    events_.at(free_at - kUnsentMax, [this, from] { user_.room(from); });
  }
  TimePoint& last = connection->last_arrival[to];
  const Duration latency = random(from, to, latency_max());
  last = std::max({last, free_at + latency, connection->up_at[to] + 1ns});
  last = std::max(last, connection->frozen_until[from]);
  events_.at(last, [this, from, to, bulk, connection, message = std::move(bytes)] {
    if (connection->dead || current(to, from) != connection) return;
    user_.message(to, from, message, bulk);
  });
}

}  // namespace lansync::sim
