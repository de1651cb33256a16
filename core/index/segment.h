// An author's log, in signed pieces.
#pragma once

#include <array>
#include <span>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/index/change.h"

namespace lansync {

using BodyHash = Id<32, struct BodyTag>;

// A change as it is signed: the stub says which changes it supersedes, the body says the rest.
//
// A change that was itself superseded is pruned to stub and body hash: its signature still verifies
// and it still tells which older versions are dead, but its path and content are forgotten.
struct SegmentEntry {
  Bytes stub;
  std::variant<Bytes, BodyHash> body;

  [[nodiscard]] bool pruned() const { return std::holds_alternative<BodyHash>(body); }
  friend bool operator==(const SegmentEntry&, const SegmentEntry&) = default;
};

// What one signature covers: where the segment stands in which log, what its author had seen when
// it was made (`context`, without the segment itself), and the hash of its entries.
struct SegmentHeader {
  ShareId share;
  Author author;
  std::uint64_t first = 0;  // Counter of the first entry.
  std::uint32_t count = 0;
  SegmentHash previous;  // All zero for an author's first.
  CausalClock context;
  std::array<std::byte, 32> entries_hash{};

  [[nodiscard]] std::uint64_t last() const { return first + count - 1; }
  friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};

// As it travels and is stored: header bytes are kept exactly as they were signed.
struct Segment {
  Bytes header;
  Bytes signature;  // Ed25519 over the header, context "lansync/v1/segment", by author.device.
  std::vector<SegmentEntry> entries;

  friend bool operator==(const Segment&, const Segment&) = default;
};

// An entry read back: a whole change, or what is left of one.
struct PrunedChange {
  Dot dot;
  std::vector<Dot> supersedes;

  friend bool operator==(const PrunedChange&, const PrunedChange&) = default;
};
using LogEntry = std::variant<Change, PrunedChange>;

Bytes encode(const SegmentHeader& header);
Result<SegmentHeader> decode_segment_header(ByteView bytes);
SegmentHash segment_hash(ByteView header);

// `change.supersedes` must name only dots that `header.context` covers or that precede the change
// in the same log.
SegmentEntry encode_entry(const SegmentHeader& header, const Change& change);
// `counter` is the entry's place in the log. Errors: malformed, truncated, limit_exceeded; a change
// that breaks a rule of the data model (docs/protocol.md, "Changes") is malformed.
Result<LogEntry> decode_entry(const SegmentHeader& header, std::uint64_t counter,
                              const SegmentEntry& entry);
BodyHash body_hash(ByteView body);
// Replaces the body by its hash.
void prune(SegmentEntry& entry);
std::array<std::byte, 32> entries_hash(std::span<const SegmentEntry> entries);

// Puts changes into a segment without its signature: fills header.count and header.entries_hash,
// and gives the changes their dots in order.
Segment build_segment(SegmentHeader header, std::span<Change> changes);

// What a segment says once it is known to be whole: header and entries agree, sizes are within
// limits. Does not check the signature, the chain or the context; that is the receiver's
// (sync/replica).
struct OpenSegment {
  SegmentHeader header;
  SegmentHash hash;
  std::vector<LogEntry> entries;
};
Result<OpenSegment> open_segment(const Segment& segment);

}  // namespace lansync
