#include "discovery/peer_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/assert.h"
#include "discovery/limits.h"

namespace lansync {
namespace {

using namespace discovery_limits;

std::pair<int, int> way_of(const ServiceKey& key) { return {key.interface_index, key.protocol}; }

}  // namespace

std::optional<std::string> PeerTable::add(const ServiceKey& key, TimePoint now) {
  std::optional<std::string> evicted;
  if (!peers_.contains(key.instance)) evicted = make_room();
  Peer& peer = peers_[key.instance];
  peer.last_heard = now;
  peer.observations[way_of(key)].suspect_until.reset();
  return evicted;
}

void PeerTable::resolve(const ServiceKey& key, const TxtRecord& record, const PeerAddress& address,
                        TimePoint now) {
  const auto found = peers_.find(key.instance);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  const auto observation = peer.observations.find(way_of(key));
  if (observation == peer.observations.end()) return;
  peer.last_heard = now;
  peer.record = record;
  observation->second = {.address = address, .suspect_until = std::nullopt};
  schedule(peer, now);
}

void PeerTable::unresolve(const ServiceKey& key, TimePoint now) {
  const auto found = peers_.find(key.instance);
  if (found == peers_.end()) return;
  const auto observation = found->second.observations.find(way_of(key));
  if (observation == found->second.observations.end()) return;
  observation->second.address.reset();
  schedule(found->second, now);
}

void PeerTable::remove(const ServiceKey& key, TimePoint now) {
  const auto found = peers_.find(key.instance);
  if (found == peers_.end()) return;
  found->second.observations.erase(way_of(key));
  schedule(found->second, now);
}

void PeerTable::suspect_all(TimePoint now) {
  for (auto& [instance, peer] : peers_) {
    for (auto& [way, observation] : peer.observations) {
      observation.suspect_until = now + kSuspectTime;
    }
  }
}

std::optional<Sighting> PeerTable::poll_sighting(TimePoint now) {
  expire_suspects(now);
  for (auto it = peers_.begin(); it != peers_.end();) {
    auto& [instance, peer] = *it;
    if (!peer.due || *peer.due > now) {
      ++it;
      continue;
    }
    peer.due.reset();
    std::optional<Sighting> sighting = current(instance, peer);
    const std::optional<Sighting> before = std::exchange(peer.reported, sighting);
    const bool forgotten = peer.observations.empty();
    it = forgotten ? peers_.erase(it) : std::next(it);
    if (sighting == before) continue;
    if (sighting) return sighting;

    Sighting farewell = *before;
    farewell.addresses.clear();
    farewell.gone = true;
    return farewell;
  }
  return std::nullopt;
}

std::optional<TimePoint> PeerTable::next_deadline() const {
  std::optional<TimePoint> earliest;
  const auto consider = [&earliest](const std::optional<TimePoint>& time) {
    if (time && (!earliest || *time < *earliest)) earliest = time;
  };
  for (const auto& [instance, peer] : peers_) {
    consider(peer.due);
    for (const auto& [way, observation] : peer.observations) consider(observation.suspect_until);
  }
  return earliest;
}

std::optional<std::string> PeerTable::make_room() {
  if (peers_.size() < kPeersMax) return std::nullopt;
  const auto oldest = std::ranges::min_element(peers_, {}, [](const auto& entry) {
    return std::pair(entry.second.reported.has_value(), entry.second.last_heard);
  });
  LANSYNC_ASSERT(oldest != peers_.end());
  std::string instance = oldest->first;
  peers_.erase(oldest);
  return instance;
}

void PeerTable::schedule(Peer& peer, TimePoint now) {
  const bool present = std::ranges::any_of(
      peer.observations, [](const auto& entry) { return entry.second.address.has_value(); });
  const TimePoint latest = now + (present ? Duration(kSettleTime) : Duration(kGoneDelay));
  // A peer that never stops changing is reported at the pace of the first change, not put off for
  // ever; one that vanishes while a change is pending gets the longer delay.
  if (!peer.due || *peer.due > latest || !present) peer.due = latest;
}

void PeerTable::expire_suspects(TimePoint now) {
  for (auto& [instance, peer] : peers_) {
    const std::size_t expired = std::erase_if(peer.observations, [now](const auto& entry) {
      return entry.second.suspect_until && *entry.second.suspect_until <= now;
    });
    // These had their delay already.
    if (expired > 0) peer.due = now;
  }
}

std::optional<Sighting> PeerTable::current(const std::string& instance, const Peer& peer) const {
  std::set<PeerAddress> addresses;
  for (const auto& [way, observation] : peer.observations) {
    if (observation.address && worth_dialling(*observation.address)) {
      addresses.insert(*observation.address);
    }
  }
  if (addresses.empty() || peer.record.device_tag == own_tag_) return std::nullopt;

  Sighting sighting;
  sighting.instance = instance;
  sighting.device_tag = peer.record.device_tag;
  sighting.boot_nonce = peer.record.boot_nonce;
  sighting.version = peer.record.version;
  sighting.invitation_open = peer.record.invitation_open;
  for (const PeerAddress& address : addresses) {
    if (sighting.addresses.size() == kAddressesPerPeerMax) break;
    sighting.addresses.push_back(address);
  }
  return sighting;
}

}  // namespace lansync
