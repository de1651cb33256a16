#include "transport/connection.h"

#include <catch2/catch.hpp>

#include "tests/transport/loopback.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::random_bytes;
using test::send;
using test::Side;
using test::tcp;
using test::TestDevice;

constexpr RecordType kControl{2};
constexpr RecordType kBulk{200};

// Two devices and the connection between them; left dialled.
struct Pair {
  explicit Pair(Purpose purpose = Purpose::sync, ConnectionOptions options = {}) {
    auto [dialled, accepted] = connected_pair(context);
    left = std::make_unique<Side>(std::move(dialled), test::initiate(ann, purpose), options);
    right = std::make_unique<Side>(std::move(accepted), test::respond(bob), options);
  }

  // Until both sides are over.
  void run() {
    left->start();
    right->start();
    context.run();
    for (const auto* const side : {left.get(), right.get()}) {
      CHECK(side->finished);
      CHECK_FALSE(side->failure);
      CHECK(side->observer.closed);
    }
  }

  TestDevice ann{1};
  TestDevice bob{2};
  asio::io_context context{1};
  std::unique_ptr<Side> left;
  std::unique_ptr<Side> right;
};

TEST_CASE("Two connections meet, talk and part", "[transport][connection]") {
  for (const auto purpose : {Purpose::sync, Purpose::pair}) {
    Pair pair(purpose);
    pair.left->observer.established = [&](Connection& connection) {
      CHECK(connection.peer().device() == pair.bob.keys.id());
      REQUIRE(send(connection, kControl, 7, as_bytes("hello")));
    };
    pair.right->observer.established = [&](Connection& connection) {
      CHECK(connection.peer().device() == pair.ann.keys.id());
      CHECK(connection.purpose() == purpose);
    };
    pair.right->observer.record = [&](Connection& connection, const Record& record) {
      REQUIRE(send(connection, kControl, record.header.stream, as_bytes("hello yourself")));
    };
    pair.left->observer.record = [&](Connection& connection, const Record&) {
      connection.close(Errc::cancelled);
    };
    pair.run();
    CHECK(pair.right->observer.records ==
          std::vector<Record>{{{kControl, 0, 7}, to_bytes("hello")}});
    CHECK(pair.left->observer.records ==
          std::vector<Record>{{{kControl, 0, 7}, to_bytes("hello yourself")}});
    CHECK(pair.left->connection.handshake_hash() == pair.right->connection.handshake_hash());
    CHECK(pair.left->observer.closed->code == Errc::cancelled);
    CHECK(pair.right->observer.closed->code == Errc::closed);
    CHECK(pair.right->connection.closed_by_peer() == Errc::cancelled);
    CHECK(pair.left->observer.established_count == 1);
    CHECK(pair.right->observer.established_count == 1);
  }
}

TEST_CASE("200 MB arrive in order, equal, and under back-pressure", "[transport][connection]") {
  constexpr std::uint16_t kRecords = 200;
  ConnectionOptions options;
  options.queue_bytes_max = std::size_t{4} << 20;
  Pair pair(Purpose::sync, options);
  const Bytes chunk = random_bytes(1, std::size_t{1} << 20);
  std::uint16_t next = 0;
  std::size_t longest_queue = 0;
  int refused = 0;
  const auto send_more = [&](Connection& connection) {
    while (next < kRecords) {
      // Each record another part of the chunk first, so that two cannot be mistaken.
      const ByteView all = chunk;
      const ByteView pieces[] = {all.subspan(next), all.first(next)};
      const auto sent = connection.send({kBulk, 0, next}, pieces);
      longest_queue = std::max(longest_queue, connection.queued_bytes());
      if (!sent) {
        CHECK(sent.error().code == Errc::busy);
        ++refused;
        return;
      }
      ++next;
    }
    connection.close(Errc::cancelled);
  };
  pair.left->observer.established = send_more;
  pair.left->observer.drained = send_more;

  std::uint16_t arrived = 0;
  pair.right->observer.keep_records = false;
  pair.right->observer.record = [&](Connection& connection, const Record& record) {
    REQUIRE(record.header.stream == arrived);
    REQUIRE(record.payload.size() == chunk.size());
    const ByteView payload = record.payload;
    CHECK(std::ranges::equal(payload.last(arrived), ByteView(chunk).first(arrived)));
    CHECK(std::ranges::equal(payload.first(chunk.size() - arrived),
                             ByteView(chunk).subspan(arrived)));
    ++arrived;
    // Now and then the receiver is busy with something else.
    if (arrived % 16 == 0) {
      connection.pause_reading();
      asio::post(pair.context, [&connection] { connection.resume_reading(); });
    }
  };
  pair.run();
  CHECK(arrived == kRecords);
  CHECK(refused > 0);
  CHECK(longest_queue <= options.queue_bytes_max + (std::size_t{64} << 10));
}

