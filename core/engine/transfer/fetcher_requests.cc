// Whom the fetcher asks, for what, and what becomes of a request that is not answered.
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/limits.h"
#include "core/engine/transfer/fetcher.h"

namespace lansync {
namespace {

constexpr int kWrongChunksMax = 3;  // Then the peer is not asked again in this session.

}  // namespace

bool Fetcher::can_serve(const PeerState& peer, const Fetch& fetch) const {
  const bool known = peer.joined && peer.clock_known && peer.wrong_chunks < kWrongChunksMax &&
                     peer.silent_until <= now_ && !fetch.lacking.contains(peer.device);
  if (!known) return false;
  const auto* has = fetch.held ? fetch.held->of(peer.device) : nullptr;
  if (has == nullptr) return peer.state.clock.covers(fetch.wanted.version);
  return std::ranges::any_of(fetch.missing, [has](std::uint32_t chunk) { return (*has)[chunk]; });
}

std::optional<DeviceId> Fetcher::source_for(const Fetch& fetch) const {
  const PeerState* best = nullptr;
  for (const auto& [device, peer] : peers_) {
    if (!can_serve(peer, fetch)) continue;
    // Who let others wait is asked for what nobody else has. Whoever has everything surely has
    // this; then whoever does not say that it has a part; then whoever is asked for least.
    const auto rank = [&](const PeerState& one) {
      return std::tuple(one.silences, !one.state.in_sync, is_partial(one, fetch),
                        one.requested_bytes);
    };
    const auto better = [&](const PeerState& left, const PeerState& right) {
      return rank(left) < rank(right);
    };
    if (best == nullptr || better(peer, *best)) best = &peer;
  }
  if (best == nullptr) return std::nullopt;
  return best->device;
}

// Returns for how many files it had been found to be without them.
std::size_t Fetcher::expect_all_of(const DeviceId& peer) {
  std::size_t lacked = 0;
  for (auto& [id, fetch] : fetches_) lacked += fetch.lacking.erase(peer);
  return lacked;
}

void Fetcher::handle_peer_news(const DeviceId& peer) { news_.insert(peer); }

bool Fetcher::lacks_news(const Fetch& fetch) const {
  return std::ranges::any_of(news_,
                             [&](const DeviceId& peer) { return fetch.lacking.contains(peer); });
}

// Not while a peer owes answers: they may be older than its news.
void Fetcher::follow_news(TimePoint now) {
  if (now < ask_again_at_) return;
  std::size_t lacked = 0;
  std::erase_if(news_, [&](const DeviceId& peer) {
    if (requests_to(peer) > 0) return false;
    lacked += expect_all_of(peer);
    return true;
  });
  if (lacked > 0) ask_again_at_ = now + kAskAgainDelay;
}

std::size_t Fetcher::requests_to(const DeviceId& peer) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      requests_, [&](const auto& entry) { return entry.second.peer == peer; }));
}

std::optional<Fetcher::Request> Fetcher::poll_request(TimePoint now) {
  now_ = now;
  follow_news(now);
  if (auto list = poll_list_request(now)) return list;
  if (to_ask_.empty()) return std::nullopt;
  for (auto& [device, peer] : peers_) {
    if (auto request = poll_chunk_request(peer, now)) return request;
  }
  return std::nullopt;
}

std::optional<Fetcher::Request> Fetcher::poll_list_request(TimePoint now) {
  for (const FetchId id : in(Phase::need_list)) {
    Fetch& fetch = fetches_.at(id);
    const auto peer = source_for(fetch);
    if (!peer || requests_to(*peer) >= kRequestsPerPeerMax) continue;
    const std::uint32_t request = next_request_++;
    requests_.emplace(request, Outstanding{*peer, {}, id, now});
    enter(fetch, Phase::listing);
    const auto first = static_cast<std::uint32_t>(fetch.list.chunks.size());
    return Request{*peer, ChunkListRequest{request, fetch.wanted.content, first}};
  }
  return std::nullopt;
}

std::optional<Fetcher::Request> Fetcher::poll_chunk_request(PeerState& peer, TimePoint now) {
  // What a peer is asked for leaves as much for the others: see room_for().
  if (bytes_in_flight_ + peer.requested_bytes >= kBytesInFlightMax ||
      requests_to(peer.device) >= kRequestsPerPeerMax) {
    return std::nullopt;
  }
  Asking asking;
  for (auto next = to_ask_.begin(); next != to_ask_.end();) {
    const FetchId id = *next++;
    Fetch& fetch = fetches_.at(id);
    if (fetch.phase != Phase::loading) continue;
    if (!can_serve(peer, fetch)) continue;
    if (fetch.held) {
      ask_spread(peer, fetch, asking);
    } else if (source_for(fetch) == peer.device) {
      ask_in_order(fetch, asking);
    }
    if (fetch.missing.empty()) to_ask_.erase(id);
    if (asking.bytes >= limits::kRequestBytesMax) break;
  }
  if (asking.places.empty()) return std::nullopt;
  asking.request.request = next_request_++;
  peer.requested_bytes += asking.bytes;
  bytes_in_flight_ += asking.bytes;
  requests_.emplace(asking.request.request,
                    Outstanding{peer.device, std::move(asking.places), {}, now});
  return Request{peer.device, std::move(asking.request)};
}

