// What a peer costs that asks and does not read the answers.
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "core/engine/transfer/server.h"
#include "tests/core/engine/cluster_checks.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

constexpr int kManyTimes = 10'000;
constexpr std::size_t kLittle = std::size_t{4} << 20;

// Node 1 of a cluster as a member that says what the test likes, and reads when the test does.
class Asker {
 public:
  explicit Asker(Cluster& cluster) : cluster_(cluster) {
    engine().handle_peer_up(id(), cluster_.now());
    REQUIRE(say(hello()));
    REQUIRE(say(ShareState{}));
  }

  [[nodiscard]] ShareHello hello() const {
    return {.member_op_heads = cluster_.node(0).membership->heads()};
  }
  Result<void> say(MessageBody body) {
    return engine().handle_message(id(), std::move(body), cluster_.now());
  }
  // All that waits for it.
  std::size_t read_bytes() {
    std::size_t bytes = 0;
    while (auto body = engine().poll_message(id(), cluster_.now())) {
      bytes += encode(Message{cluster_.node(0).membership->share(), *std::move(body)}).size();
    }
    return bytes;
  }

 private:
  ShareEngine& engine() { return *cluster_.node(0).engine; }
  [[nodiscard]] const DeviceId& id() const { return cluster_.node(1).keys.id(); }

  Cluster& cluster_;
};

TEST_CASE("Answers that nobody reads are not made", "[engine][answers]") {
  Cluster cluster(2, 1);
  // 1,024 chunks: a list of 36 KiB.
  cluster.node(0).fs.user_write("large", std::string(std::size_t{64} << 20, 'x'));
  cluster.changed(0);
  REQUIRE(cluster.settle());
  const auto large = cluster.node(0).index.heads(*RelativePath::parse("large"));
  REQUIRE(large->size() == 1);
  Asker asker(cluster);
  asker.read_bytes();
  MessageBody question;
  bool refused_at_last = true;
  SECTION("about chunk lists") { question = ChunkListRequest{1, large->front().content, 0}; }
  SECTION("about chunks that are not here") {
    question = ChunkRequest{1, std::vector<ChunkRef>(1024, {{}, 1, {7, {}}})};
  }
  SECTION("about members") {
    question = MemberOpsRequest{};
    refused_at_last = false;
  }
  SECTION("as greetings that ask for one") {
    ShareHello hello = asker.hello();
    hello.member_op_heads.emplace_back();
    question = hello;
    refused_at_last = false;
  }
  SECTION("about the folder") { question = Barrier{1}; }
  Result<void> asked;
  for (int i = 0; asked && i < kManyTimes; ++i) {
    asked = asker.say(question);
    // What it is asked to look for, it looks for.
    if (i % 100 == 0) cluster.run_for(100ms);
  }
  CHECK(asked.has_value() == !refused_at_last);
  if (!asked) CHECK(asked.error().code == make_error_code(Errc::limit_exceeded));
  CHECK(asker.read_bytes() < kLittle);
}

TEST_CASE("A membership log that is asked for again is sent whole again", "[engine][answers]") {
  Cluster cluster(2, 1);
  REQUIRE(cluster.settle());
  Asker asker(cluster);
  asker.read_bytes();
  REQUIRE(asker.say(MemberOpsRequest{}));
  const std::size_t once = asker.read_bytes();
  CHECK(once > 0);
  REQUIRE(asker.say(MemberOpsRequest{}));
  CHECK(asker.read_bytes() == once);
  for (int i = 0; i < 3; ++i) REQUIRE(asker.say(MemberOpsRequest{}));
  CHECK(asker.read_bytes() == 2 * once);
}

TEST_CASE("However small chunks are, no more are read ahead than fit", "[engine][answers]") {
  MemoryIndex index;
  DiskRow row;
  row.path = *RelativePath::parse("small");
  row.stat.kind = NodeKind::file;
  row.stat.size = 1;
  row.content.bytes.fill(std::byte{1});
  row.source = row.path;
  REQUIRE(index.put_disk(row));
  std::map<DeviceId, PeerState> peers;
  const Fetcher fetcher(index, peers);
  Server server(index, fetcher);
  const ChunkRef chunk{row.content, 0, {1, ChunkHash{row.content.bytes}}};
  const DeviceId peer;
  std::size_t jobs = 0;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(server.handle_chunk_request(peer, {1, std::vector<ChunkRef>(1024, chunk)}));
    for (auto job = server.poll_job(); *job; job = server.poll_job()) {
      server.handle_read(**job, Bytes(1));
      ++jobs;
    }
  }
  CHECK(jobs == Server::kBytesAheadMax / (1 + Server::kChunkCostBytes));
  while (server.poll_data(peer)) --jobs;
  CHECK(jobs == 0);
  const auto job = server.poll_job();
  CHECK(job->has_value());
}

}  // namespace
}  // namespace lansync::test
