// A segment from a peer: a header, then entries of stub and body, each preceded by its length.
//
// What decodes encodes to the same bytes: a segment has one encoding, or two devices could hold
// different bytes under one signature. The entries' hash and count, which no fuzzer guesses, are
// put right before the whole is opened.
#include "core/index/segment.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "tests/fuzz/fuzz_input.h"

namespace lansync {
namespace {

void check_entry(const SegmentHeader& header, const SegmentEntry& entry, const LogEntry& decoded) {
  const auto* change = std::get_if<Change>(&decoded);
  if (change == nullptr) return;
  LANSYNC_ASSERT(encode_entry(header, *change) == entry);
  LANSYNC_ASSERT(change->supersedes.size() <= limits::kSupersedesMax);
  LANSYNC_ASSERT(!change->dot.counter || change->dot.author == header.author);
}

void open_whole(SegmentHeader header, std::vector<SegmentEntry> entries) {
  header.count = static_cast<std::uint32_t>(entries.size());
  header.entries_hash = entries_hash(entries);
  const Segment segment{encode(header), {}, std::move(entries)};
  const auto opened = open_segment(segment);
  if (!opened) return;
  LANSYNC_ASSERT(opened->entries.size() == segment.entries.size());
  for (std::size_t i = 0; i < segment.entries.size(); ++i) {
    check_entry(opened->header, segment.entries[i], opened->entries[i]);
  }
}

void check(FuzzInput input) {
  const ByteView header_bytes = input.take_sized();
  const auto header = decode_segment_header(header_bytes);
  if (!header) return;
  LANSYNC_ASSERT(std::ranges::equal(encode(*header), header_bytes));

  std::vector<SegmentEntry> entries;
  while (!input.empty() && entries.size() < limits::kSegmentChangesMax) {
    Bytes stub = to_bytes(input.take_sized());
    Bytes body = to_bytes(input.take_sized());
    const SegmentEntry entry{std::move(stub), std::move(body)};
    const auto decoded = decode_entry(*header, header->first + entries.size(), entry);
    if (decoded) check_entry(*header, entry, *decoded);
    entries.push_back(entry);
  }
  open_whole(*header, std::move(entries));
}

}  // namespace
}  // namespace lansync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lansync::check(lansync::FuzzInput(data, size));
  return 0;
}
