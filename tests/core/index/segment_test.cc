#include "core/index/segment.h"

#include <fstream>
#include <iterator>
#include <limits>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/byte_io.h"
#include "core/base/limits.h"
#include "core/chunk/hash.h"

namespace lansync {
namespace {

RelativePath path_of(std::string_view text) { return RelativePath::parse(text).value(); }

template <class IdType>
IdType id_of(int number) {
  IdType id;
  id.bytes.fill(static_cast<std::byte>(number));
  return id;
}

// Three authors whose order is not that of their numbers; the first of them writes.
Author author_of(int number) { return {id_of<DeviceId>(10 - number), 5}; }

SegmentHeader header_of() {
  SegmentHeader header;
  header.share = id_of<ShareId>(1);
  header.author = author_of(0);
  header.first = 8;
  header.previous = id_of<SegmentHash>(2);
  header.context.advance(author_of(0), 7);
  header.context.advance(author_of(1), 3);
  header.context.advance(author_of(2), 900);
  return header;
}

Change file_change() {
  Change change;
  change.path = path_of("photos/2026/märz.jpg");
  change.size = 123'456'789;
  change.content = id_of<ContentId>(3);
  change.chunk_class = ChunkClass::kib256;
  change.one_chunk = false;
  change.base = id_of<ContentId>(4);
  change.mode = 0640;
  change.mtime = WallTime{1'773'500'520'123'456'789};
  change.edited_at = WallTime{1'773'500'521'000'000'000};
  change.mode_at = WallTime{-5};
  change.mtime_at = WallTime{1'773'500'521'000'000'000};
  change.supersedes = {
      {author_of(2), 900}, {author_of(1), 1}, {author_of(0), 2}, {author_of(0), 7}};
  return change;
}

std::vector<Change> one_of_each() {
  Change link;
  link.path = path_of("a link");
  link.kind = ChangeKind::link;
  link.link_target = "../elsewhere";
  link.content.bytes = hash_of(as_bytes(link.link_target));
  link.mode = 0777;
  Change dir;
  dir.path = path_of("photos");
  dir.kind = ChangeKind::dir;
  dir.mode = 0755;
  dir.edited_at = WallTime{std::numeric_limits<std::int64_t>::max()};
  Change gone;
  gone.path = path_of("old.txt");
  gone.kind = ChangeKind::deleted;
  gone.base = id_of<ContentId>(9);
  gone.edited_at = WallTime{std::numeric_limits<std::int64_t>::min()};
  // Two entries before it in the same segment.
  gone.supersedes = {{author_of(0), 9}};
  Change metadata;
  metadata.path = path_of("photos");
  metadata.kind = ChangeKind::metadata;
  metadata.mode = 0700;
  return {file_change(), link, dir, gone, metadata};
}

Segment segment_of(std::vector<Change> changes) {
  Segment segment = build_segment(header_of(), changes);
  segment.signature = Bytes(64, std::byte{0xab});
  return segment;
}

// The changes as build_segment() would number them.
std::vector<Change> numbered(std::vector<Change> changes) {
  std::uint64_t counter = header_of().first;
  for (Change& change : changes) change.dot = {author_of(0), counter++};
  return changes;
}

// One line for each part, in hex.
std::string dump(const Segment& segment) {
  std::string text = "header " + to_hex(segment.header) + "\n";
  for (const SegmentEntry& entry : segment.entries) {
    text += "stub " + to_hex(entry.stub) + "\n";
    text += "body " + to_hex(std::get<Bytes>(entry.body)) + "\n";
  }
  return text + "hash " + segment_hash(segment.header).hex() + "\n";
}

TEST_CASE("A segment says what was put into it", "[index][segment]") {
  const auto changes = numbered(one_of_each());
  const Segment segment = segment_of(one_of_each());
  const OpenSegment open = open_segment(segment).value();
  CHECK(open.hash == segment_hash(segment.header));
  CHECK(open.header.count == changes.size());
  CHECK(open.header.last() == 12);
  REQUIRE(open.entries.size() == changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CHECK(std::get<Change>(open.entries[i]) == changes[i]);
    // In its only encoding.
    CHECK(encode_entry(open.header, changes[i]) == segment.entries[i]);
  }
  CHECK(encode(open.header) == segment.header);
}

TEST_CASE("The encoding is the one that was released", "[index][segment]") {
  std::ifstream file(LANSYNC_SOURCE_DIR "/tests/golden/segment.txt");
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  CHECK(dump(segment_of(one_of_each())) == golden);
}

TEST_CASE("A pruned change verifies and says what it superseded", "[index][segment]") {
  const auto changes = numbered(one_of_each());
  const Segment whole = segment_of(one_of_each());
  for (std::uint32_t chosen = 0; chosen < (1U << changes.size()); ++chosen) {
    Segment segment = whole;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if ((chosen >> i & 1) != 0) prune(segment.entries[i]);
    }
    const OpenSegment open = open_segment(segment).value();
    CHECK(open.hash == segment_hash(whole.header));
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const bool pruned = (chosen >> i & 1) != 0;
      REQUIRE(segment.entries[i].pruned() == pruned);
      if (pruned) {
        const PrunedChange expected{changes[i].dot, changes[i].supersedes};
        CHECK(std::get<PrunedChange>(open.entries[i]) == expected);
      } else {
        CHECK(std::get<Change>(open.entries[i]) == changes[i]);
      }
    }
    const Segment before = segment;
    for (SegmentEntry& entry : segment.entries) {
      if (entry.pruned()) prune(entry);
    }
    CHECK(segment == before);
  }
}

