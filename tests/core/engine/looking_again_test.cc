// Bytes that are moved on this disk, by steps or by a person, while they are looked for.
#include <catch2/catch.hpp>

#include "core/chunk/hash.h"
#include "core/engine/transfer/fetcher.h"
#include "core/index/memory_index.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;

// A fetch of a file whose bytes stand at another path, too, and which a member has.
struct Looking {
  Looking() : fetcher(index, peers) {
    member.bytes.front() = std::byte{1};
    PeerState& peer = peers[member];
    peer.device = member;
    peer.joined = peer.clock_known = true;
    wanted.path = wanted.source = RelativePath::parse("new").value();
    wanted.content.bytes = chunk_hash(as_bytes(content)).bytes;
    wanted.size = content.size();
    wanted.version = {{member, 1}, 1};
    wanted.stage = "stage-new";
    peer.state.clock.advance(wanted.version.author, 1);
    DiskRow row;
    row.path = row.source = old;
    row.content = wanted.content;
    row.stat.kind = NodeKind::file;
    row.stat.size = wanted.size;
    REQUIRE(index.put_disk(row));
    REQUIRE(fetcher.start(wanted));
  }

  // Where the bytes are looked for now, if they are; a name in the trash, or a path.
  std::optional<std::vector<std::string>> look() {
    const auto job = fetcher.poll_job();
    if (!job) return std::nullopt;
    looking = job->fetch;
    std::vector<std::string> places;
    for (const LocalPiece& piece : std::get<StageJob>(job->work).pieces) {
      const auto* path = std::get_if<RelativePath>(&piece.source);
      places.push_back(path != nullptr ? path->text() : std::get<std::string>(piece.source));
    }
    return places;
  }
  void find_nothing() { fetcher.handle_staged(looking, Staged{{0}}); }
  void move_to_trash() {
    REQUIRE(index.remove_disk(old));
    REQUIRE(index.put_trash({"in-the-trash", old, wanted.content, wanted.size, WallTime{}}));
  }
  // A person has done it, and nobody has noticed.
  void move_to(const RelativePath& path) {
    DiskRow row = **index.disk(old);
    row.path = row.source = path;
    REQUIRE(index.remove_disk(old));
    REQUIRE(index.put_disk(row));
  }
  bool asks() { return fetcher.poll_request(TimePoint{} + 1h).has_value(); }

  const std::string content = "bytes that are here";
  const RelativePath old = RelativePath::parse("old").value();
  MemoryIndex index;
  std::map<DeviceId, PeerState> peers;
  DeviceId member;
  Fetcher fetcher;
  Wanted wanted;
  FetchId looking{};
};

using Places = std::vector<std::string>;

TEST_CASE("Who misses bytes that are being moved looks again before asking", "[engine][fetcher]") {
  Looking looking;
  SECTION("they went as they were looked for") {
    REQUIRE(looking.look() == Places{"old"});
    looking.fetcher.handle_moves_begun({looking.old});
    looking.find_nothing();
  }
  SECTION("they had gone before") {
    looking.fetcher.handle_moves_begun({looking.old});
    REQUIRE(looking.look() == Places{"old"});
    looking.find_nothing();
  }
  CHECK_FALSE(looking.asks());
  CHECK_FALSE(looking.look());
  CHECK(looking.fetcher.busy());
  looking.fetcher.handle_moves_ended();
  looking.move_to_trash();
  CHECK_FALSE(looking.asks());
  CHECK(looking.look() == Places{"in-the-trash"});
  looking.fetcher.handle_staged(looking.looking, Staged{});
  CHECK(looking.fetcher.staged(looking.wanted.path, looking.wanted.content));
}

TEST_CASE("Who looked where bytes were moved from looks again", "[engine][fetcher]") {
  Looking looking;
  REQUIRE(looking.look() == Places{"old"});
  looking.fetcher.handle_moves_begun({looking.old});
  looking.fetcher.handle_moves_ended();
  looking.move_to_trash();
  looking.find_nothing();
  CHECK_FALSE(looking.asks());
  CHECK(looking.look() == Places{"in-the-trash"});
}

