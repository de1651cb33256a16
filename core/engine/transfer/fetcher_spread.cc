// One file to several members at once, so that whoever has it sends it about once.
//
// All that load a file agree without a word on who asks for which chunk where the whole file is:
// for each chunk the one whose id, mixed with the chunk's place, is greatest (rendezvous hashing:
// Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998). When members
// come or go, only their chunks change hands. The others get the chunk from that one, once it says
// that it has it. Who has nothing of its own left to ask for, takes from the whole file what nobody
// has yet, and then anything, a little at a time: so a slow member keeps nobody waiting.
#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/limits.h"
#include "core/engine/transfer/fetcher.h"

namespace lansync {
namespace {

// The last steps of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", 2014). Who chooses its id so that it has much to ask for has much to ask for.
std::uint64_t weight(const DeviceId& device, std::uint32_t chunk) {
  std::uint64_t value = 0;
  std::memcpy(&value, device.bytes.data(), sizeof(value));
  value += (std::uint64_t{chunk} + 1) * 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// Takes those out of the missing that `take` accepts; not all are looked at.
template <class Take>
void take_first(std::deque<std::uint32_t>& missing, Take take) {
  const std::size_t looked_at = std::min(Fetcher::kSpreadChunksLookedAt, missing.size());
  const auto end = missing.begin() + static_cast<std::ptrdiff_t>(looked_at);
  missing.erase(std::remove_if(missing.begin(), end, take), end);
}

template <class Take>
void take_last(std::deque<std::uint32_t>& missing, Take take) {
  const std::size_t looked_at = std::min(Fetcher::kSpreadChunksLookedAt, missing.size());
  const auto end = missing.rbegin() + static_cast<std::ptrdiff_t>(looked_at);
  const auto kept = std::remove_if(missing.rbegin(), end, take);
  missing.erase(end.base(), kept.base());
}

}  // namespace

void Fetcher::consider_spreading(Fetch& fetch) {
  const std::size_t chunks = fetch.list.chunks.size();
  if (chunks < kSpreadChunksMin) return;
  if (spread_.emplace(fetch.wanted.content, fetch.id).second) fetch.held.emplace(chunks);
}

void Fetcher::end_spreading(Fetch& fetch) {
  if (!fetch.held) return;
  for (const DeviceId& member : fetch.held->greeted()) {
    if (peers_.contains(member)) ended_[member].insert(fetch.wanted.content);
  }
  spread_.erase(fetch.wanted.content);
  fetch.held.reset();
}

// Who published it and who has everything need not load it.
bool Fetcher::may_load(const PeerState& peer, const Wanted& wanted) const {
  const bool has_it = peer.state.in_sync && peer.state.clock.covers(wanted.version);
  return peer.joined && peer.spreads && !has_it && peer.device != wanted.version.author.device;
}

bool Fetcher::is_partial(const PeerState& peer, const Fetch& fetch) {
  return fetch.held && fetch.held->is_loading(peer.device);
}

Result<void> Fetcher::handle_held(const DeviceId& peer, const ChunksHeld& held) {
  const auto known = spread_.find(held.content);
  if (known == spread_.end()) return {};
  Fetch& fetch = fetches_.at(known->second);
  const auto in_content = [&](std::uint32_t chunk) { return chunk < fetch.list.chunks.size(); };
  if (!std::ranges::all_of(held.chunks, in_content)) {
    return Error{Errc::malformed, "chunk that the content does not have"};
  }
  if (held.ended) {
    fetch.held->forget(peer);
  } else {
    fetch.held->handle_held(peer, held.chunks);
  }
  if (held.ended || !held.chunks.empty()) fetch.lacking.erase(peer);
  return {};
}

std::optional<ChunksHeld> Fetcher::poll_held(const DeviceId& to) {
  if (ended_.empty() && spread_.empty()) return std::nullopt;
  const auto peer = peers_.find(to);
  if (peer == peers_.end() || !peer->second.joined || !peer->second.spreads) return std::nullopt;
  if (const auto ended = ended_.find(to); ended != ended_.end()) {
    const ContentId content = *ended->second.begin();
    ended->second.erase(ended->second.begin());
    if (ended->second.empty()) ended_.erase(ended);
    return ChunksHeld{content, {}, true};
  }
  for (const auto& [content, id] : spread_) {
    Fetch& fetch = fetches_.at(id);
    if (fetch.phase != Phase::loading && fetch.phase != Phase::staged) continue;
    if (!is_partial(peer->second, fetch) && !may_load(peer->second, fetch.wanted)) continue;
    if (auto chunks = fetch.held->poll_held(to)) {
      return ChunksHeld{content, *std::move(chunks), false};
    }
  }
  return std::nullopt;
}

std::optional<ReadJob> Fetcher::staged_chunk(const ChunkRef& ref) const {
  const auto known = spread_.find(ref.content);
  if (known == spread_.end()) return std::nullopt;
  const Fetch& fetch = fetches_.at(known->second);
  const bool here = ref.index < fetch.list.chunks.size() &&
                    fetch.list.chunks[ref.index] == ref.chunk && fetch.held->here(ref.index);
  if (!here) return std::nullopt;
  return ReadJob{fetch.wanted.path, fetch.offsets[ref.index], ref.chunk, fetch.wanted.stage};
}

std::vector<DeviceId> Fetcher::sharers(const Fetch& fetch) const {
  std::vector<DeviceId> all;
  for (const auto& [device, peer] : peers_) {
    if (is_partial(peer, fetch) || may_load(peer, fetch.wanted)) all.push_back(device);
  }
  return all;
}

void Fetcher::ask_spread(const PeerState& peer, Fetch& fetch, Asking& asking) {
  if (is_partial(peer, fetch)) return ask_partial(peer, fetch, asking);
  if (source_for(fetch) != peer.device) return;
  const std::vector<DeviceId> others = sharers(fetch);
  if (others.empty()) return ask_in_order(fetch, asking);
  ask_whole(peer, fetch, others, asking);
}

void Fetcher::ask_partial(const PeerState& peer, Fetch& fetch, Asking& asking) {
  if (peer.requested_bytes >= kSpreadBytesMax) return;
  const std::vector<bool>& has = *fetch.held->of(peer.device);
  take_first(fetch.missing, [&](std::uint32_t chunk) {
    const bool taken = peer.requested_bytes + asking.bytes < kSpreadBytesMax && has[chunk] &&
                       asking.fits(fetch.list.chunks[chunk]);
    if (taken) ask(fetch, chunk, asking);
    return taken;
  });
}

void Fetcher::ask_whole(const PeerState& peer, Fetch& fetch, const std::vector<DeviceId>& sharers,
                        Asking& asking) {
  const auto is_own = [&](std::uint32_t chunk) {
    const std::uint64_t own = weight(self_, chunk);
    return std::ranges::none_of(sharers,
                                [&](const DeviceId& other) { return weight(other, chunk) > own; });
  };
  std::vector<const std::vector<bool>*> holders;
  for (const DeviceId& other : sharers) {
    const auto* has = fetch.held->of(other);
    if (has != nullptr && can_serve(peers_.at(other), fetch)) holders.push_back(has);
  }
  const auto is_held = [&](std::uint32_t chunk) {
    return std::ranges::any_of(holders, [&](const auto* has) { return (*has)[chunk]; });
  };
  const auto take = [&](std::uint64_t bytes_max, auto accept) {
    return [&, bytes_max, accept](std::uint32_t chunk) {
      const bool taken =
          asking.bytes < bytes_max && asking.fits(fetch.list.chunks[chunk]) && accept(chunk);
      if (taken) ask(fetch, chunk, asking);
      return taken;
    };
  };
  if (peer.requested_bytes < kSharedBytesMax) {
    take_first(fetch.missing, take(kSharedBytesMax, [&](std::uint32_t chunk) {
                 return !is_held(chunk) && is_own(chunk);
               }));
  }
  // The others ask from the front on: what is at the back comes to them last.
  if (!asking.places.empty() || peer.requested_bytes > 0) return;
  take_last(fetch.missing,
            take(kSpareBytesMax, [&](std::uint32_t chunk) { return !is_held(chunk); }));
  if (asking.places.empty()) take_last(fetch.missing, take(1, [](std::uint32_t) { return true; }));
}

}  // namespace lansync
