// What a connection makes of peers that do not speak its language, or take their time.
#include <catch2/catch.hpp>

#include "tests/transport/loopback.h"
#include "transport/connection.h"

namespace lansync {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::Side;
using test::tcp;
using test::TestDevice;

// Everything the other side sends until it is gone; then goes too.
asio::awaitable<void> read_to_end(tcp::socket& socket, Bytes& received) {
  std::array<std::byte, 256> buffer;
  for (;;) {
    const auto room = asio::buffer(buffer);
    const auto [failure, count] = co_await socket.async_read_some(room, kAsValue);
    append(received, ByteView(buffer).first(count));
    if (!failure) continue;
    socket.close();
    co_return;
  }
}

// Sends one byte whenever the connection has had time to look at the one before, for ever.
asio::awaitable<void> trickle(tcp::socket& socket, ByteView bytes) {
  asio::steady_timer pause(socket.get_executor());
  for (const std::byte byte : bytes) {
    const auto buffer = asio::buffer(&byte, 1);
    const auto [failure, count] = co_await socket.async_write_some(buffer, kAsValue);
    if (failure || count == 0) co_return;
    pause.expires_after(1ms);
    co_await pause.async_wait(kAsValue);
  }
}

struct Stranger {
  explicit Stranger(Duration handshake_timeout = limits::kHandshakeTimeout) {
    auto [dialled, accepted] = connected_pair(context);
    socket = std::move(dialled);
    side = std::make_unique<Side>(std::move(accepted), test::respond(bob, handshake_timeout));
    side->start();
    asio::co_spawn(context, read_to_end(socket, received), [](const std::exception_ptr&) {});
  }

  void say(ByteView bytes) { asio::write(socket, asio::buffer(bytes.data(), bytes.size())); }

  // Until the connection is over and the stranger has noticed.
  Error run() {
    context.run();
    REQUIRE(side->observer.closed);
    CHECK(side->observer.established_count == 0);
    return *side->observer.closed;
  }

  TestDevice bob{2};
  asio::io_context context{1};
  tcp::socket socket{context};
  std::unique_ptr<Side> side;
  Bytes received;
};

TEST_CASE("Other protocols get no answer", "[transport][connection]") {
  for (const auto* const greeting :
       {"GET / HTTP/1.1\r\nHost: lansync\r\n\r\n", "\x16\x03\x01\x02\x01", "SSH-2.0-OpenSSH\r\n"}) {
    Stranger stranger;
    stranger.say(as_bytes(greeting));
    CHECK(stranger.run().code == Errc::malformed);
    CHECK(stranger.received.empty());
  }
}

TEST_CASE("The handshake's deadline counts from the start, not from the last byte",
          "[transport][connection]") {
  Stranger stranger(50ms);
  Bytes endless = to_bytes(encode(Preamble{}));
  append(endless, *from_hex("0400"));
  endless.resize(endless.size() + 1000);
  SECTION("a stranger who says nothing") {}
  SECTION("a stranger who never stops beginning") {
    asio::co_spawn(stranger.context, trickle(stranger.socket, endless),
                   [](const std::exception_ptr&) {});
  }
  CHECK(stranger.run().code == Errc::peer_timed_out);
  CHECK(stranger.received.empty());
}

TEST_CASE("A suite that is not there is refused in a way that arrives", "[transport][connection]") {
  Stranger stranger;
  Bytes hello = to_bytes(encode(Preamble{}));
  hello[5] = std::byte{9};
  // More than the connection will ever read.
  hello.resize(100'000);
  stranger.say(hello);
  CHECK(stranger.run().code == Errc::unsupported);
  CHECK(stranger.received == to_bytes(encode(Refusal::suite)));
}

TEST_CASE("A peer that reads nothing is given up", "[transport][connection]") {
  TestDevice ann(1);
  TestDevice bob(2);
  asio::io_context context{1};
  auto [dialled, accepted] = connected_pair(context);
  ConnectionOptions impatient;
  impatient.write_stall_timeout = 50ms;
  Side left(std::move(dialled), test::initiate(ann), impatient);
  Side right(std::move(accepted), test::respond(bob));
  right.observer.established = [](Connection& connection) { connection.pause_reading(); };
  left.observer.established = [](Connection& connection) {
    // More than the sockets' buffers hold.
    for (std::uint16_t i = 0; i < 15; ++i) {
      REQUIRE(test::send(connection, RecordType{200}, i, Bytes(1 << 20)));
    }
  };
  left.start();
  right.start();
  while (!left.finished) context.run_one();
  CHECK(left.observer.closed->code == Errc::peer_timed_out);
  right.connection.abort({Errc::cancelled, "test"});
  context.run();
  CHECK(right.finished);
}

TEST_CASE("A peer that reads nothing cannot keep a connection from closing",
          "[transport][connection]") {
  TestDevice ann(1);
  TestDevice bob(2);
  asio::io_context context{1};
  auto [dialled, accepted] = connected_pair(context);
  ConnectionOptions impatient;
  impatient.close_timeout = 50ms;
  Side left(std::move(dialled), test::initiate(ann), impatient);
  Side right(std::move(accepted), test::respond(bob));
  right.observer.established = [](Connection& connection) { connection.pause_reading(); };
  bool queue_is_long = false;
  SECTION("with much to send") { queue_is_long = true; }
  SECTION("with nothing to send") {}
  left.observer.established = [&](Connection& connection) {
    for (std::uint16_t i = 0; queue_is_long && i < 15; ++i) {
      REQUIRE(test::send(connection, RecordType{200}, i, Bytes(1 << 20)));
    }
    connection.close(Errc::cancelled);
  };
  left.start();
  right.start();
  while (!left.finished) context.run_one();
  CHECK(left.observer.closed->code == (queue_is_long ? Errc::peer_timed_out : Errc::cancelled));
  right.connection.abort({Errc::cancelled, "test"});
  context.run();
}

}  // namespace
}  // namespace lansync
