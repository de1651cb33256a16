#include "core/engine/transfer/server.h"

#include <algorithm>

#include "core/base/limits.h"

namespace lansync {
namespace {

constexpr std::size_t kListChunksPerReply = 4096;
// A link may have the same content id as a file whose text is its target.
constexpr std::size_t kEqualFilesLookedAt = 8;

Error too_many() { return {Errc::limit_exceeded, "requests whose answers are not read"}; }

}  // namespace

Server::Peer& Server::peer_of(const DeviceId& device) {
  const auto [known, fresh] = peers_.try_emplace(device);
  if (fresh) known->second.session = ++sessions_;
  return known->second;
}

Result<void> Server::handle_chunk_list_request(const DeviceId& peer,
                                               const ChunkListRequest& request) {
  Peer& state = peer_of(peer);
  if (state.lists.size() >= kRequestsMax) return too_many();
  state.lists.push_back(request);
  return {};
}

Result<ChunkListReply> Server::list_reply(const ChunkListRequest& request) {
  ChunkListReply reply{request.request, 0, request.first, {}};
  auto list = index_.chunk_list(request.content);
  if (!list) return std::move(list).error();
  if (!*list || request.first >= (*list)->chunks.size()) return reply;
  const auto& chunks = (*list)->chunks;
  reply.total = static_cast<std::uint32_t>(chunks.size());
  const std::size_t count = std::min(kListChunksPerReply, chunks.size() - request.first);
  reply.chunks.assign(chunks.begin() + request.first,
                      chunks.begin() + request.first + static_cast<std::ptrdiff_t>(count));
  return reply;
}

void Server::handle_peer_down(const DeviceId& peer) { peers_.erase(peer); }

Result<void> Server::handle_chunk_request(const DeviceId& peer, ChunkRequest request) {
  if (request.chunks.empty()) return Error{Errc::malformed, "request for nothing"};
  Peer& state = peer_of(peer);
  if (state.waiting.size() >= kRequestsMax) return too_many();
  state.waiting.push_back(std::move(request));
  return {};
}

Result<std::optional<Server::ServeJob>> Server::poll_job() {
  for (auto& [device, peer] : peers_) {
    while (!peer.waiting.empty() && peer.missing.size() < kRequestsMax) {
      const ChunkRequest& request = peer.waiting.front();
      const ChunkRef& ref = request.chunks[peer.next_place];
      const std::uint64_t cost = ref.chunk.bytes + kChunkCostBytes;
      if (peer.bytes_ahead > 0 && peer.bytes_ahead + cost > kBytesAheadMax) break;
      auto read = locate(ref);
      if (!read) return std::move(read).error();
      const std::uint32_t number = request.request;
      const auto place = static_cast<std::uint32_t>(peer.next_place);
      if (++peer.next_place == request.chunks.size()) {
        peer.waiting.pop_front();
        peer.next_place = 0;
      }
      if (!*read) {
        note_missing(peer, number, place);
        continue;
      }
      peer.bytes_ahead += cost;
      return std::optional(ServeJob{device, peer.session, number, place, **std::move(read)});
    }
  }
  return std::optional<ServeJob>();
}

Result<std::optional<ReadJob>> Server::locate(const ChunkRef& ref) {
  auto installed = locate_installed(ref);
  if (!installed || *installed) return installed;
  return fetcher_.staged_chunk(ref);
}

Result<std::optional<ReadJob>> Server::locate_installed(const ChunkRef& ref) {
  ReadJob job;
  job.chunk = ref.chunk;
  if (ref.content.bytes != ref.chunk.hash.bytes) {
    if (last_content_ != ref.content) {
      auto list = index_.chunk_list(ref.content);
      if (!list) return std::move(list).error();
      if (!*list) return std::optional<ReadJob>();
      last_content_ = ref.content;
      last_list_ = **std::move(list);
      last_offsets_.clear();
      std::uint64_t offset = 0;
      for (const Chunk& chunk : last_list_.chunks) {
        last_offsets_.push_back(offset);
        offset += chunk.bytes;
      }
    }
    const bool known =
        ref.index < last_list_.chunks.size() && last_list_.chunks[ref.index] == ref.chunk;
    if (!known) return std::optional<ReadJob>();
    job.offset = last_offsets_[ref.index];
  }
  auto rows = index_.disk_with_content(ref.content, kEqualFilesLookedAt);
  if (!rows) return std::move(rows).error();
  const auto file = std::ranges::find_if(*rows, [&](const DiskRow& row) {
    return row.stat.kind == NodeKind::file && job.offset + ref.chunk.bytes <= row.stat.size;
  });
  if (file == rows->end()) return std::optional<ReadJob>();
  job.path = file->path;
  return std::optional(std::move(job));
}

std::optional<RelativePath> Server::handle_read(const ServeJob& job, Result<Bytes> bytes) {
  const auto peer = peers_.find(job.peer);
  if (peer != peers_.end() && peer->second.session == job.session) {
    if (bytes) {
      peer->second.ready.push_back({job.request, job.place, *std::move(bytes)});
      return std::nullopt;
    }
    peer->second.bytes_ahead -= job.read.chunk.bytes + kChunkCostBytes;
    note_missing(peer->second, job.request, job.place);
  }
  if (bytes || !job.read.stage.empty()) return std::nullopt;
  return job.read.path;
}

std::optional<Server::Data> Server::poll_data(const DeviceId& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end() || found->second.ready.empty()) return std::nullopt;
  Data data = std::move(found->second.ready.front());
  found->second.ready.pop_front();
  found->second.bytes_ahead -= data.bytes.size() + kChunkCostBytes;
  return data;
}

// One message for all of a request that is found to be missing in one go.
void Server::note_missing(Peer& peer, std::uint32_t request, std::uint32_t place) {
  if (peer.missing.empty() || peer.missing.back().request != request ||
      peer.missing.back().places.size() >= limits::kRequestChunksMax) {
    peer.missing.push_back({request, {}});
  }
  peer.missing.back().places.push_back(place);
}

Result<std::optional<MessageBody>> Server::poll_answer(const DeviceId& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return std::optional<MessageBody>();
  Peer& state = found->second;
  if (!state.missing.empty()) {
    ChunksMissing missing = std::move(state.missing.front());
    state.missing.pop_front();
    return std::optional<MessageBody>(std::move(missing));
  }
  if (state.lists.empty()) return std::optional<MessageBody>();
  auto reply = list_reply(state.lists.front());
  if (!reply) return std::move(reply).error();
  state.lists.pop_front();
  return std::optional<MessageBody>(*std::move(reply));
}

}  // namespace lansync
