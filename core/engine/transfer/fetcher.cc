#include "core/engine/transfer/fetcher.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/limits.h"
#include "core/engine/names.h"

namespace lansync {

void Fetcher::enter(Fetch& fetch, Phase phase) {
  in_phase_[static_cast<std::size_t>(fetch.phase)].erase(fetch.id);
  in_phase_[static_cast<std::size_t>(phase)].insert(fetch.id);
  fetch.phase = phase;
}

void Fetcher::miss(Fetch& fetch, std::uint32_t chunk) {
  fetch.missing.push_front(chunk);
  to_ask_.insert(fetch.id);
}

Result<void> Fetcher::start(const Wanted& wanted) {
  if (const auto known = by_path_.find(wanted.path); known != by_path_.end()) {
    Wanted& before = fetches_.at(known->second).wanted;
    if (before.content == wanted.content) {
      // Who wanted it has to look again at what it wants.
      if (before.source != wanted.source) ready_.push_back(before.source);
      ++kept_[wanted.version.author.device];
      let_go(before.version);
      drop_source(before.source, known->second);
      by_source_[wanted.source].insert(known->second);
      before.source = wanted.source;
      before.version = wanted.version;
      return {};
    }
    displace(wanted.path);
  }
  const FetchId id{next_fetch_++};
  Fetch fetch;
  fetch.begun = found_.erase(wanted.stage) > 0;
  if (left_of(wanted.content) == wanted.stage) {
    left_.erase(wanted.content);
    fetch.begun = true;
  }
  fetch.id = id;
  fetch.wanted = wanted;
  enter(fetch, Phase::need_list);
  if (wanted.one_chunk) {
    ChunkHash hash;
    hash.bytes = wanted.content.bytes;
    fetch.list.chunks = {{static_cast<std::uint32_t>(wanted.size), hash}};
    list_is_known(fetch);
  } else {
    auto list = index_.chunk_list(wanted.content);
    if (!list) {
      in_phase_[static_cast<std::size_t>(fetch.phase)].erase(id);
      return std::move(list).error();
    }
    if (*list) {
      fetch.list = **std::move(list);
      list_is_known(fetch);
    }
  }
  fetches_.emplace(id, std::move(fetch));
  ++kept_[wanted.version.author.device];
  by_path_.emplace(wanted.path, id);
  by_source_[wanted.source].insert(id);
  return {};
}

void Fetcher::list_is_known(Fetch& fetch) {
  std::uint64_t offset = 0;
  fetch.offsets.clear();
  for (const Chunk& chunk : fetch.list.chunks) {
    fetch.offsets.push_back(offset);
    offset += chunk.bytes;
  }
  enter(fetch, Phase::need_stage);
  consider_spreading(fetch);
}

void Fetcher::cancel(const RelativePath& path) {
  if (by_path_.contains(path)) garbage_ = true;
  erase(path);
}

void Fetcher::consumed(const RelativePath& path, const ContentId& content) {
  if (by_path_.contains(path) && !fetching(path, content)) return displace(path);
  garbage_ = garbage_ || (by_path_.contains(path) && !staged(path, content));
  erase(path);
}

// Another source has the path by now: who wanted this has to look again at what it wants.
void Fetcher::displace(const RelativePath& path) {
  ready_.push_back(fetches_.at(by_path_.at(path)).wanted.source);
  give_up(path);
}

// What is staged for it may be of use to another path.
void Fetcher::give_up(const RelativePath& path) {
  const Fetch& fetch = fetches_.at(by_path_.at(path));
  const bool begun = fetch.phase > Phase::need_stage;
  if (begun && left_.size() < kFetchesKeptMax) {
    left_.try_emplace(fetch.wanted.content, fetch.wanted.stage);
  }
  cancel(path);
}

std::string Fetcher::left_of(const ContentId& content) const {
  const auto left = left_.find(content);
  if (left != left_.end()) return left->second;
  const std::string start = stage_name_start(content);
  const auto found = found_.lower_bound(start);
  return found != found_.end() && found->starts_with(start) ? *found : std::string();
}

void Fetcher::find_staged(std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (found_.size() == kFetchesKeptMax) return;
    found_.insert(name);
  }
}

bool Fetcher::take_garbage() {
  if (!garbage_ || !staging_.empty() || !writing_.empty() || !write_jobs_.empty()) return false;
  garbage_ = false;
  left_.clear();
  found_.clear();
  return true;
}

// Everything that could be done is done, and nobody who is connected has the rest.
bool Fetcher::stalled(const Fetch& fetch) const {
  const bool waiting = fetch.phase == Phase::need_list || fetch.phase == Phase::loading;
  return waiting && fetch.under_way == 0 && std::ranges::none_of(peers_, [&](const auto& peer) {
           return can_serve(peer.second, fetch);
         });
}