TEST_CASE("A connection that is paused reads nothing until it is resumed",
          "[transport][connection]") {
  Pair pair;
  const Bytes chunk(1 << 20);
  std::size_t before_resuming = 0;
  bool resumed = false;
  pair.left->observer.established = [&](Connection& connection) {
    for (std::uint16_t i = 0; i < 8; ++i) REQUIRE(send(connection, kBulk, i, chunk));
    connection.close(Errc::cancelled);
  };
  pair.right->observer.established = [](Connection& connection) { connection.pause_reading(); };
  pair.right->observer.record = [&](Connection&, const Record&) {
    if (!resumed) ++before_resuming;
  };
  pair.left->start();
  pair.right->start();
  // Until nothing is left to do but to wait.
  while (pair.context.poll() > 0) {
  }
  CHECK(before_resuming == 0);
  CHECK_FALSE(pair.right->finished);
  resumed = true;
  pair.right->connection.resume_reading();
  pair.context.run();
  CHECK(pair.right->observer.records.size() == 8);
  CHECK(pair.right->observer.closed->code == Errc::closed);
}

TEST_CASE("A full queue refuses a record and takes it later", "[transport][connection]") {
  ConnectionOptions options;
  options.queue_bytes_max = 100'000;
  options.drained_bytes = 1'000;
  Pair pair(Purpose::sync, options);
  int drained = 0;
  pair.left->observer.established = [&](Connection& connection) {
    REQUIRE(send(connection, kBulk, 0, Bytes(90'000)));
    const auto refused = send(connection, kBulk, 1, Bytes(90'000));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::busy);
    CHECK(send(connection, kControl, 2, Bytes(100)));
  };
  pair.left->observer.drained = [&](Connection& connection) {
    CHECK(connection.queued_bytes() <= 1'000);
    if (++drained == 1) {
      CHECK(send(connection, kBulk, 3, Bytes(90'000)));
    } else {
      connection.close(Errc::cancelled);
    }
  };
  pair.run();
  REQUIRE(pair.right->observer.records.size() == 3);
  CHECK(pair.right->observer.records[1].header.stream == 2);
  CHECK(pair.right->observer.records[2].header.stream == 3);
}

TEST_CASE("Both sides close at once", "[transport][connection]") {
  Pair pair;
  pair.left->observer.established = [](Connection& connection) { connection.close(Errc::expired); };
  pair.right->observer.established = [](Connection& connection) { connection.close(Errc::busy); };
  pair.run();
}

TEST_CASE("Closing sends what was queued before", "[transport][connection]") {
  Pair pair;
  pair.left->observer.established = [](Connection& connection) {
    for (std::uint16_t i = 0; i < 10; ++i) REQUIRE(send(connection, kBulk, i, Bytes(1 << 20)));
    connection.close(Errc::cancelled);
    const auto sent = send(connection, kControl, 10, {});
    REQUIRE_FALSE(sent);
    CHECK(sent.error().code == Errc::wrong_state);
  };
  pair.run();
  CHECK(pair.right->observer.records.size() == 10);
}

TEST_CASE("Nothing is reported after closing but the end", "[transport][connection]") {
  Pair pair;
  pair.left->observer.established = [](Connection& connection) {
    for (std::uint16_t i = 0; i < 5; ++i) REQUIRE(send(connection, kControl, i, {}));
  };
  pair.right->observer.record = [](Connection& connection, const Record&) {
    connection.close(Errc::refused);
  };
  pair.run();
  CHECK(pair.right->observer.records.size() == 1);
  CHECK(pair.left->connection.closed_by_peer() == Errc::refused);
}

TEST_CASE("Aborting ends a connection at once", "[transport][connection]") {
  Pair pair;
  const Error reason{Errc::expired, "the test"};
  pair.right->observer.established = [&](Connection& connection) {
    connection.abort(reason);
    connection.abort({Errc::busy, "too late"});
    CHECK_FALSE(send(connection, kControl, 1, {}));
  };
  pair.run();
  CHECK(pair.right->observer.closed == reason);
  CHECK(pair.left->observer.closed->code != Errc::cancelled);
}

TEST_CASE("A peer that is gone in the middle is noticed", "[transport][connection]") {
  asio::io_context context{1};
  TestDevice bob(2);
  auto [dialled, accepted] = connected_pair(context);
  Side side(std::move(accepted), test::respond(bob));
  bool reset = false;
  SECTION("by a reset") {
    reset = true;
    dialled.set_option(tcp::socket::linger(true, 0));
  }
  SECTION("by an end without a close") {}
  asio::write(dialled, asio::buffer(encode(Preamble{})));
  dialled.close();
  side.start();
  context.run();
  REQUIRE(side.observer.closed);
  if (reset) {
    CHECK(side.observer.closed->code == std::errc::connection_reset);
  } else {
    CHECK(side.observer.closed->code == Errc::truncated);
  }
  CHECK(side.observer.established_count == 0);
}

}  // namespace
}  // namespace lansync
