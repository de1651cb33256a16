// That a mesh comes to rest, and what it costs at most: the figures of docs/performance.md,
// "Meshes".
#include <catch2/catch.hpp>

#include "tests/mesh/measurement.h"
#include "tests/mesh/report.h"

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
  for (std::size_t device = 1; device < mesh.size(); ++device) mesh.connect_with_earlier(device);
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