TEST_CASE("No prefix of a segment's parts opens", "[index][segment]") {
  const Segment whole = segment_of(one_of_each());
  for (std::size_t size = 0; size < whole.header.size(); ++size) {
    Segment bad = whole;
    bad.header.resize(size);
    CHECK_FALSE(open_segment(bad));
  }
  const SegmentHeader header = decode_segment_header(whole.header).value();
  for (std::size_t i = 0; i < whole.entries.size(); ++i) {
    const Bytes& body = std::get<Bytes>(whole.entries[i].body);
    for (std::size_t size = 0; size < body.size(); ++size) {
      SegmentEntry bad = whole.entries[i];
      std::get<Bytes>(bad.body).resize(size);
      CHECK_FALSE(decode_entry(header, header.first + i, bad));
    }
    for (std::size_t size = 0; size < whole.entries[i].stub.size(); ++size) {
      SegmentEntry bad = whole.entries[i];
      bad.stub.resize(size);
      CHECK_FALSE(decode_entry(header, header.first + i, bad));
    }
  }
  for (std::size_t count = 0; count < whole.entries.size(); ++count) {
    Segment bad = whole;
    bad.entries.resize(count);
    CHECK(open_segment(bad).error().code == Errc::mismatch);
  }
}

TEST_CASE("A flipped bit is noticed or changes the hash that is signed", "[index][segment]") {
  const Segment whole = segment_of(one_of_each());
  const SegmentHash hash = segment_hash(whole.header);
  for (std::size_t i = 0; i < whole.header.size() * 8; ++i) {
    Segment bad = whole;
    bad.header[i / 8] ^= static_cast<std::byte>(1 << i % 8);
    const auto open = open_segment(bad);
    CHECK((!open || open->hash != hash));
  }
  for (std::size_t entry = 0; entry < whole.entries.size(); ++entry) {
    for (const bool pruned : {false, true}) {
      Segment bad = whole;
      if (pruned) prune(bad.entries[entry]);
      const auto flip = [&](std::byte& byte) {
        for (int bit = 0; bit < 8; ++bit) {
          byte ^= static_cast<std::byte>(1 << bit);
          CHECK(open_segment(bad).error().code == Errc::mismatch);
          byte ^= static_cast<std::byte>(1 << bit);
        }
      };
      for (std::byte& byte : bad.entries[entry].stub) flip(byte);
      if (pruned) {
        for (std::byte& byte : std::get<BodyHash>(bad.entries[entry].body).bytes) flip(byte);
      } else {
        for (std::byte& byte : std::get<Bytes>(bad.entries[entry].body)) flip(byte);
      }
    }
  }
}