// Of what can be kept in all, each author may have as much as it leaves to the others: a dynamic
// threshold, as switches share their buffers (Choudhury and Hahne, "Dynamic queue length
// thresholds for shared-memory packet switches", 1998).
std::size_t Fetcher::room_for(const DeviceId& author) const {
  const auto known = kept_.find(author);
  const std::size_t kept = known == kept_.end() ? 0 : known->second;
  const std::size_t taken = fetches_.size() + kept;
  if (taken >= kFetchesKeptMax) return 0;
  std::size_t under_way = kept;
  if (kept >= kFetchesMax) {
    under_way -= static_cast<std::size_t>(std::ranges::count_if(fetches_, [&](const auto& entry) {
      return entry.second.wanted.version.author.device == author && stalled(entry.second);
    }));
  }
  if (under_way >= kFetchesMax) return 0;
  return std::min(kFetchesMax - under_way, (kFetchesKeptMax - taken + 1) / 2);
}

void Fetcher::erase(const RelativePath& path) {
  const auto known = by_path_.find(path);
  if (known != by_path_.end()) erase(fetches_.find(known->second));
}

void Fetcher::let_go(const Dot& version) {
  const auto kept = kept_.find(version.author.device);
  if (--kept->second == 0) kept_.erase(kept);
}

void Fetcher::drop_source(const RelativePath& source, FetchId id) {
  const auto known = by_source_.find(source);
  known->second.erase(id);
  if (known->second.empty()) by_source_.erase(known);
}

void Fetcher::erase(std::map<FetchId, Fetch>::iterator fetch) {
  const Wanted& wanted = fetch->second.wanted;
  end_spreading(fetch->second);
  let_go(wanted.version);
  by_path_.erase(wanted.path);
  drop_source(wanted.source, fetch->first);
  in_phase_[static_cast<std::size_t>(fetch->second.phase)].erase(fetch->first);
  to_ask_.erase(fetch->first);
  fetches_.erase(fetch);
}

void Fetcher::keep_only(const RelativePath& source, const std::set<RelativePath>& paths) {
  const auto known = by_source_.find(source);
  if (known == by_source_.end()) return;
  std::vector<RelativePath> unwanted;
  for (const FetchId id : known->second) {
    const RelativePath& path = fetches_.at(id).wanted.path;
    if (!paths.contains(path)) unwanted.push_back(path);
  }
  for (const RelativePath& path : unwanted) give_up(path);
}

bool Fetcher::staged(const RelativePath& path, const ContentId& content) const {
  const auto known = by_path_.find(path);
  if (known == by_path_.end()) return false;
  const Fetch& fetch = fetches_.at(known->second);
  return fetch.phase == Phase::staged && fetch.wanted.content == content;
}

bool Fetcher::fetching(const RelativePath& path, const ContentId& content) const {
  const auto known = by_path_.find(path);
  return known != by_path_.end() && fetches_.at(known->second).wanted.content == content;
}

std::vector<std::string> Fetcher::stages() const {
  std::vector<std::string> names;
  for (const auto& [id, fetch] : fetches_) names.push_back(fetch.wanted.stage);
  std::ranges::sort(names);
  return names;
}

std::vector<Wanted> Fetcher::wanted() const {
  std::vector<Wanted> all;
  for (const auto& [id, fetch] : fetches_) all.push_back(fetch.wanted);
  return all;
}

bool Fetcher::busy() const {
  if (!requests_.empty() || !write_jobs_.empty() || !staging_.empty()) return true;
  for (const Phase phase : {Phase::need_stage, Phase::moving, Phase::mislaid}) {
    if (!in(phase).empty()) return true;
  }
  return may_succeed(Phase::loading) || may_succeed(Phase::need_list) ||
         may_succeed(Phase::listing);
}

// Whether one of those in this phase goes on, or can.
bool Fetcher::may_succeed(Phase phase) const {
  return std::ranges::any_of(in(phase), [this](FetchId id) {
    const Fetch& fetch = fetches_.at(id);
    return fetch.under_way > 0 || source_for(fetch) || lacks_news(fetch);
  });
}

std::uint64_t Fetcher::staged_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [id, fetch] : fetches_) {
    if (fetch.phase == Phase::staged) {
      bytes += fetch.wanted.size;
    } else if (fetch.phase == Phase::loading) {
      std::uint64_t left = 0;
      for (const std::uint32_t chunk : fetch.missing) left += fetch.list.chunks[chunk].bytes;
      bytes += fetch.wanted.size - std::min(left, fetch.wanted.size);
    }
  }
  return bytes;
}

