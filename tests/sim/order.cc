#include "tests/sim/order.h"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "core/sync/replica.h"

namespace lansync::sim {
namespace {

constexpr std::size_t kSegmentsMax = 10'000;

std::vector<Segment> heard(MemoryIndex& index) {
  std::vector<Segment> segments;
  const auto places = index.segments(0, kSegmentsMax);
  for (const SegmentPlace& place : *places) segments.push_back(*index.segment(place.arrival));
  return segments;
}

bool causes_are_missing(const Result<void>& done) {
  return !done && done.error().code == make_error_code(Errc::wrong_state);
}

// Integrates what it can, from the end on, and takes it from `segments`.
Result<bool> integrate_backwards(Replica& replica, std::vector<Segment>& segments) {
  bool some = false;
  std::set<RelativePath> touched;
  for (std::size_t i = segments.size(); i-- > 0;) {
    auto done = replica.integrate(segments[i], touched);
    if (causes_are_missing(done)) continue;
    if (done) done = replica.integrate(segments[i], touched);
    if (!done) return std::move(done).error();
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
    some = true;
  }
  return some;
}

}  // namespace

void check_order(World& world) {
  Device& first = world.device(0);
  std::vector<Segment> segments = heard(first.index);
  MemoryIndex index;
  const Membership& membership = Cast::get().membership(world.size());
  const Author nobody{first.id(), std::numeric_limits<std::uint64_t>::max()};
  Replica newcomer(index, membership, nobody, Cast::get().sign(0));
  if (auto loaded = newcomer.load(); !loaded) return world.violate("L6", to_string(loaded.error()));
  while (!segments.empty()) {
    const auto some = integrate_backwards(newcomer, segments);
    if (!some) return world.violate("L6", "a newcomer is refused: " + to_string(some.error()));
    if (!*some) return world.violate("L6", "what a newcomer hears has causes that nobody knows");
  }
  if (newcomer.fingerprint() != first.engine().status().fingerprint) {
    world.violate("L6", "who hears the same in another order has other versions");
  }
}

}  // namespace lansync::sim
