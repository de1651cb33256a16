#include <algorithm>
#include <map>
#include <memory>
#include <random>

#include <catch2/catch.hpp>

#include "tests/core/sync/replica_node.h"

namespace lansync::test {
namespace {

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
