// Messages about chunks: what is asked for, and what is there.
#include "core/base/limits.h"
#include "core/wire/message_arms.h"
#include "message.pb.h"

namespace lansync::message_arms {
namespace {

constexpr std::size_t kChunkBytes = 36;

}  // namespace

void to_wire(const ChunkListRequest& request, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunk_list_request();
  arm->set_request(request.request);
  set(arm->mutable_content(), request.content.view());
  arm->set_first(request.first);
}

Result<MessageBody> from_wire(const wire::ChunkListRequest& arm) {
  ChunkListRequest request{arm.request(), {}, arm.first()};
  if (!get(arm.content(), request.content)) return malformed("content id");
  return MessageBody(request);
}

void to_wire(const ChunkListReply& reply, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunk_list_reply();
  arm->set_request(reply.request);
  arm->set_total(reply.total);
  arm->set_first(reply.first);
  Bytes chunks;
  for (const Chunk& chunk : reply.chunks) {
    append_be(chunks, chunk.bytes);
    append(chunks, chunk.hash.view());
  }
  set(arm->mutable_chunks(), chunks);
}

Result<MessageBody> from_wire(const wire::ChunkListReply& arm) {
  if (arm.total() > limits::kChunksPerFileMax) return too_many("chunks of a file");
  if (arm.chunks().size() % kChunkBytes != 0) return malformed("chunk list");
  ChunkListReply reply{arm.request(), arm.total(), arm.first(), {}};
  for (ByteView rest = as_bytes(arm.chunks()); !rest.empty(); rest = rest.subspan(kChunkBytes)) {
    const auto bytes = load_be<std::uint32_t>(rest);
    if (bytes == 0 || bytes > limits::kChunkBytesMax) return malformed("chunk's length");
    reply.chunks.push_back({bytes, *ChunkHash::from(rest.subspan(4, ChunkHash::kBytes))});
  }
  return MessageBody(std::move(reply));
}

void to_wire(const ChunkRequest& request, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunk_request();
  arm->set_request(request.request);
  for (const ChunkRef& ref : request.chunks) {
    auto* wire_ref = arm->add_chunks();
    set(wire_ref->mutable_content(), ref.content.view());
    wire_ref->set_index(ref.index);
    if (ref.chunk.hash.bytes != ref.content.bytes)
      set(wire_ref->mutable_hash(), ref.chunk.hash.view());
    wire_ref->set_bytes(ref.chunk.bytes);
  }
}

Result<MessageBody> from_wire(const wire::ChunkRequest& arm) {
  if (static_cast<std::size_t>(arm.chunks_size()) > limits::kRequestChunksMax) {
    return too_many("chunks in a request");
  }
  ChunkRequest request{arm.request(), {}};
  for (const auto& wire_ref : arm.chunks()) {
    ChunkRef ref;
    if (!get(wire_ref.content(), ref.content)) return malformed("content id");
    ref.chunk.hash.bytes = ref.content.bytes;
    if (!wire_ref.hash().empty() && !get(wire_ref.hash(), ref.chunk.hash)) {
      return malformed("chunk's hash");
    }
    if (wire_ref.bytes() == 0 || wire_ref.bytes() > limits::kChunkBytesMax) {
      return malformed("chunk's length");
    }
    ref.index = wire_ref.index();
    ref.chunk.bytes = wire_ref.bytes();
    request.chunks.push_back(ref);
  }
  return MessageBody(std::move(request));
}

void to_wire(const ChunksMissing& missing, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunks_missing();
  arm->set_request(missing.request);
  for (const std::uint32_t place : missing.places) arm->add_places(place);
}

Result<MessageBody> from_wire(const wire::ChunksMissing& arm) {
  if (static_cast<std::size_t>(arm.places_size()) > limits::kRequestChunksMax) {
    return too_many("chunks that are missing");
  }
  return MessageBody(ChunksMissing{arm.request(), {arm.places().begin(), arm.places().end()}});
}

void to_wire(const ChunksHeld& held, wire::ShareMessage& to) {
  auto* arm = to.mutable_chunks_held();
  set(arm->mutable_content(), held.content.view());
  for (const std::uint32_t chunk : held.chunks) arm->add_chunks(chunk);
  arm->set_ended(held.ended);
}

Result<MessageBody> from_wire(const wire::ChunksHeld& arm) {
  if (static_cast<std::size_t>(arm.chunks_size()) > limits::kRequestChunksMax) {
    return too_many("chunks that are held");
  }
  ChunksHeld held{{}, {arm.chunks().begin(), arm.chunks().end()}, arm.ended()};
  if (!get(arm.content(), held.content)) return malformed("content id");
  if (held.ended && !held.chunks.empty()) return malformed("chunks of what is not loaded");
  return MessageBody(std::move(held));
}

}  // namespace lansync::message_arms