TEST_CASE("Whatever decodes is in its only encoding", "[index][segment]") {
  const Segment whole = segment_of(one_of_each());
  const SegmentHeader header = decode_segment_header(whole.header).value();
  rc::check([&](std::size_t which, std::size_t place, std::uint8_t value, bool in_stub) {
    const std::size_t i = which % whole.entries.size();
    SegmentEntry entry = whole.entries[i];
    Bytes& bytes = in_stub ? entry.stub : std::get<Bytes>(entry.body);
    bytes[place % bytes.size()] = static_cast<std::byte>(value);
    const auto decoded = decode_entry(header, header.first + i, entry);
    if (decoded) RC_ASSERT(encode_entry(header, std::get<Change>(*decoded)) == entry);
    Bytes changed = whole.header;
    changed[place % changed.size()] = static_cast<std::byte>(value);
    const auto other = decode_segment_header(changed);
    if (other) RC_ASSERT(encode(*other) == changed);
  });
}

TEST_CASE("Any change that can be made reads back", "[index][segment]") {
  rc::check([](std::uint8_t kind, std::uint64_t size, std::int64_t edited_at, std::int64_t mtime,
               std::uint32_t mode, std::string target, bool based) {
    Change change;
    change.path = path_of("some/path");
    change.kind = static_cast<ChangeKind>(1 + kind % 5);
    change.edited_at = WallTime{edited_at};
    if (based) change.base = id_of<ContentId>(kind);
    if (change.kind != ChangeKind::deleted) {
      change.mode = mode & 0777;
      change.mtime = WallTime{mtime};
      change.mode_at = WallTime{mtime};
      change.mtime_at = WallTime{edited_at};
    }
    if (change.kind == ChangeKind::file) {
      change.size = size % (limits::kFileBytesMax + 1);
      change.one_chunk = change.size <= limits::kChunkBytesMax;
      change.content = id_of<ContentId>(7);
    }
    if (change.kind == ChangeKind::link) {
      std::erase(target, '\0');
      change.link_target = "t" + target;
      change.content.bytes = hash_of(as_bytes(change.link_target));
    }
    const SegmentHeader header = header_of();
    const auto read = decode_entry(header, 8, encode_entry(header, change));
    change.dot = {header.author, 8};
    RC_ASSERT(read.has_value());
    RC_ASSERT(std::get<Change>(*read) == change);
  });
}

// --- What a hostile author might sign ---

struct BodyParts {
  std::string path = "f";
  std::uint64_t kind = 1;
  std::uint64_t based = 0;
  std::uint64_t size = 5;
  std::uint64_t chunk_class = 0;
  std::uint64_t one_chunk = 1;
  std::string target = "t";
  std::uint64_t mode = 0644;
  std::string tail;
};

Bytes body_of(const BodyParts& parts) {
  ByteWriter writer;
  writer.sized(as_bytes(parts.path));
  writer.varint(parts.kind);
  writer.signed_varint(1);
  writer.varint(parts.based);
  if (parts.kind == 1) {
    writer.varint(parts.size);
    writer.raw(ContentId{}.view());
    writer.varint(parts.chunk_class);
    writer.varint(parts.one_chunk);
  }
  if (parts.kind == 3) writer.sized(as_bytes(parts.target));
  if (parts.kind != 4) {
    writer.varint(parts.mode);
    for (int i = 0; i < 3; ++i) writer.signed_varint(1);
  }
  writer.raw(as_bytes(parts.tail));
  return std::move(writer).take();
}

Errc error_of_body(const BodyParts& parts) {
  const SegmentEntry entry{Bytes{std::byte{0}}, body_of(parts)};
  const auto decoded = decode_entry(header_of(), 8, entry);
  return decoded ? Errc{} : static_cast<Errc>(decoded.error().code.value());
}

