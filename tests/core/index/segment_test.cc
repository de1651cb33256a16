#include "core/index/segment.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "core/base/limits.h"
#include "tests/core/index/sample_segment.h"

namespace lansync::test {
namespace {

Segment segment_of(std::vector<Change> changes) {
  Segment segment = build_segment(sample_header(), changes);
  segment.signature = Bytes(64, std::byte{0xab});
  return segment;
}

// The changes as build_segment() would number them.
std::vector<Change> numbered(std::vector<Change> changes) {
  std::uint64_t counter = sample_header().first;
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
      if (change.size == 0) change.content.bytes = hash_of({});
    }
    if (change.kind == ChangeKind::link) {
      std::erase(target, '\0');
      change.link_target = "t" + target;
      change.content.bytes = hash_of(as_bytes(change.link_target));
    }
    const SegmentHeader header = sample_header();
    const auto read = decode_entry(header, 8, encode_entry(header, change));
    change.dot = {header.author, 8};
    RC_ASSERT(read.has_value());
    RC_ASSERT(std::get<Change>(*read) == change);
  });
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
}  // namespace lansync::test
