// A person is first where a file was to come, and its bytes, which are here, are needed elsewhere.
#include <string>

#include <catch2/catch.hpp>

#include "core/chunk/hash.h"
#include "core/engine/names.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSender = 0;
constexpr std::size_t kReceiver = 1;
const std::string kTheirs = "theirs";

// The receiver's person writes to `f` when all of it is there but its name.
struct Overtaken {
  Overtaken() : cluster(2, 1), receiver(cluster.node(kReceiver).fs) {
    cluster.connect_all();
    cluster.settle();
    receiver.before_each([this](DiskOperation operation) {
      if (overtaken || operation != DiskOperation::install_new) return;
      overtaken = receiver.user_write("f", "mine");
    });
    cluster.node(kSender).fs.user_write("f", kTheirs);
    cluster.changed(kSender);
  }

  Cluster cluster;
  MemoryFileSystem& receiver;
  bool overtaken = false;
};

TEST_CASE("What becomes a conflict copy on its way is not fetched again", "[engine]") {
  Overtaken story;
  require_agreement(story.cluster);
  REQUIRE(story.overtaken);
  const SeenTree tree = story.cluster.tree(kReceiver);
  CHECK(tree.size() == 2);
  CHECK(content_of(tree, "f") == "mine");
  CHECK(story.cluster.node(kReceiver).content_bytes_received == kTheirs.size());
}

// That it is gone means that it was installed, should the process be killed.
TEST_CASE("What a step in doubt was to install stays where it is staged", "[engine]") {
  Overtaken story;
  Cluster& cluster = story.cluster;
  for (int i = 0; i < 1'000'000 && !story.overtaken; ++i) cluster.run_for(1us);
  REQUIRE(story.overtaken);
  story.receiver.fail_call(DiskOperation::list, 1, std::make_error_code(std::errc::io_error));
  REQUIRE(cluster.node(kSender).fs.user_rename("f", "g"));
  cluster.changed(kSender);
  cluster.run_for(1s);
  CHECK(content_of(cluster.tree(kReceiver), "g") == kTheirs);
  REQUIRE_FALSE(cluster.node(kReceiver).index.intents()->empty());
  ContentId content;
  content.bytes = hash_of(as_bytes(kTheirs));
  const std::string stage = stage_name(content, *RelativePath::parse("f"));
  CHECK(story.receiver.stage_snapshot().contains(stage));
  cluster.changed(kReceiver);
  require_agreement(cluster);
  CHECK(content_of(cluster.tree(kSender), "f") == "mine");
}

TEST_CASE("What was staged before the process was killed is not fetched again", "[engine]") {
  Cluster cluster(2, 1);
  cluster.connect_all();
  cluster.settle();
  auto& receiver = cluster.node(kReceiver);
  cluster.node(kSender).fs.user_write("f", kTheirs);
  cluster.changed(kSender);
  const auto staged = [&receiver] {
    const SeenTree stage = receiver.fs.stage_snapshot();
    return !stage.empty() && stage.begin()->second.content == kTheirs;
  };
  for (int i = 0; i < 1'000'000 && !staged(); ++i) cluster.run_for(1us);
  REQUIRE(staged());
  REQUIRE(receiver.fs.snapshot().empty());
  cluster.restart(kReceiver);
  receiver.fs.user_write("f", "mine");
  cluster.connect_all();
  require_agreement(cluster);
  CHECK(cluster.tree(kReceiver).size() == 2);
  CHECK(receiver.content_bytes_received == kTheirs.size());
}

}  // namespace
}  // namespace lansync::test
