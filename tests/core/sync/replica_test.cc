#include "core/sync/replica.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "tests/core/sync/replica_node.h"

namespace lansync::test {
namespace {

// A segment signed by a device of the cast, whatever it says.
Segment forged(std::size_t author, SegmentHeader header, std::vector<Change> changes) {
  header.author = cast().author(author);
  Segment segment = build_segment(std::move(header), changes);
  segment.signature = cast().sign(author)("lansync/v1/segment", segment.header);
  return segment;
}

SegmentHeader first_header() {
  SegmentHeader header;
  header.share = cast().membership().share();
  header.first = 1;
  return header;
}

TEST_CASE("A replica takes what it is sent, once", "[sync][replica]") {
  Node anna(0);
  Node ben(1);
  const Change first = anna.publish(file_change("f", "a"));
  const Segment whole = anna.last();
  std::set<RelativePath> touched;
  REQUIRE(ben.replica.integrate(whole, touched));
  CHECK(touched == std::set{path_of("f")});
  touched.clear();
  REQUIRE(ben.replica.integrate(whole, touched));
  CHECK(touched.empty());
  CHECK(ben.index.heads(path_of("f")).value() == std::vector{first});
  CHECK(ben.replica.fingerprint() == anna.replica.fingerprint());
  CHECK(ben.replica.clock() == anna.replica.clock());
}

TEST_CASE("A change that supersedes another path's head touches both", "[sync][replica]") {
  Node anna(0);
  const Change first = anna.publish(file_change("f", "a"));
  Change second = file_change("g", "b", {first.dot});
  std::set<RelativePath> touched;
  REQUIRE(anna.replica.publish({&second, 1}, touched));
  CHECK(touched == std::set{path_of("f"), path_of("g")});
}

TEST_CASE("A replica refuses what does not fit", "[sync][replica]") {
  Node anna(0);
  anna.publish(file_change("f", "a"));
  const Segment one = anna.last();
  anna.publish(file_change("f", "b"));
  const Segment two = anna.last();

  SECTION("a gap") {
    Node ben(1);
    CHECK(ben.integrate(two) == message(Errc::wrong_state));
    CHECK(ben.integrate(one) == "");
    CHECK(ben.integrate(two) == "");
  }
  SECTION("an effect before its cause") {
    Node ben(1);
    REQUIRE(ben.integrate(one) == "");
    ben.publish(file_change("f", "c", {}));
    Node cleo(2);
    CHECK(cleo.integrate(ben.last()) == message(Errc::wrong_state));
    CHECK(cleo.replica.clock().empty());
  }
  SECTION("another share's") {
    Node ben(1);
    SegmentHeader header = first_header();
    header.share.bytes[0] ^= std::byte{1};
    CHECK(ben.integrate(forged(0, header, {file_change("f", "x")})) == message(Errc::mismatch));
  }
  SECTION("a log that forks at its end") {
    Node ben(1);
    REQUIRE(ben.integrate(one) == "");
    const Segment fork = forged(0, first_header(), {file_change("f", "x")});
    CHECK(ben.integrate(fork) == message(Errc::mismatch));
  }
  SECTION("a log that forks and goes on") {
    Node ben(1);
    REQUIRE(ben.integrate(one) == "");
    SegmentHeader header = first_header();
    header.first = 2;
    header.previous = segment_hash(two.header);
    header.context.advance(cast().author(0), 1);
    CHECK(ben.integrate(forged(0, header, {file_change("f", "x")})) == message(Errc::mismatch));
  }
  SECTION("a segment that overlaps the last") {
    Node ben(1);
    REQUIRE(ben.integrate(one) == "");
    const Segment longer =
        forged(0, first_header(), {file_change("f", "a"), file_change("f", "b")});
    CHECK(ben.integrate(longer) == message(Errc::mismatch));
  }
  SECTION("signatures that are not the author's") {
    for (const int variant : {0, 1, 2, 3}) {
      Node ben(1);
      Segment bad = one;
      if (variant == 0) bad.signature[5] ^= std::byte{1};
      if (variant == 1) bad.signature.clear();
      if (variant == 2) bad.signature = cast().sign(1)("lansync/v1/segment", bad.header);
      if (variant == 3) bad.signature = cast().sign(0)("lansync/v1/other", bad.header);
      CHECK(ben.integrate(bad) == message(Errc::not_authentic));
    }
  }
  SECTION("a stranger's") {
    const ToyCast wider(4);
    Node ben(1);
    SegmentHeader header = first_header();
    header.author = wider.author(3);
    std::vector<Change> changes{file_change("f", "x")};
    Segment segment = build_segment(header, changes);
    segment.signature = wider.sign(3)("lansync/v1/segment", segment.header);
    CHECK(ben.integrate(segment) == message(Errc::refused));
  }
  SECTION("entries that are not those that were signed") {
    Node ben(1);
    Segment bad = one;
    bad.entries = two.entries;
    CHECK(ben.integrate(bad) == message(Errc::mismatch));
  }
}

TEST_CASE("What is rolled back is as if it had never come", "[sync][replica]") {
  Node anna(0);
  const Fingerprint before = anna.replica.fingerprint();
  std::set<RelativePath> touched;
  REQUIRE(anna.replica.integrate(forged(1, first_header(), {file_change("f", "x")}), touched));
  CHECK(anna.replica.clock().counter_of(cast().author(1)) == 1);
  // The transaction failed.
  anna.index.rollback();
  REQUIRE(anna.replica.load());
  CHECK(anna.replica.clock().empty());
  CHECK(anna.replica.fingerprint() == before);
  CHECK(anna.index.heads(path_of("f")).value().empty());
}

TEST_CASE("What supersedes a change that nobody has heard of is not published", "[sync][replica]") {
  Node self(0);
  self.publish(file_change("f", "one"));
  const Dot unheard{cast().author(1), 1};
  Change change = file_change("f", "two", {unheard});
  std::set<RelativePath> touched;
  const auto published = self.replica.publish({&change, 1}, touched);
  REQUIRE_FALSE(published);
  CHECK(published.error().code == make_error_code(Errc::corrupt));
}

TEST_CASE("More changes than a segment holds are published in several", "[sync][replica]") {
  Node anna(0);
  std::vector<Change> changes;
  for (std::size_t i = 0; i <= limits::kSegmentChangesMax; ++i) {
    changes.push_back(file_change("f" + std::to_string(i), "a"));
  }
  std::set<RelativePath> touched;
  REQUIRE(anna.replica.publish(changes, touched));
  CHECK(touched.size() == changes.size());
  Node ben(1);
  const auto places = anna.index.segments(0, 1000).value();
  CHECK(places.size() > 1);
  for (const SegmentPlace& place : places) {
    const Segment segment = anna.index.segment(place.arrival).value();
    std::size_t bytes = segment.header.size() + segment.signature.size();
    for (const SegmentEntry& entry : segment.entries) {
      bytes += entry.stub.size() + std::get<Bytes>(entry.body).size() + 8;
    }
    CHECK(bytes <= limits::kSegmentBytesMax);
    REQUIRE(ben.integrate(segment) == "");
  }
  CHECK(ben.replica.fingerprint() == anna.replica.fingerprint());
}

// --- Merging is a join ---

Segment pruned_at(Segment segment, std::size_t entry) {
  prune(segment.entries.at(entry));
  return segment;
}

TEST_CASE("What is known by its number only is taken when it is shown", "[sync][replica]") {
  Node anna(0);
  Node ben(1);
  const Change first = anna.publish(file_change("f", "a"));
  const Segment whole = anna.last();
  REQUIRE(ben.integrate(pruned_at(whole, 0)) == "");
  REQUIRE(ben.index.heads(path_of("f"))->empty());
  // Heard again it is known, and no more.
  REQUIRE(ben.integrate(whole) == "");
  REQUIRE(ben.index.heads(path_of("f"))->empty());

  std::set<RelativePath> touched;
  SECTION("and makes the two equal") {
    REQUIRE(ben.replica.complete(whole, touched));
    CHECK(touched == std::set{path_of("f")});
    CHECK(ben.index.heads(path_of("f")).value() == std::vector{first});
    CHECK(ben.replica.fingerprint() == anna.replica.fingerprint());
    REQUIRE(ben.index.commit());
    REQUIRE(ben.replica.load());
    CHECK(ben.replica.fingerprint() == anna.replica.fingerprint());
    // What supersedes it finds it.
    anna.publish(file_change("f", "b", {first.dot}));
    REQUIRE(ben.integrate(anna.last()) == "");
    CHECK(ben.replica.fingerprint() == anna.replica.fingerprint());
    CHECK(ben.index.heads(path_of("f"))->size() == 1);
  }
  SECTION("but not what something known supersedes") {
    anna.publish(file_change("f", "b", {first.dot}));
    REQUIRE(ben.integrate(anna.last()) == "");
    REQUIRE(ben.replica.complete(whole, touched));
    CHECK(touched.empty());
    CHECK(ben.replica.fingerprint() == anna.replica.fingerprint());
  }
  SECTION("nor other bodies than those that were signed") {
    Segment other = whole;
    std::get<Bytes>(other.entries[0].body).back() ^= std::byte{1};
    CHECK(ben.replica.complete(other, touched).error().code == Errc::mismatch);
    CHECK(ben.index.heads(path_of("f"))->empty());
  }
  SECTION("nor a segment under the same numbers that is not the known one") {
    SegmentHeader header = first_header();
    const Segment fork = forged(0, header, {file_change("f", "forked")});
    REQUIRE(ben.replica.complete(fork, touched));
    CHECK(ben.index.heads(path_of("f"))->empty());
  }
  SECTION("nor one that is new") {
    anna.publish(file_change("g", "b"));
    REQUIRE(ben.replica.complete(anna.last(), touched));
    CHECK(ben.replica.clock().counter_of(first.dot.author) == 1);
    CHECK(touched.empty());
  }
}

}  // namespace
}  // namespace lansync::test
