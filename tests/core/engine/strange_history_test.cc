// Histories that our own scanner does not write, and a member may.
#include <algorithm>

#include <catch2/catch.hpp>

#include "core/chunk/content_hasher.h"
#include "core/wire/chunk_data.h"
#include "tests/support/cluster.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

RelativePath path(std::string_view text) { return *RelativePath::parse(text); }

// Node 0 of a cluster, and a member who publishes what it likes and has every content.
class Listener {
 public:
  Listener()
      : writer_(index_, *cluster.node(1).membership, {other(), 77},
                [this](std::string_view context, ByteView body) {
                  return to_bytes(cluster.node(1).keys.sign(context, body).view());
                }) {
    REQUIRE(writer_.load());
    REQUIRE(cluster.settle());
    engine().handle_peer_up(other(), cluster.now());
    say(ShareHello{cluster.node(1).membership->heads()});
  }

  // Published and told, and all that follows.
  Dot publish(Change change) {
    std::set<RelativePath> touched;
    REQUIRE(writer_.publish({&change, 1}, touched));
    REQUIRE(index_.commit());
    const auto places = index_.segments(0, 100).value();
    say(*index_.segment(places.back().arrival));
    ShareState state;
    state.clock = writer_.clock();
    state.in_sync = true;
    say(state);
    rest();
    return change.dot;
  }
  Change file(std::string_view at, const std::string& content) {
    ContentHasher hasher(ChunkClass::kib64);
    hasher.update(as_bytes(content));
    Change change;
    change.path = path(at);
    change.size = content.size();
    change.content = std::move(hasher).finish().content_id();
    change.mode = 0644;
    contents_[change.content] = content;
    return change;
  }
  static Change removal(std::string_view at, const Dot& of) {
    Change change;
    change.path = path(at);
    change.kind = ChangeKind::deleted;
    change.supersedes = {of};
    return change;
  }
  void rest() {
    for (int i = 0; i < 4; ++i) {
      cluster.changed(0);
      cluster.run_for(5s);
      answer();
    }
  }
  ShareEngine& engine() { return *cluster.node(0).engine; }
  SeenTree tree() { return cluster.tree(0); }

  Cluster cluster{2, 1};

 private:
  const DeviceId& other() { return cluster.node(1).keys.id(); }
  void say(MessageBody body) {
    const auto taken = engine().handle_message(other(), std::move(body), cluster.now());
    REQUIRE(taken);
  }
  void answer() {
    while (const auto message = engine().poll_message(other(), cluster.now())) {
      const auto* request = std::get_if<ChunkRequest>(&*message);
      if (request == nullptr) continue;
      for (std::uint32_t place = 0; place < request->chunks.size(); ++place) {
        ChunkData header;
        header.request = request->request;
        header.place = place;
        const std::string& content = contents_.at(request->chunks[place].content);
        REQUIRE(engine().handle_chunk_data(other(), header, as_bytes(content), cluster.now()));
      }
    }
  }

  MemoryIndex index_;
  Replica writer_;
  std::map<ContentId, std::string> contents_;
};

TEST_CASE("A folder that nobody made lasts as long as there is something in it",
          "[engine][strange]") {
  Listener listener;
  const Dot made = listener.publish(listener.file("x/y/f", "content"));
  REQUIRE(listener.tree().contains("x/y/f"));
  CHECK(listener.tree().at("x/y/f").content == "content");
  CHECK(listener.engine().in_sync());
  listener.publish(Listener::removal("x/y/f", made));
  CHECK(listener.tree().empty());
  CHECK(listener.engine().in_sync());
}

TEST_CASE("A folder that nobody made stays if a person put something into it",
          "[engine][strange]") {
  Listener listener;
  const Dot made = listener.publish(listener.file("x/f", "content"));
  REQUIRE(listener.tree().contains("x/f"));
  REQUIRE(listener.cluster.node(0).fs.user_write("x/own", "a person's"));
  listener.publish(Listener::removal("x/f", made));
  CHECK(listener.tree().size() == 2);
  CHECK(listener.tree().at("x/own").content == "a person's");
  CHECK(listener.engine().in_sync());
}

}  // namespace
}  // namespace lansync::test
