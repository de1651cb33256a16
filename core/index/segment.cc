#include "core/index/segment.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/byte_io.h"
#include "core/base/limits.h"
#include "core/chunk/chunk_list.h"
#include "core/chunk/hash.h"

namespace lansync {
namespace {

constexpr std::uint32_t kModeMask = 0777;

void write_author(ByteWriter& writer, const Author& author) {
  writer.raw(author.device.view());
  writer.varint(author.incarnation);
}

Author read_author(ByteReader& reader) {
  Author author;
  author.device = reader.id<DeviceId>();
  author.incarnation = reader.varint();
  return author;
}

// Dots in a stub are (position in the header's context, counter); the position after the last means
// the segment's own author.
Bytes encode_stub(const SegmentHeader& header, std::span<const Dot> supersedes) {
  const auto known = header.context.entries();
  ByteWriter writer;
  writer.varint(supersedes.size());
  for (const Dot& dot : supersedes) {
    std::size_t position = known.size();
    if (dot.author != header.author) {
      const auto entry =
          std::ranges::lower_bound(known, dot.author, {}, &CausalClock::Entry::author);
      LANSYNC_ASSERT(entry != known.end() && entry->author == dot.author);
      position = static_cast<std::size_t>(entry - known.begin());
    }
    writer.varint(position);
    writer.varint(dot.counter);
  }
  return std::move(writer).take();
}

Result<std::vector<Dot>> decode_stub(const SegmentHeader& header, std::uint64_t counter,
                                     ByteView stub) {
  const auto known = header.context.entries();
  ByteReader reader(stub);
  std::vector<Dot> supersedes(reader.varint_up_to(limits::kSupersedesMax));
  for (Dot& dot : supersedes) {
    const std::uint64_t position = reader.varint_up_to(known.size());
    dot.counter = reader.varint();
    if (reader.failed()) break;
    const bool own = position == known.size();
    dot.author = own ? header.author : known[position].author;
    if (!own && dot.author == header.author) reader.fail(Errc::malformed);
    // An effect cannot be older than its cause.
    const std::uint64_t newest = own ? counter - 1 : known[position].counter;
    if (dot.counter == 0 || dot.counter > newest) reader.fail(Errc::malformed);
  }
  auto finished = reader.finish("superseded changes");
  if (!finished) return std::move(finished).error();
  const bool sorted = std::ranges::is_sorted(supersedes) &&
                      std::ranges::adjacent_find(supersedes) == supersedes.end();
  if (!sorted) return Error{Errc::malformed, "superseded changes: not in order"};
  return supersedes;
}

Bytes encode_body(const Change& change) {
  ByteWriter writer;
  writer.sized(as_bytes(change.path.text()));
  writer.varint(static_cast<std::uint64_t>(change.kind));
  writer.signed_varint(change.edited_at.ns);
  writer.varint(change.base ? 1 : 0);
  if (change.base) writer.raw(change.base->view());
  switch (change.kind) {
    case ChangeKind::file:
      writer.varint(change.size);
      writer.raw(change.content.view());
      writer.varint(static_cast<std::uint64_t>(change.chunk_class));
      writer.varint(change.one_chunk ? 1 : 0);
      break;
    case ChangeKind::link: writer.sized(as_bytes(change.link_target)); break;
    case ChangeKind::dir: break;
    case ChangeKind::metadata: break;
    case ChangeKind::deleted: return std::move(writer).take();
  }
  writer.varint(change.mode);
  writer.signed_varint(change.mode_at.ns);
  writer.signed_varint(change.mtime.ns);
  writer.signed_varint(change.mtime_at.ns);
  return std::move(writer).take();
}

// An empty file is shown without asking anybody for bytes, so nothing else would notice that its
// content is said to be another.
bool agree_on_emptiness(const Change& change) {
  const bool empty = change.content == ChunkList().content_id();
  return empty == (change.size == 0) && (!empty || change.one_chunk);
}

void decode_kind_fields(ByteReader& reader, Change& change) {
  switch (change.kind) {
    case ChangeKind::file:
      change.size = reader.varint_up_to(limits::kFileBytesMax);
      change.content = reader.id<ContentId>();
      change.chunk_class = static_cast<ChunkClass>(
          reader.varint_up_to(static_cast<std::uint64_t>(ChunkClass::mib4)));
      change.one_chunk = reader.varint_up_to(1) == 1;
      if (change.one_chunk && change.size > limits::kChunkBytesMax) reader.fail(Errc::malformed);
      if (!agree_on_emptiness(change)) reader.fail(Errc::malformed);
      break;
    case ChangeKind::link:
      change.link_target = as_text(reader.sized(limits::kLinkTargetBytesMax));
      change.content.bytes = hash_of(as_bytes(change.link_target));
      if (change.link_target.empty() || change.link_target.find('\0') != std::string::npos) {
        reader.fail(Errc::malformed);
      }
      break;
    case ChangeKind::dir: break;
    case ChangeKind::metadata: break;
    case ChangeKind::deleted: return;
  }
  change.mode = static_cast<std::uint32_t>(reader.varint_up_to(kModeMask));
  change.mode_at.ns = reader.signed_varint();
  change.mtime.ns = reader.signed_varint();
  change.mtime_at.ns = reader.signed_varint();
}

Result<Change> decode_body(ByteView body) {
  ByteReader reader(body);
  const std::string_view path_text = as_text(reader.sized(limits::kPathBytesMax));
  Change change;
  const std::uint64_t kind = reader.varint_up_to(static_cast<std::uint64_t>(ChangeKind::metadata));
  if (kind == 0) reader.fail(Errc::malformed);
  change.kind = static_cast<ChangeKind>(kind);
  change.edited_at.ns = reader.signed_varint();
  if (reader.varint_up_to(1) == 1) change.base = reader.id<ContentId>();
  if (!reader.failed()) decode_kind_fields(reader, change);
  auto finished = reader.finish("change");
  if (!finished) return std::move(finished).error();
  auto path = RelativePath::parse(path_text);
  if (!path) return std::move(path).error();
  change.path = *std::move(path);
  return change;
}

}  // namespace

Bytes encode(const SegmentHeader& header) {
  ByteWriter writer;
  writer.raw(header.share.view());
  write_author(writer, header.author);
  writer.varint(header.first);
  writer.varint(header.count);
  writer.raw(header.previous.view());
  writer.varint(header.context.entries().size());
  for (const CausalClock::Entry& entry : header.context.entries()) {
    write_author(writer, entry.author);
    writer.varint(entry.counter);
  }
  writer.raw(header.entries_hash);
  return std::move(writer).take();
}

Result<SegmentHeader> decode_segment_header(ByteView bytes) {
  ByteReader reader(bytes);
  SegmentHeader header;
  header.share = reader.id<ShareId>();
  header.author = read_author(reader);
  header.first = reader.varint();
  header.count = static_cast<std::uint32_t>(reader.varint_up_to(limits::kSegmentChangesMax));
  header.previous = reader.id<SegmentHash>();
  const std::uint64_t authors = reader.varint_up_to(limits::kClockAuthorsMax);
  std::optional<Author> before;
  for (std::uint64_t i = 0; i < authors && !reader.failed(); ++i) {
    const Author author = read_author(reader);
    const std::uint64_t counter = reader.varint();
    if (counter == 0 || (before && !(*before < author))) reader.fail(Errc::malformed);
    if (!reader.failed()) header.context.advance(author, counter);
    before = author;
  }
  const ByteView hash = reader.raw(header.entries_hash.size());
  if (hash.size() == header.entries_hash.size()) {
    std::copy(hash.begin(), hash.end(), header.entries_hash.begin());
  }
  const std::uint64_t first = header.first;
  if (first == 0 || header.count == 0 || first + header.count < first ||
      header.context.counter_of(header.author) != first - 1 ||
      (first == 1) != (header.previous == SegmentHash{})) {
    reader.fail(Errc::malformed);
  }
  auto finished = reader.finish("segment header");
  if (!finished) return std::move(finished).error();
  return header;
}

SegmentHash segment_hash(ByteView header) { return {hash_of(header, "lansync/v1/segment")}; }

BodyHash body_hash(ByteView body) { return {hash_of(body, "lansync/v1/change-body")}; }

SegmentEntry encode_entry(const SegmentHeader& header, const Change& change) {
  return {encode_stub(header, change.supersedes), encode_body(change)};
}

Result<LogEntry> decode_entry(const SegmentHeader& header, std::uint64_t counter,
                              const SegmentEntry& entry) {
  auto supersedes = decode_stub(header, counter, entry.stub);
  if (!supersedes) return std::move(supersedes).error();
  const Dot dot{header.author, counter};
  const auto* body = std::get_if<Bytes>(&entry.body);
  if (body == nullptr) return LogEntry(PrunedChange{dot, *std::move(supersedes)});
  auto change = decode_body(*body);
  if (!change) return std::move(change).error();
  change->dot = dot;
  change->supersedes = *std::move(supersedes);
  return LogEntry(*std::move(change));
}

void prune(SegmentEntry& entry) {
  if (const auto* body = std::get_if<Bytes>(&entry.body)) entry.body = body_hash(*body);
}

std::array<std::byte, 32> entries_hash(std::span<const SegmentEntry> entries) {
  Hasher hasher("lansync/v1/segment-entries");
  for (const SegmentEntry& entry : entries) {
    ByteWriter writer;
    writer.sized(entry.stub);
    const auto* body = std::get_if<Bytes>(&entry.body);
    writer.raw((body != nullptr ? body_hash(*body) : std::get<BodyHash>(entry.body)).view());
    hasher.update(writer.bytes());
  }
  return hasher.finish();
}

Segment build_segment(SegmentHeader header, std::span<Change> changes) {
  LANSYNC_ASSERT(!changes.empty() && changes.size() <= limits::kSegmentChangesMax);
  Segment segment;
  std::uint64_t counter = header.first;
  for (Change& change : changes) {
    change.dot = {header.author, counter++};
    segment.entries.push_back(encode_entry(header, change));
  }
  header.count = static_cast<std::uint32_t>(changes.size());
  header.entries_hash = entries_hash(segment.entries);
  segment.header = encode(header);
  return segment;
}

Result<OpenSegment> open_segment(const Segment& segment) {
  auto header = decode_segment_header(segment.header);
  if (!header) return std::move(header).error();
  OpenSegment open{*std::move(header), segment_hash(segment.header), {}};
  if (segment.entries.size() != open.header.count) {
    return Error{Errc::mismatch, "segment: number of changes"};
  }
  if (entries_hash(segment.entries) != open.header.entries_hash) {
    return Error{Errc::mismatch, "segment: hash of its changes"};
  }
  std::uint64_t counter = open.header.first;
  for (const SegmentEntry& entry : segment.entries) {
    auto decoded = decode_entry(open.header, counter++, entry);
    if (!decoded) return std::move(decoded).error();
    open.entries.push_back(*std::move(decoded));
  }
  return open;
}

}  // namespace lansync
