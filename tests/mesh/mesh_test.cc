// That a mesh comes to rest, and what it costs at most: the figures of docs/performance.md,
// "Meshes".
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/mesh/measurement.h"

namespace lansync::mesh {
namespace {

using namespace std::chrono_literals;

std::vector<Figures> measured(const Plan& plan) {
  auto figures = measure(plan, [](const std::string&) {});
  REQUIRE(figures);
  return *std::move(figures);
}

TEST_CASE("What one device of a mesh writes is on all of them", "[mesh]") {
  Mesh mesh(4, 1);
  mesh.connect_all();
  REQUIRE(mesh.rest());
  mesh.write(2, "file");
  REQUIRE(mesh.rest());
  REQUIRE(mesh.arrivals().size() == 1);
  CHECK(mesh.content(2, "file").starts_with("v1."));
  for (std::size_t device = 0; device < mesh.size(); ++device) {
    CHECK(mesh.content(device, "file") == mesh.content(2, "file"));
  }
  CHECK(mesh.complaints().empty());
}

// What each of so many devices sends for one edit, and when the last one has it.
struct Cost {
  double messages = 0;
  double bytes = 0;
  double states = 0;
  Duration slowest{};
};

Cost cost_of(std::string_view work, const std::vector<Figures>& all) {
  const auto figures = std::ranges::find(all, work, &Figures::work);
  REQUIRE(figures != all.end());
  const auto share = [&](std::uint64_t count) {
    return figures->per_device_and_change(static_cast<double>(count));
  };
  constexpr std::size_t kState = 3;
  REQUIRE(name_of_kind(kState) == "state");
  return {share(figures->total.messages), share(figures->total.bytes),
          share(figures->kinds[kState].messages), figures->arrival_slowest};
}

TEST_CASE("A change costs each device of a mesh one short state for each other", "[mesh]") {
  for (const std::size_t devices : {2U, 4U, 8U, 16U}) {
    INFO(devices << " devices");
    const auto others = static_cast<double>(devices - 1);
    const auto all = measured({.devices = devices, .edits = 8, .burst_files = 20, .seed = 3});
    for (const std::string_view work : {"alone", "steady"}) {
      INFO(work);
      const Cost cost = cost_of(work, all);
      CHECK(cost.states <= others);
      // Of the segment, the request and the bytes each device but one has one.
      CHECK(cost.messages <= others + 3);
      // A state does not grow with those who ever wrote; what is signed does, a little.
      CHECK(cost.bytes <= 160 * others + 1000);
      CHECK(cost.slowest < 100ms);
    }
    // Of many files at once all is said together.
    CHECK(cost_of("burst", all).states <= others / 4);
  }
}

TEST_CASE("Equal meshes run equally", "[mesh]") {
  const Plan plan{.devices = 3, .edits = 4, .burst_files = 5, .seed = 7};
  const std::vector<Figures> once = measured(plan);
  const std::vector<Figures> again = measured(plan);
  REQUIRE(once.size() == again.size());
  for (std::size_t i = 0; i < once.size(); ++i) {
    CHECK(once[i].kinds == again[i].kinds);
    CHECK(once[i].most == again[i].most);
    CHECK(once[i].arrival_slowest == again[i].arrival_slowest);
  }
}

}  // namespace
}  // namespace lansync::mesh
