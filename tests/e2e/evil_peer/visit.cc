#include "tests/e2e/evil_peer/visit.h"

#include <algorithm>
#include <utility>

#include "core/wire/chunk_data.h"
#include "transport/record_types.h"

namespace lansync::evil {
namespace {

constexpr std::uint32_t kNobodysRequest = 4'000'000'000;
constexpr std::size_t kListChunksPerReply = 4096;

// A list of chunks that no file consists of.
std::vector<Chunk> other_chunks(std::size_t count) { return {count, Chunk{1, ChunkHash{}}}; }

}  // namespace

std::optional<Service> service_from(const std::string& name) {
  static const std::map<std::string, Service> services = {
      {"honest", Service::honest},       {"missing", Service::missing},
      {"silent", Service::silent},       {"wrong", Service::wrong},
      {"twice", Service::twice},         {"too_long", Service::too_long},
      {"elsewhere", Service::elsewhere}, {"endless", Service::endless}};
  const auto found = services.find(name);
  if (found == services.end()) return std::nullopt;
  return found->second;
}

Visit::Visit(Member& member, Conversation conversation)
    : member_(member), conversation_(std::move(conversation)) {}

void Visit::greet() {
  say(ShareHello{member_.membership().heads()});
  say_state(member_.clock());
}

void Visit::say_state(const CausalClock& clock) {
  say(ShareState{clock, member_.fingerprint(), true, 0, 0});
}

void Visit::say(const MessageBody& body) {
  conversation_.say(kShareMessageRecord, encode(Message{member_.share(), body}));
}

void Visit::attend(Duration patience) {
  while (!deaf_) {
    const auto record = conversation_.hear(patience);
    if (!record) return;
    handle(*record);
  }
}

void Visit::handle(const Record& record) {
  if (record.header.type == kPingRecord) {
    conversation_.say(kPongRecord, {});
  } else if (record.header.type == kPongRecord) {
    ++pongs_heard_;
  } else if (record.header.type == kChunkDataRecord) {
    ++chunks_heard_;
  } else if (record.header.type == kShareMessageRecord) {
    if (const auto message = decode_message(record.payload)) handle(message->body);
  }
}

void Visit::handle(const MessageBody& body) {
  ++heard_[body.index()];
  if (const auto* hello = std::get_if<ShareHello>(&body)) {
    const auto unknown = [&](const MemberOpHash& head) {
      return !member_.membership().knows(head);
    };
    if (std::ranges::any_of(hello->member_op_heads, unknown)) say(MemberOpsRequest{});
  } else if (const auto* ops = std::get_if<MemberOps>(&body)) {
    for (const SignedRecord& op : ops->ops) (void)member_.membership().add(op);
  } else if (const auto* segment = std::get_if<Segment>(&body)) {
    member_.learn(*segment);
  } else if (const auto* state = std::get_if<ShareState>(&body)) {
    state_ = *state;
  } else if (const auto* list = std::get_if<ChunkListRequest>(&body)) {
    answer(*list);
  } else if (const auto* chunks = std::get_if<ChunkRequest>(&body)) {
    answer(*chunks);
  } else if (const auto* barrier = std::get_if<Barrier>(&body)) {
    say_state(member_.clock());
    say(BarrierReached{barrier->id});
  }
}

void Visit::answer(const ChunkListRequest& request) {
  if (service_ == Service::silent) return;
  ChunkListReply reply{request.request, 0, request.first, {}};
  if (service_ == Service::elsewhere) reply.request = kNobodysRequest;
  if (service_ == Service::endless) {
    reply.total = limits::kChunksPerFileMax;
    reply.chunks = other_chunks(kListChunksPerReply);
  } else if (service_ == Service::wrong) {
    reply.total = 3;
    reply.chunks = other_chunks(3);
  } else if (const auto* list = member_.list_of(request.content);
             list != nullptr && service_ != Service::missing) {
    const auto& chunks = list->chunks;
    const std::size_t first = std::min<std::size_t>(request.first, chunks.size());
    const std::size_t count = std::min(kListChunksPerReply, chunks.size() - first);
    reply.total = static_cast<std::uint32_t>(chunks.size());
    reply.chunks.assign(chunks.data() + first, chunks.data() + first + count);
  }
  say(reply);
  if (service_ == Service::twice) say(reply);
}

void Visit::answer(const ChunkRequest& request) {
  if (service_ == Service::silent) return;
  for (std::uint32_t place = 0; place < request.chunks.size(); ++place) {
    const Chunk& chunk = request.chunks[place].chunk;
    const Bytes* known = member_.bytes_of(chunk.hash);
    const bool lies = service_ == Service::wrong;
    if (!lies && (known == nullptr || service_ == Service::missing)) {
      say(ChunksMissing{request.request, {place}});
      continue;
    }
    Bytes bytes = lies ? Bytes(chunk.bytes, std::byte{0x66}) : *known;
    if (service_ == Service::too_long) bytes.push_back({});
    const bool elsewhere = service_ == Service::elsewhere;
    send_chunk(elsewhere ? kNobodysRequest : request.request, place, bytes);
    if (service_ == Service::twice) send_chunk(request.request, place, bytes);
  }
}

void Visit::send_chunk(std::uint32_t request, std::uint32_t place, ByteView bytes) {
  std::uint32_t offset = 0;
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(bytes.size(), ChunkData::kDataBytesMax));
    Bytes payload = encode(ChunkData{member_.share(), request, place, offset});
    append(payload, piece);
    conversation_.say(kChunkDataRecord, payload);
    offset += static_cast<std::uint32_t>(piece.size());
    bytes = bytes.subspan(piece.size());
  }
}

}  // namespace lansync::evil