bool Fetcher::Asking::fits(const Chunk& chunk) const {
  return places.size() < limits::kRequestChunksMax &&
         (bytes == 0 || bytes + chunk.bytes <= limits::kRequestBytesMax);
}

// It is not among the missing any more.
void Fetcher::ask(Fetch& fetch, std::uint32_t index, Asking& asking) {
  const Chunk& chunk = fetch.list.chunks[index];
  ++fetch.under_way;
  asking.bytes += chunk.bytes;
  asking.request.chunks.push_back({fetch.wanted.content, index, chunk});
  asking.places.push_back({fetch.id, index, chunk, {}, false});
}

void Fetcher::ask_in_order(Fetch& fetch, Asking& asking) {
  while (!fetch.missing.empty() && asking.fits(fetch.list.chunks[fetch.missing.front()])) {
    const std::uint32_t index = fetch.missing.front();
    fetch.missing.pop_front();
    ask(fetch, index, asking);
  }
}

void Fetcher::give_back(Place& place, const DeviceId& peer, bool lacks) {
  place.done = true;
  place.arrived = {};
  bytes_in_flight_ -= place.expected.bytes;
  if (const auto state = peers_.find(peer); state != peers_.end()) {
    state->second.requested_bytes -= place.expected.bytes;
  }
  const auto found = fetches_.find(place.fetch);
  if (found == fetches_.end()) return;
  Fetch& fetch = found->second;
  --fetch.under_way;
  miss(fetch, place.chunk);
  if (lacks) fetch.lacking.insert(peer);
  look_again_if_idle(fetch);
}

void Fetcher::retire_if_done(std::uint32_t request) {
  const auto found = requests_.find(request);
  if (found != requests_.end() && std::ranges::all_of(found->second.places, &Place::done)) {
    requests_.erase(found);
  }
}

void Fetcher::drop_request(std::uint32_t request, bool lacks) {
  auto found = requests_.find(request);
  Outstanding outstanding = std::move(found->second);
  requests_.erase(found);
  for (Place& place : outstanding.places) {
    if (!place.done) give_back(place, outstanding.peer, lacks);
  }
  if (!outstanding.places.empty()) return;
  if (const auto fetch = fetches_.find(outstanding.list_of);
      fetch != fetches_.end() && fetch->second.phase == Phase::listing) {
    enter(fetch->second, Phase::need_list);
    if (lacks) fetch->second.lacking.insert(outstanding.peer);
  }
}

bool Fetcher::was_given_up(const DeviceId& peer, std::uint32_t request) const {
  const auto found = given_up_.find(request);
  return found != given_up_.end() && found->second == peer;
}

// A peer answers in order: what it owes behind what it is sending is not late.
void Fetcher::heard_from(const DeviceId& peer, TimePoint now) {
  for (auto& [number, request] : requests_) {
    if (request.peer == peer) request.last_progress = now;
  }
  if (const auto state = peers_.find(peer); state != peers_.end()) state->second.silent_until = {};
}

void Fetcher::handle_timeout(TimePoint now) {
  now_ = now;
  if (look_until_ && *look_until_ <= now) handle_looked();
  if (read_again_at_ && *read_again_at_ <= now) read_again();
  std::vector<std::uint32_t> late;
  for (const auto& [request, outstanding] : requests_) {
    if (outstanding.last_progress + kRequestTimeout <= now) late.push_back(request);
  }
  for (const std::uint32_t request : late) {
    const DeviceId peer = requests_.at(request).peer;
    if (const auto state = peers_.find(peer); state != peers_.end()) {
      if (state->second.silent_until <= now) ++state->second.silences;
      state->second.silent_until = now + kSilentPause;
    }
    given_up_.emplace(request, peer);
    if (given_up_.size() > kGivenUpMax) given_up_.erase(given_up_.begin());
    drop_request(request, false);
  }
}

std::optional<TimePoint> Fetcher::next_deadline() const {
  std::optional<TimePoint> deadline = look_until_;
  if (read_again_at_ && (!deadline || *read_again_at_ < *deadline)) deadline = read_again_at_;
  for (const auto& [request, outstanding] : requests_) {
    const TimePoint due = outstanding.last_progress + kRequestTimeout;
    if (!deadline || due < *deadline) deadline = due;
  }
  const bool waits_for_news =
      ask_again_at_ > now_ && !news_.empty() && (!deadline || ask_again_at_ < *deadline) &&
      std::ranges::any_of(fetches_, [this](const auto& entry) { return lacks_news(entry.second); });
  if (waits_for_news) deadline = ask_again_at_;
  if (fetches_.empty()) return deadline;
  for (const auto& [device, peer] : peers_) {
    if (peer.silent_until <= now_) continue;
    if (!deadline || peer.silent_until < *deadline) deadline = peer.silent_until;
  }
  return deadline;
}

}  // namespace lansync
