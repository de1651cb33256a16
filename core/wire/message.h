// What two members of a share say to each other.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/chunk/chunk_list.h"
#include "core/index/segment.h"
#include "core/sync/fingerprint.h"
#include "core/sync/membership.h"
#include "core/sync/range_split.h"

namespace lansync {

// How far the sender knows one of its own logs.
struct OwnLogEnd {
  std::uint64_t incarnation = 0;
  std::uint64_t counter = 0;
  SegmentHash hash;  // Of the segment that ends there.
  friend bool operator==(const OwnLogEnd&, const OwnLogEnd&) = default;
};

// "We share this; so much I know of who belongs to it."
struct ShareHello {
  static constexpr std::size_t kOwnLogsMax = 16;

  std::vector<MemberOpHash> member_op_heads;
  // The sender answers an AuditQuestion: this lansync does.
  bool audits = true;
  // Of the sender's own log; 0: it does not say.
  std::uint64_t incarnation = 0;
  // Some of the logs that it has written; the one that it writes is among them.
  std::vector<OwnLogEnd> own_logs{};
  // The sender hears ChunksHeld: this lansync does.
  bool spreads = false;
  // The sender hears states that continue: this lansync does.
  bool continues = false;
  friend bool operator==(const ShareHello&, const ShareHello&) = default;
};

struct MemberOpsRequest {
  friend bool operator==(const MemberOpsRequest&, const MemberOpsRequest&) = default;
};

struct MemberOps {
  SignedRecord genesis;
  std::vector<SignedRecord> ops;
  friend bool operator==(const MemberOps&, const MemberOps&) = default;
};

// How far the sender is.
struct ShareState {
  CausalClock clock;
  Fingerprint fingerprint;
  // Everything that the clock covers is on the sender's disk, and everything on its disk is in the
  // clock.
  bool in_sync = false;
  std::uint64_t need_files = 0;
  std::uint64_t need_bytes = 0;
  // All that is left to do is to get bytes that nobody has whom the sender is connected to.
  bool starved = false;
  // The clock has only what the one before it, in this connection, did not cover.
  bool continues = false;
  friend bool operator==(const ShareState&, const ShareState&) = default;
};

struct ChunkListRequest {
  std::uint32_t request = 0;
  ContentId content;
  std::uint32_t first = 0;
  friend bool operator==(const ChunkListRequest&, const ChunkListRequest&) = default;
};

struct ChunkListReply {
  std::uint32_t request = 0;
  std::uint32_t total = 0;  // 0: not here.
  std::uint32_t first = 0;
  std::vector<Chunk> chunks;
  friend bool operator==(const ChunkListReply&, const ChunkListReply&) = default;
};

// A chunk by its place in a content, and by its hash, which is what it is checked against.
struct ChunkRef {
  ContentId content;
  std::uint32_t index = 0;
  Chunk chunk;
  friend bool operator==(const ChunkRef&, const ChunkRef&) = default;
};

struct ChunkRequest {
  std::uint32_t request = 0;
  std::vector<ChunkRef> chunks;
  friend bool operator==(const ChunkRequest&, const ChunkRequest&) = default;
};

struct ChunksMissing {
  std::uint32_t request = 0;
  std::vector<std::uint32_t> places;
  friend bool operator==(const ChunksMissing&, const ChunksMissing&) = default;
};

// "I am loading this content, and have these of its chunks, beside those that I have told of." With
// `ended`, and without chunks: no longer; ask me as you ask anybody. Told only members whose hello
// says that they hear it.
struct ChunksHeld {
  ContentId content;
  std::vector<std::uint32_t> chunks;  // By their place.
  bool ended = false;
  friend bool operator==(const ChunksHeld&, const ChunksHeld&) = default;
};

// "Tell me when you have looked at your folder once more and told me what you found."
struct Barrier {
  std::uint64_t id = 0;
  friend bool operator==(const Barrier&, const Barrier&) = default;
};

struct BarrierReached {
  std::uint64_t id = 0;
  friend bool operator==(const BarrierReached&, const BarrierReached&) = default;
};

using AuditClock = Id<32, struct AuditClockTag>;

// "Under the clock with this hash, the paths after `after` and up to `through` have these heads
// with me. With you?" Asked only of members whose hello says that they answer.
struct AuditQuestion {
  std::uint32_t question = 0;
  AuditClock clock;
  RelativePath after;    // The root: from the first path on.
  RelativePath through;  // The root: to the last. Else greater than `after`.
  std::uint64_t paths = 0;
  Fingerprint fingerprint;
  friend bool operator==(const AuditQuestion&, const AuditQuestion&) = default;
};

// `moving`: the sender's clock is another, or became one meanwhile. `parts` are the sender's, where
// it differs: in order, none of them empty, at most RangeSplit::kPartsMax.
struct AuditAnswer {
  enum class Kind : std::uint8_t { equal = 1, different = 2, moving = 3 };

  std::uint32_t question = 0;
  Kind kind = Kind::equal;
  std::vector<PathsPart> parts;
  friend bool operator==(const AuditAnswer&, const AuditAnswer&) = default;
};

using MessageBody = std::variant<ShareHello, MemberOpsRequest, MemberOps, ShareState, Segment,
                                 ChunkListRequest, ChunkListReply, ChunkRequest, ChunksMissing,
                                 Barrier, BarrierReached, AuditQuestion, AuditAnswer, ChunksHeld>;

struct Message {
  ShareId share;
  MessageBody body;
  friend bool operator==(const Message&, const Message&) = default;
};

// At most kControlRecordBytesMax for anything that keeps to the limits.
Bytes encode(const Message& message);
// Errors: malformed (protobuf cannot parse it, an id has the wrong length, a required part is
// missing), limit_exceeded. What is inside signed bytes is not looked at here.
Result<Message> decode_message(ByteView bytes);

}  // namespace lansync
