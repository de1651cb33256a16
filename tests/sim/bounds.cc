#include "tests/sim/bounds.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/base/limits.h"
#include "core/engine/apply/applier.h"
#include "core/engine/history/exchange.h"
#include "core/engine/scan/scan.h"
#include "core/engine/transfer/fetcher.h"
#include "core/engine/transfer/server.h"

namespace lansync::sim {
namespace {

// In the order of the jobs. Reads and writes are limited by their bytes.
constexpr std::size_t kUnlimited = SIZE_MAX;
constexpr std::array<std::size_t, 9> kJobsMax = {Scan::kListingsMax,
                                                 Scan::kHashesMax,
                                                 Fetcher::kStageJobsMax,
                                                 kUnlimited,
                                                 kUnlimited,
                                                 1,
                                                 1,
                                                 1,
                                                 1};
constexpr std::array<std::string_view, 9> kJobNames = {"listings",  "readings",  "stagings",
                                                       "writes",    "reads",     "batches",
                                                       "cleanings", "emptyings", "checks"};
// The last request may go beyond what may be under way, and the last chunk beyond that.
constexpr std::uint64_t kInFlightMax =
    Fetcher::kBytesInFlightMax + limits::kRequestBytesMax + limits::kChunkBytesMax;
constexpr std::uint64_t kAheadMax = Server::kBytesAheadMax + limits::kChunkBytesMax;

std::optional<Violation> over(std::string_view what, std::uint64_t count, std::uint64_t most) {
  if (count <= most) return std::nullopt;
  return Violation{"R1", std::string(what) + ": " + std::to_string(count) + ", and at most " +
                             std::to_string(most) + " are allowed"};
}

}  // namespace

void Bounds::begin_job(const Job& job) {
  UnderWay& under_way = under_way_[job.id];
  under_way.kind = job.work.index();
  if (const auto* write = std::get_if<WriteJob>(&job.work)) {
    under_way.to_write = write->bytes.size();
  }
  if (const auto* read = std::get_if<ReadJob>(&job.work)) under_way.to_read = read->chunk.bytes;
  if (const auto* apply = std::get_if<ApplyJob>(&job.work)) steps_ = apply->steps.size();
  ++jobs_[under_way.kind];
  to_write_ += under_way.to_write;
  ahead_ += under_way.to_read;
}

void Bounds::end_job(JobId id, bool failed) {
  const auto known = under_way_.extract(id);
  if (known.empty()) return;
  --jobs_[known.mapped().kind];
  to_write_ -= known.mapped().to_write;
  if (failed) gave(known.mapped().to_read);
}

void Bounds::sent(std::size_t to, const MessageBody& body, TimePoint now) {
  Peer& peer = asked_[to];
  if (peer.requests.empty()) peer.last_word = now;
  if (const auto* list = std::get_if<ChunkListRequest>(&body)) peer.requests[list->request];
  if (const auto* chunks = std::get_if<ChunkRequest>(&body)) {
    auto& places = peer.requests[chunks->request];
    for (std::uint32_t i = 0; i < chunks->chunks.size(); ++i) {
      places[i] = chunks->chunks[i].chunk.bytes;
    }
  }
}

void Bounds::settle_place(Peer& peer, std::uint32_t request, std::uint32_t place) {
  const auto known = peer.requests.find(request);
  if (known == peer.requests.end()) return;
  known->second.erase(place);
  if (known->second.empty()) peer.requests.erase(known);
}

void Bounds::heard(std::size_t from, const MessageBody& body, TimePoint now) {
  Peer& peer = asked_[from];
  if (const auto* list = std::get_if<ChunkListReply>(&body)) {
    peer.requests.erase(list->request);
    peer.last_word = now;
  }
  if (const auto* missing = std::get_if<ChunksMissing>(&body)) {
    for (const std::uint32_t place : missing->places) settle_place(peer, missing->request, place);
    peer.last_word = now;
  }
}

void Bounds::gave(std::uint64_t bytes) { ahead_ -= std::min(ahead_, bytes); }

void Bounds::got(std::size_t from, const ChunkData& header, std::size_t bytes, TimePoint now) {
  Peer& peer = asked_[from];
  peer.last_word = now;
  const auto known = peer.requests.find(header.request);
  if (known == peer.requests.end()) return;
  std::uint64_t& left = known->second[header.place];
  left -= std::min<std::uint64_t>(left, bytes);
  if (left == 0) settle_place(peer, header.request, header.place);
}

// What was read for it is thrown away; how much of it that is, only the engine knows.
void Bounds::lost(std::size_t peer) {
  asked_.erase(peer);
  for (auto& [id, job] : under_way_) job.to_read = 0;
  ahead_ = 0;
}

std::optional<Violation> Bounds::check(TimePoint now) const {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (auto found = over(kJobNames[kind], jobs_[kind], kJobsMax[kind])) return found;
  }
  if (auto found = over("steps of a batch", steps_, Applier::kStepsMax)) return found;
  std::uint64_t in_flight = to_write_;
  for (const auto& [number, peer] : asked_) {
    // What has not been answered for so long is given up, and somebody else is asked.
    if (peer.last_word + Fetcher::kRequestTimeout <= now) continue;
    auto found = over("requests to one peer", peer.requests.size(), Fetcher::kRequestsPerPeerMax);
    if (found) return found;
    for (const auto& [request, places] : peer.requests) {
      for (const auto& [place, bytes] : places) in_flight += bytes;
    }
  }
  if (auto found = over("bytes under way", in_flight, kInFlightMax)) return found;
  return over("bytes read for peers", ahead_, kAheadMax * peers_);
}

std::optional<Violation> Bounds::check_waiting(std::size_t messages) {
  return over("messages for one peer", messages, Exchange::kWaitingMax + 1);
}

}  // namespace lansync::sim
