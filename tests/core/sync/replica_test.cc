#include "core/sync/replica.h"

#include <algorithm>
#include <memory>
#include <random>

#include <catch2/catch.hpp>

#include "core/base/limits.h"
#include "tests/core/sync/story.h"

namespace lansync::test {
namespace {

const ToyCast& cast() {
  static const ToyCast three(3);
  return three;
}

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

Change file_change(const std::string& path, const std::string& content,
                   std::vector<Dot> supersedes = {}) {
  Change change;
  change.path = path_of(path);
  change.content = toy_content(content);
  change.size = content.size();
  change.supersedes = std::move(supersedes);
  return change;
}

// A replica and its index; everything that it publishes is kept as it was signed, whole.
struct Node {
  explicit Node(std::size_t number)
      : replica(index, cast().membership(), cast().author(number), cast().sign(number)) {
    REQUIRE(replica.load());
  }

  Change publish(Change change) {
    std::set<RelativePath> touched;
    REQUIRE(replica.publish({&change, 1}, touched));
    REQUIRE(index.commit());
    CHECK(touched.contains(change.path));
    return change;
  }
  Segment last() {
    const auto places = index.segments(0, 1000).value();
    return index.segment(places.back().arrival).value();
  }
  // "" or the code of the error.
  std::string integrate(const Segment& segment) {
    std::set<RelativePath> touched;
    const auto done = replica.integrate(segment, touched);
    if (done) {
      REQUIRE(index.commit());
      return "";
    }
    index.rollback();
    REQUIRE(replica.load());
    return done.error().code.message();
  }

  MemoryIndex index;
  Replica replica;
};

std::string message(Errc errc) { return make_error_code(errc).message(); }

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

// A history's segments as they were signed, before anything in them was pruned, causes first.
std::vector<Segment> signed_segments(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Segment> all;
  std::vector<std::unique_ptr<Node>> nodes;
  for (std::size_t i = 0; i < 3; ++i) nodes.push_back(std::make_unique<Node>(i));
  for (int step = 0; step < 12; ++step) {
    Node& self = *nodes[random() % 3];
    if (random() % 2 == 0) {
      for (const Segment& segment : all) {
        // What builds on something that was skipped is refused; that is a cut exchange.
        if (random() % 8 != 0) self.integrate(segment);
      }
      continue;
    }
    std::vector<Change> changes;
    for (std::uint32_t count = 1 + random() % 2; count > 0; --count) {
      Change change = file_change(random() % 2 == 0 ? "f" : "g",
                                  std::to_string(step) + "." + std::to_string(count));
      const auto heads = self.index.heads(change.path).value();
      for (const Change& head : heads) {
        if (random() % 4 != 0) change.supersedes.push_back(head.dot);
      }
      changes.push_back(std::move(change));
    }
    std::set<RelativePath> touched;
    const std::size_t before = self.index.segments(0, 1000).value().size();
    // As it was signed: encoded before its own entries can be pruned by one another.
    SegmentHeader header;
    header.share = cast().membership().share();
    const LogEnd end = self.index.log_end(self.replica.self()).value();
    header.author = self.replica.self();
    header.first = end.counter + 1;
    header.previous = end.hash;
    header.context = self.replica.clock();
    Segment segment = build_segment(header, changes);
    segment.signature = cast().sign(static_cast<std::size_t>(
        std::ranges::find(nodes, &self, &std::unique_ptr<Node>::get) - nodes.begin()))(
        "lansync/v1/segment", segment.header);
    REQUIRE(self.integrate(segment) == "");
    REQUIRE(self.index.segments(0, 1000).value().size() == before + 1);
    all.push_back(std::move(segment));
  }
  return all;
}

// The state that devices compare: heads by path, and the fingerprint.
auto state_of(Node& node) {
  std::map<std::string, std::vector<Change>> heads;
  const auto paths = node.index.paths({}, 1000).value();
  for (const RelativePath& path : paths) {
    heads[path.text()] = node.index.heads(path).value();
  }
  return std::pair(heads, to_bytes(node.replica.fingerprint().view()));
}

// In any order that has causes first: what is refused as too early is tried again.
void deliver(Node& node, std::vector<Segment> segments, std::mt19937& random) {
  std::shuffle(segments.begin(), segments.end(), random);
  while (!segments.empty()) {
    const std::size_t before = segments.size();
    std::erase_if(segments, [&](const Segment& segment) {
      const std::string error = node.integrate(segment);
      if (error != "") REQUIRE(error == message(Errc::wrong_state));
      // Twice is once.
      if (error == "") REQUIRE(node.integrate(segment) == "");
      return error == "";
    });
    REQUIRE(segments.size() < before);
  }
}

// Prunes some of the entries that something in `all` supersedes, as a relay that knows it may have.
std::vector<Segment> pruned(std::vector<Segment> all, std::mt19937& random) {
  std::set<Dot> dead;
  for (const Segment& segment : all) {
    const OpenSegment open = open_segment(segment).value();
    for (const LogEntry& entry : open.entries) {
      const auto& dots = std::get<Change>(entry).supersedes;
      dead.insert(dots.begin(), dots.end());
    }
  }
  for (Segment& segment : all) {
    const SegmentHeader header = decode_segment_header(segment.header).value();
    for (std::size_t i = 0; i < segment.entries.size(); ++i) {
      const bool superseded = dead.contains({header.author, header.first + i});
      if (superseded && random() % 2 == 0) prune(segment.entries[i]);
    }
  }
  return all;
}

TEST_CASE("The same segments in any causal order, pruned or whole, give the same heads",
          "[sync][replica]") {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    const std::vector<Segment> all = signed_segments(seed);
    std::mt19937 random(seed);
    Node in_order(0);
    for (const Segment& segment : all) REQUIRE(in_order.integrate(segment) == "");
    const auto expected = state_of(in_order);
    for (int i = 0; i < 5; ++i) {
      Node shuffled(1);
      deliver(shuffled, i % 2 == 0 ? all : pruned(all, random), random);
      INFO("seed " << seed);
      REQUIRE(state_of(shuffled) == expected);
    }
  }
}

TEST_CASE("A head that was never pruned on its way is whole everywhere", "[sync][replica]") {
  for (std::uint32_t seed = 100; seed < 130; ++seed) {
    const std::vector<Segment> all = signed_segments(seed);
    std::mt19937 random(seed);
    Node relay(0);
    for (const Segment& segment : all) REQUIRE(relay.integrate(segment) == "");
    // A relay sends what it has now, its superseded entries pruned.
    Node last(2);
    const auto places = relay.index.segments(0, 1000).value();
    for (const SegmentPlace& place : places) {
      REQUIRE(last.integrate(relay.index.segment(place.arrival).value()) == "");
    }
    CHECK(state_of(last) == state_of(relay));
  }
}

}  // namespace
}  // namespace lansync::test
