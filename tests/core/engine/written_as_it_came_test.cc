// A file is overwritten to equal length in the tick of the clock in which it came, and gets its
// time back: its stat says nothing, only the watcher does.
#include <string>

#include <catch2/catch.hpp>

#include "core/engine/scan/newcomers.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

// Two devices, of which the second has just been sent a file.
struct Sent {
  Sent() {
    cluster.connect_all();
    cluster.settle();
    cluster.node(0).fs.user_write("f", "before");
    cluster.changed(0);
  }

  void overwrite_as_it_comes() {
    bool overwritten = false;
    fs.before_each([&](DiskOperation operation) {
      if (overwritten || operation != DiskOperation::sync_control) return;
      const auto installed = fs.stat(path_of("f"));
      if (!installed) return;
      overwritten = fs.user_write("f", "behind") && fs.user_touch("f", installed->mtime);
      REQUIRE(*fs.stat(path_of("f")) == *installed);
    });
    for (int i = 0; i < 1'000'000 && !overwritten; ++i) cluster.run_for(1us);
    fs.before_each({});
    REQUIRE(overwritten);
  }
  [[nodiscard]] bool is_known() { return cluster.node(1).index.disk(path_of("f"))->has_value(); }
  void tell() {
    cluster.node(1).engine->handle_written(RelativePath(), {"f"}, cluster.now());
    cluster.changed(1);
  }
  void check(const std::string& content) {
    require_agreement(cluster);
    CHECK(content_of(cluster.tree(0), "f") == content);
    CHECK(content_of(cluster.tree(1), "f") == content);
  }

  Cluster cluster{2, 1};
  MemoryFileSystem& fs = cluster.node(1).fs;
};

TEST_CASE("What is overwritten in the tick in which it came is an edit", "[engine][newcomers]") {
  Sent sent;
  sent.overwrite_as_it_comes();
  REQUIRE_FALSE(sent.is_known());
  SECTION("of which the device hears before it knows that the file has come") { sent.tell(); }
  SECTION("of which the device hears later") {
    sent.cluster.run_for(100ms);
    REQUIRE(sent.is_known());
    sent.tell();
  }
  sent.check("behind");
}

TEST_CASE("What has come is not read again for that", "[engine][newcomers]") {
  Sent sent;
  sent.cluster.run_for(10s);
  sent.check("before");
  const auto readings = [&] { return sent.fs.calls(DiskOperation::open_read); };
  const auto before = readings();
  SECTION("if nobody has written to it") {
    sent.cluster.changed(1);
    sent.cluster.run_for(10s);
    CHECK(readings() == before);
  }
  SECTION("but once") {
    for (int i = 0; i < 3; ++i) {
      sent.tell();
      sent.cluster.run_for(10s);
    }
    CHECK(readings() == before + 1);
  }
  sent.check("before");
}

TEST_CASE("Who came last is remembered, and who came long before is not", "[newcomers]") {
  Newcomers newcomers;
  CHECK_FALSE(newcomers.written(path_of("a person's")));
  newcomers.expect(path_of("first"));
  CHECK_FALSE(newcomers.written(path_of("first")));
  CHECK(newcomers.arrived(path_of("first")));
  for (std::size_t i = 0; i < 2 * Newcomers::kGenerationMax; ++i) {
    CHECK_FALSE(newcomers.arrived(path_of(std::to_string(i))));
  }
  CHECK_FALSE(newcomers.written(path_of("first")));
  CHECK(newcomers.written(path_of(std::to_string(2 * Newcomers::kGenerationMax - 1))));
  CHECK(newcomers.written(path_of(std::to_string(Newcomers::kGenerationMax))));
  CHECK_FALSE(newcomers.written(path_of(std::to_string(Newcomers::kGenerationMax))));
}

}  // namespace
}  // namespace lansync::test