TEST_CASE("Bodies that break a rule are refused", "[index][segment]") {
  const std::string nul("a\0b", 3);
  CHECK(error_of_body({}) == Errc{});
  CHECK(error_of_body({.kind = 3}) == Errc{});
  CHECK(error_of_body({.size = limits::kChunkBytesMax}) == Errc{});
  CHECK(error_of_body({.size = limits::kFileBytesMax, .one_chunk = 0}) == Errc{});

  CHECK(error_of_body({.kind = 0}) == Errc::malformed);
  CHECK(error_of_body({.kind = 6}) == Errc::limit_exceeded);
  CHECK(error_of_body({.kind = std::uint64_t{1} << 40}) == Errc::limit_exceeded);
  CHECK(error_of_body({.based = 2}) == Errc::limit_exceeded);
  CHECK(error_of_body({.size = limits::kChunkBytesMax + 1}) == Errc::malformed);
  CHECK(error_of_body({.size = limits::kFileBytesMax + 1, .one_chunk = 0}) == Errc::limit_exceeded);
  CHECK(error_of_body({.chunk_class = 4}) == Errc::limit_exceeded);
  CHECK(error_of_body({.one_chunk = 2}) == Errc::limit_exceeded);
  CHECK(error_of_body({.mode = 01000}) == Errc::limit_exceeded);
  CHECK(error_of_body({.mode = 04755}) == Errc::limit_exceeded);
  CHECK(error_of_body({.kind = 3, .target = ""}) == Errc::malformed);
  CHECK(error_of_body({.kind = 3, .target = nul}) == Errc::malformed);
  CHECK(error_of_body({.kind = 3, .target = std::string(4095, 't')}) == Errc{});
  CHECK(error_of_body({.kind = 3, .target = std::string(4096, 't')}) == Errc::limit_exceeded);
  for (const std::uint64_t kind : {1U, 2U, 3U, 4U, 5U}) {
    CHECK(error_of_body({.kind = kind}) == Errc{});
    CHECK(error_of_body({.kind = kind, .tail = "x"}) == Errc::malformed);
  }
  for (const std::string& path :
       {std::string(), std::string("/etc/passwd"), std::string("../f"), std::string("a/../f"),
        std::string("a//b"), std::string("a/"), std::string("."), std::string(".lansync/share"),
        std::string("\xff"), nul}) {
    INFO(path);
    CHECK(error_of_body({.path = path}) != Errc{});
  }
  CHECK(error_of_body({.path = std::string(4096, 'p')}) == Errc::limit_exceeded);
}

// Pairs of (position in the context, counter).
Errc error_of_stub(std::uint64_t count, std::vector<std::pair<std::uint64_t, std::uint64_t>> dots,
                   std::string_view tail = "") {
  ByteWriter writer;
  writer.varint(count);
  for (const auto& [position, counter] : dots) {
    writer.varint(position);
    writer.varint(counter);
  }
  writer.raw(as_bytes(tail));
  const SegmentEntry entry{writer.bytes(), body_of({})};
  const auto decoded = decode_entry(header_of(), 9, entry);
  return decoded ? Errc{} : static_cast<Errc>(decoded.error().code.value());
}