TEST_CASE("Who looked where a person has put something else looks at another path",
          "[engine][fetcher]") {
  Looking looking;
  REQUIRE(looking.look() == Places{"old"});
  DiskRow other = **looking.index.disk(looking.old);
  other.path = other.source = RelativePath::parse("other").value();
  const auto find_other = [&] {
    REQUIRE(looking.index.remove_disk(looking.old));
    REQUIRE(looking.index.put_disk(other));
    looking.fetcher.handle_found({looking.old});
  };
  const auto miss = [&] {
    looking.find_nothing();
    REQUIRE(looking.fetcher.take_mislaid(TimePoint{1h}));
    looking.fetcher.handle_looked();
  };
  SECTION("that was found as they were looked for") {
    find_other();
    looking.find_nothing();
    REQUIRE(looking.look() == Places{"other"});
    looking.fetcher.handle_found({looking.old});
    miss();
  }
  SECTION("or as they were asked for") {
    miss();
    REQUIRE(looking.look() == Places{"old"});
    looking.find_nothing();
    find_other();
  }
  CHECK(looking.look() == Places{"other"});
  looking.fetcher.handle_found({looking.old});
  looking.find_nothing();
  CHECK(looking.asks());
  CHECK_FALSE(looking.look());
}

TEST_CASE("Who misses bytes where they were moved to asks at once", "[engine][fetcher]") {
  Looking looking;
  looking.fetcher.handle_moves_begun({looking.old});
  REQUIRE(looking.look());
  looking.find_nothing();
  looking.fetcher.handle_moves_ended();
  looking.move_to_trash();
  REQUIRE(looking.look() == Places{"in-the-trash"});
  looking.find_nothing();
  CHECK(looking.asks());
}

TEST_CASE("Who misses bytes that nothing moves has the folder looked at before asking",
          "[engine][fetcher]") {
  Looking looking;
  const bool something_else_moves = GENERATE(false, true);
  if (something_else_moves) {
    looking.fetcher.handle_moves_begun({RelativePath::parse("other").value()});
  }
  REQUIRE(looking.look() == Places{"old"});
  looking.find_nothing();
  const TimePoint now{1h};
  REQUIRE(looking.fetcher.take_mislaid(now));
  CHECK_FALSE(looking.fetcher.take_mislaid(now));
  CHECK_FALSE(looking.asks());
  CHECK_FALSE(looking.look());
  CHECK(looking.fetcher.busy());
  SECTION("it tells where a person has moved them") {
    looking.move_to(RelativePath::parse("moved").value());
    looking.fetcher.handle_looked();
    REQUIRE(looking.look() == Places{"moved"});
    looking.fetcher.handle_staged(looking.looking, Staged{});
    CHECK(looking.fetcher.staged(looking.wanted.path, looking.wanted.content));
    CHECK_FALSE(looking.fetcher.next_deadline());
    return;
  }
  SECTION("it tells nothing") { looking.fetcher.handle_looked(); }
  SECTION("it takes too long") {
    REQUIRE(looking.fetcher.next_deadline() == now + Fetcher::kLookPatience);
    looking.fetcher.handle_timeout(now + Fetcher::kLookPatience);
  }
  REQUIRE(looking.look() == Places{"old"});
  looking.find_nothing();
  CHECK_FALSE(looking.fetcher.take_mislaid(now));
  CHECK(looking.asks());
}

TEST_CASE("Who could not read bytes tries again a while later", "[engine][fetcher]") {
  Looking looking;
  looking.move_to_trash();
  REQUIRE(looking.look() == Places{"in-the-trash"});
  SECTION("while nobody sends them") {
    looking.fetcher.handle_staged(looking.looking, Staged{{0}, true});
    const TimePoint due = TimePoint{} + Fetcher::kReadAgainDelay;
    CHECK_FALSE(looking.look());
    REQUIRE(looking.fetcher.next_deadline() == due);
    looking.fetcher.handle_timeout(due - 1ns);
    CHECK_FALSE(looking.look());
    looking.fetcher.handle_timeout(due);
    CHECK(looking.look() == Places{"in-the-trash"});
    looking.fetcher.handle_staged(looking.looking, Staged{});
    CHECK(looking.fetcher.staged(looking.wanted.path, looking.wanted.content));
  }
  SECTION("unless they are not there") { looking.find_nothing(); }
  CHECK_FALSE(looking.fetcher.next_deadline());
}

TEST_CASE("Who misses bytes again and again asks in the end", "[engine][fetcher]") {
  Looking looking;
  std::size_t looks = 0;
  // Each time a step fails, and is tried once more.
  for (; looks <= Fetcher::kLooksAfterMovesMax; ++looks) {
    REQUIRE(looking.look() == Places{"old"});
    looking.fetcher.handle_moves_begun({looking.old});
    looking.find_nothing();
    if (looking.fetcher.take_mislaid(TimePoint{})) break;
    looking.fetcher.handle_moves_ended();
  }
  CHECK(looks == Fetcher::kLooksAfterMovesMax);
  looking.fetcher.handle_looked();
  REQUIRE(looking.look() == Places{"old"});
  looking.find_nothing();
  CHECK(looking.asks());
}

}  // namespace
}  // namespace lansync