Result<void> Fetcher::handle_chunk_list(const DeviceId& peer, const ChunkListReply& reply) {
  const auto request = requests_.find(reply.request);
  if (was_given_up(peer, reply.request)) return {};
  if (request == requests_.end() || request->second.peer != peer ||
      !request->second.places.empty()) {
    return Error{Errc::wrong_state, "chunk list that nobody asked for"};
  }
  const FetchId id = request->second.list_of;
  requests_.erase(request);
  const auto found = fetches_.find(id);
  if (found == fetches_.end() || found->second.phase != Phase::listing) return {};
  Fetch& fetch = found->second;
  enter(fetch, Phase::need_list);
  if (reply.total == 0) {
    fetch.lacking.insert(peer);
    return {};
  }
  const auto distrust = [&] {
    fetch.list.chunks.clear();
    fetch.lacking.insert(peer);
    ++peers_.at(peer).wrong_chunks;
  };
  // No list is longer than the smallest chunks would make it.
  const std::uint64_t chunks_max =
      fetch.wanted.size / (chunk_bytes_average(ChunkClass::kib64) / 4) + 1;
  const bool fits = reply.first == fetch.list.chunks.size() && !reply.chunks.empty() &&
                    reply.total <= chunks_max &&
                    reply.chunks.size() <= reply.total - std::min(reply.first, reply.total);
  if (!fits) {
    distrust();
    return {};
  }
  fetch.list.chunks.insert(fetch.list.chunks.end(), reply.chunks.begin(), reply.chunks.end());
  if (fetch.list.chunks.size() < reply.total) return {};
  if (fetch.list.content_id() != fetch.wanted.content || fetch.list.size() != fetch.wanted.size) {
    distrust();
    return {};
  }
  if (auto stored = index_.put_chunk_list(fetch.wanted.content, fetch.list); !stored) return stored;
  list_is_known(fetch);
  return {};
}

Result<void> Fetcher::handle_data(const DeviceId& peer, const ChunkData& header, ByteView data,
                                  TimePoint now) {
  heard_from(peer, now);
  if (was_given_up(peer, header.request)) return {};
  const auto request = requests_.find(header.request);
  if (request == requests_.end() || request->second.peer != peer ||
      header.place >= request->second.places.size()) {
    return Error{Errc::wrong_state, "chunk that nobody asked for"};
  }
  Place& place = request->second.places[header.place];
  if (place.done || header.offset != place.arrived.size() || data.empty() ||
      data.size() > place.expected.bytes - place.arrived.size()) {
    return Error{Errc::malformed, "chunk data out of place"};
  }
  if (place.arrived.empty()) place.arrived.reserve(place.expected.bytes);
  append(place.arrived, data);
  if (place.arrived.size() < place.expected.bytes) return {};
  place.done = true;
  PeerState& state = peers_.at(peer);
  state.requested_bytes -= place.expected.bytes;
  if (const auto found = fetches_.find(place.fetch); found != fetches_.end()) {
    const Fetch& fetch = found->second;
    WriteJob job{fetch.wanted.stage, fetch.offsets[place.chunk], place.expected,
                 std::move(place.arrived), fetch.list.chunks.size() == 1};
    write_jobs_.push_back({place.fetch, std::move(job), peer, place.chunk});
  } else {
    bytes_in_flight_ -= place.expected.bytes;
  }
  retire_if_done(header.request);
  return {};
}

Result<void> Fetcher::handle_missing(const DeviceId& peer, const ChunksMissing& missing) {
  if (was_given_up(peer, missing.request)) return {};
  const auto request = requests_.find(missing.request);
  if (request == requests_.end() || request->second.peer != peer) {
    return Error{Errc::wrong_state, "refusal of what nobody asked for"};
  }
  for (const std::uint32_t index : missing.places) {
    if (index >= request->second.places.size()) return Error{Errc::malformed, "refused chunk"};
    Place& place = request->second.places[index];
    if (!place.done) give_back(place, peer, true);
  }
  retire_if_done(missing.request);
  return {};
}

void Fetcher::handle_peer_down(const DeviceId& peer) {
  std::vector<std::uint32_t> lost;
  for (const auto& [request, outstanding] : requests_) {
    if (outstanding.peer == peer) lost.push_back(request);
  }
  for (const std::uint32_t request : lost) drop_request(request, false);
  std::erase_if(given_up_, [&](const auto& entry) { return entry.second == peer; });
  news_.erase(peer);
  ended_.erase(peer);
  for (const auto& [content, id] : spread_) fetches_.at(id).held->forget(peer);
  expect_all_of(peer);
}

void Fetcher::handle_peer_progress(const DeviceId& peer) {
  for (const auto& [content, id] : spread_) fetches_.at(id).held->forget(peer);
  expect_all_of(peer);
}

void Fetcher::fail(FetchId id, Error error) {
  const auto found = fetches_.find(id);
  const Wanted& wanted = found->second.wanted;
  lacks_room_ = lacks_room_ || error.code == std::errc::no_space_on_device ||
                error.code == std::error_code(EDQUOT, std::generic_category());
  failed_.push_back({wanted.path, wanted.source, std::move(error)});
  erase(found);
  garbage_ = true;
}

std::optional<Fetcher::Failed> Fetcher::poll_failed() {
  if (failed_.empty()) return std::nullopt;
  Failed failed = std::move(failed_.front());
  failed_.pop_front();
  return failed;
}

std::optional<RelativePath> Fetcher::poll_ready() {
  if (ready_.empty()) return std::nullopt;
  RelativePath source = std::move(ready_.front());
  ready_.pop_front();
  return source;
}

}  // namespace lansync
