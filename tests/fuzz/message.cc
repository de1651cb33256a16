// A control message from a member: what is accepted keeps to the limits, and means the same when it
// is encoded and decoded once more.
#include "core/wire/message.h"

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "tests/fuzz/fuzz_input.h"

namespace lansync {
namespace {

// Overloads for what has limits of its own; the rest is checked by going round.
void check(const ShareState& state) {
  LANSYNC_ASSERT(state.clock.entries().size() <= limits::kClockAuthorsMax);
}
void check(const Segment& segment) {
  LANSYNC_ASSERT(segment.entries.size() <= limits::kSegmentChangesMax);
}
void check(const ChunkListReply& reply) {
  LANSYNC_ASSERT(reply.total <= limits::kChunksPerFileMax);
  for (const Chunk& chunk : reply.chunks) {
    LANSYNC_ASSERT(chunk.bytes > 0 && chunk.bytes <= limits::kChunkBytesMax);
  }
}
void check(const ChunkRequest& request) {
  LANSYNC_ASSERT(request.chunks.size() <= limits::kRequestChunksMax);
  for (const ChunkRef& ref : request.chunks) {
    LANSYNC_ASSERT(ref.chunk.bytes > 0 && ref.chunk.bytes <= limits::kChunkBytesMax);
  }
}
void check(const ChunksHeld& held) {
  LANSYNC_ASSERT(held.chunks.size() <= limits::kRequestChunksMax);
  LANSYNC_ASSERT(!held.ended || held.chunks.empty());
}
void check(const AuditAnswer& answer) {
  LANSYNC_ASSERT(answer.parts.size() <= RangeSplit::kPartsMax);
  for (const PathsPart& part : answer.parts) {
    LANSYNC_ASSERT(part.paths > 0 && !part.through.is_root());
  }
}
template <class Body>
void check(const Body&) {}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lansync;
  const auto message = decode_message(FuzzInput(data, size).take_rest());
  if (!message) return 0;
  std::visit([](const auto& body) { check(body); }, message->body);
  const Bytes again = encode(*message);
  LANSYNC_ASSERT(again.size() <= limits::kControlRecordBytesMax);
  const auto decoded = decode_message(again);
  LANSYNC_ASSERT(decoded && *decoded == *message);
  return 0;
}
