#include "core/engine/server.h"

#include <algorithm>

#include "core/base/limits.h"

namespace lansync {
namespace {

constexpr std::size_t kListChunksPerReply = 4096;
// A link may have the same content id as a file whose text is its target.
constexpr std::size_t kEqualsLookedAt = 8;

}  // namespace

Result<ChunkListReply> Server::handle_chunk_list_request(const ChunkListRequest& request) {
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

void Server::handle_peer_down(const DeviceId& peer) {
  peers_.erase(peer);
  std::erase_if(missing_, [&](const auto& entry) { return entry.first == peer; });
}

Result<void> Server::handle_chunk_request(const DeviceId& peer, ChunkRequest request) {
  if (request.chunks.empty()) return Error{Errc::malformed, "request for nothing"};
  const auto [known, fresh] = peers_.try_emplace(peer);
  Peer& state = known->second;
  if (fresh) state.session = ++sessions_;
  if (state.waiting.size() >= kRequestsMax) {
    return Error{Errc::limit_exceeded, "requests waiting for an answer"};
  }
  state.waiting.push_back(std::move(request));
  return {};
}

Result<std::optional<Server::ServeJob>> Server::poll_job() {
  for (auto& [device, peer] : peers_) {
    while (!peer.waiting.empty()) {
      const ChunkRequest& request = peer.waiting.front();
      const ChunkRef& ref = request.chunks[peer.next_place];
      if (peer.bytes_ahead > 0 && peer.bytes_ahead + ref.chunk.bytes > kBytesAheadMax) break;
      auto read = locate(ref);
      if (!read) return std::move(read).error();
      const std::uint32_t number = request.request;
      const auto place = static_cast<std::uint32_t>(peer.next_place);
      const std::uint32_t bytes = ref.chunk.bytes;
      if (++peer.next_place == request.chunks.size()) {
        peer.waiting.pop_front();
        peer.next_place = 0;
      }
      if (!*read) {
        missing_.emplace_back(device, ChunksMissing{number, {place}});
        continue;
      }
      peer.bytes_ahead += bytes;
      return std::optional(ServeJob{device, peer.session, number, place, **std::move(read)});
    }
  }
  return std::optional<ServeJob>();
}

Result<std::optional<ReadJob>> Server::locate(const ChunkRef& ref) {
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
  auto rows = index_.disk_with_content(ref.content, kEqualsLookedAt);
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
    peer->second.bytes_ahead -= job.read.chunk.bytes;
    missing_.emplace_back(job.peer, ChunksMissing{job.request, {job.place}});
  }
  if (bytes) return std::nullopt;
  return job.read.path;
}

std::optional<Server::Data> Server::poll_data(const DeviceId& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end() || found->second.ready.empty()) return std::nullopt;
  Data data = std::move(found->second.ready.front());
  found->second.ready.pop_front();
  found->second.bytes_ahead -= data.bytes.size();
  return data;
}

std::optional<std::pair<DeviceId, ChunksMissing>> Server::poll_missing() {
  if (missing_.empty()) return std::nullopt;
  auto missing = std::move(missing_.front());
  missing_.pop_front();
  return missing;
}

}  // namespace lansync