TEST_CASE("Stubs that break a rule are refused", "[index][segment]") {
  // The context, in order: author 2 up to 900, author 1 up to 3, the author itself up to 7. The
  // author's own dots stand at the position after the last.
  CHECK(error_of_stub(0, {}) == Errc{});
  CHECK(error_of_stub(3, {{0, 900}, {1, 3}, {3, 8}}) == Errc{});

  CHECK(error_of_stub(1, {}) == Errc::truncated);
  CHECK(error_of_stub(0, {{0, 1}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{0, 1}}, "x") == Errc::malformed);
  CHECK(error_of_stub(limits::kSupersedesMax + 1, {}) == Errc::limit_exceeded);
  CHECK(error_of_stub(~std::uint64_t{0}, {}) == Errc::limit_exceeded);
  // Dots that nobody has.
  CHECK(error_of_stub(1, {{0, 0}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{4, 1}}) == Errc::limit_exceeded);
  // Causes that the author cannot have seen: later than its context, itself, its future.
  CHECK(error_of_stub(1, {{0, 901}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{1, 4}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{3, 9}}) == Errc::malformed);
  CHECK(error_of_stub(1, {{3, ~std::uint64_t{0}}}) == Errc::malformed);
  // Other spellings of the same.
  CHECK(error_of_stub(1, {{2, 5}}) == Errc::malformed);
  CHECK(error_of_stub(2, {{0, 5}, {0, 5}}) == Errc::malformed);
  CHECK(error_of_stub(2, {{0, 5}, {0, 4}}) == Errc::malformed);
  CHECK(error_of_stub(2, {{1, 1}, {0, 5}}) == Errc::malformed);
}

TEST_CASE("Headers that break a rule are refused", "[index][segment]") {
  const auto error_of = [](const SegmentHeader& header) {
    const auto decoded = decode_segment_header(encode(header));
    return decoded ? Errc{} : static_cast<Errc>(decoded.error().code.value());
  };
  SegmentHeader good = header_of();
  good.count = 5;
  REQUIRE(error_of(good) == Errc{});

  SegmentHeader bad = good;
  bad.count = 0;
  CHECK(error_of(bad) == Errc::malformed);
  bad = good;
  bad.count = limits::kSegmentChangesMax;
  CHECK(error_of(bad) == Errc{});
  ++bad.count;
  CHECK(error_of(bad) == Errc::limit_exceeded);
  bad = good;
  bad.first = 0;
  CHECK(error_of(bad) == Errc::malformed);
  // Its own past is part of what an author has seen, neither more nor less.
  for (const std::uint64_t first : {1U, 7U, 9U}) {
    bad = good;
    bad.first = first;
    CHECK(error_of(bad) == Errc::malformed);
  }
  bad = good;
  bad.context.advance(author_of(0), 8);
  CHECK(error_of(bad) == Errc::malformed);
  // Only a first segment has no predecessor.
  bad = good;
  bad.previous = {};
  CHECK(error_of(bad) == Errc::malformed);
  bad = SegmentHeader();
  bad.first = 1;
  bad.count = 1;
  CHECK(error_of(bad) == Errc{});
  bad.previous = id_of<SegmentHash>(1);
  CHECK(error_of(bad) == Errc::malformed);
  // The counters end before they begin again.
  bad = good;
  bad.first = std::numeric_limits<std::uint64_t>::max();
  bad.context.advance(author_of(0), bad.first - 1);
  CHECK(error_of(bad) == Errc::malformed);

  SegmentHeader many;
  many.first = many.count = 1;
  for (std::size_t i = 1; i <= limits::kClockAuthorsMax; ++i) {
    many.context.advance({id_of<DeviceId>(1), i}, 1);
  }
  CHECK(error_of(many) == Errc{});
  many.context.advance({id_of<DeviceId>(2), 1}, 1);
  CHECK(error_of(many) == Errc::limit_exceeded);

  Bytes longer = encode(good);
  longer.push_back(std::byte{0});
  CHECK(decode_segment_header(longer).error().code == Errc::malformed);
}

TEST_CASE("The hashes are of different things", "[index][segment]") {
  const Bytes bytes = to_bytes("the same bytes");
  CHECK(segment_hash(bytes).bytes != body_hash(bytes).bytes);
  CHECK(body_hash(bytes).bytes != hash_of(bytes));
  // Where one entry ends and the next begins matters.
  const std::vector<SegmentEntry> one = {{to_bytes("a"), to_bytes("x")}};
  const std::vector<SegmentEntry> two = {{to_bytes("a"), to_bytes("x")},
                                         {to_bytes("a"), to_bytes("x")}};
  CHECK(entries_hash(one) != entries_hash(two));
  CHECK(entries_hash({}) != entries_hash(one));
}

}  // namespace
}  // namespace lansync
