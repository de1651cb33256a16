// That what nobody did is told from what somebody did.
#include "tests/sim/attribution.h"

#include <array>
#include <set>

#include <catch2/catch.hpp>

#include "core/sync/replica.h"
#include "tests/sim/cast.h"

namespace lansync::sim {
namespace {

const SeenNode kFile{NodeKind::file, "v1.some text", 0644, {}};
const SeenNode kEdited{NodeKind::file, "v2.other text", 0644, {}};
constexpr const char* kCopy = "a (conflict 2026-03-14 1502 B 7f3a1c)";

// One device's own log.
class Publisher {
 public:
  void publish(const std::string& path, ChangeKind kind) {
    Change change;
    change.path = *RelativePath::parse(path);
    change.kind = kind;
    change.size = 1;  // Of some content.
    std::array changes{change};
    std::set<RelativePath> touched;
    REQUIRE(replica_.load());
    REQUIRE(replica_.publish(changes, touched));
  }
  std::string complaint(Attribution& attribution) {
    const auto violation = attribution.check(0, author_, index_);
    return violation ? violation->invariant : "";
  }

 private:
  Author author_{Cast::get().keys(0).id(), 1};
  Membership membership_ = Cast::get().membership(2);
  MemoryIndex index_;
  Replica replica_{index_, membership_, author_, Cast::get().sign(0)};
};

TEST_CASE("What a device publishes has to be its person's doing", "[sim]") {
  Attribution attribution(1);
  Publisher device;

  SECTION("a version needs a deed at its path, and each its own") {
    attribution.acted(0, {}, {{"a", kFile}});
    device.publish("a", ChangeKind::file);
    CHECK(device.complaint(attribution).empty());
    device.publish("a", ChangeKind::file);
    CHECK(device.complaint(attribution) == "S4");
  }
  SECTION("a deletion, too") {
    device.publish("a", ChangeKind::deleted);
    CHECK(device.complaint(attribution) == "S6");
  }
  SECTION("a move is two deeds") {
    attribution.acted(0, {{"a", kFile}}, {{"b", kFile}});
    device.publish("b", ChangeKind::file);
    device.publish("a", ChangeKind::deleted);
    CHECK(device.complaint(attribution).empty());
  }
  SECTION("a new mode makes a change, but no version") {
    SeenNode executable = kFile;
    executable.mode = 0755;
    attribution.acted(0, {{"a", kFile}}, {{"a", executable}});
    device.publish("a", ChangeKind::metadata);
    CHECK(device.complaint(attribution).empty());
    device.publish("a", ChangeKind::file);
    CHECK(device.complaint(attribution) == "S4");
  }
  SECTION("who removes a conflict copy ends versions of its source") {
    attribution.acted(0, {{"a", kEdited}, {kCopy, kFile}}, {{"a", kEdited}});
    device.publish("a", ChangeKind::deleted);
    CHECK(device.complaint(attribution).empty());
    device.publish("b", ChangeKind::deleted);
    CHECK(device.complaint(attribution) == "S6");
  }
  SECTION("a conflict copy that is touched becomes a file") {
    attribution.touched(0, {{"a", kEdited}, {kCopy, kFile}});
    device.publish(kCopy, ChangeKind::file);
    CHECK(device.complaint(attribution).empty());
  }
  SECTION("a device whose index was put back may take its files for new") {
    attribution.excuse(0);
    device.publish("a", ChangeKind::file);
    CHECK(device.complaint(attribution).empty());
  }
}

}  // namespace
}  // namespace lansync::sim
