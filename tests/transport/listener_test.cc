#include "transport/listener.h"

#include <catch2/catch.hpp>

#include "tests/transport/loopback.h"

namespace lansync {
namespace {

using test::Side;
using test::tcp;
using test::TestDevice;

// A device that listens, and whoever is connected to it.
struct Host {
  explicit Host(ListenOptions options = {}, TestDevice* device = nullptr)
      : own(device == nullptr ? std::make_unique<TestDevice>(2) : nullptr),
        bob(device == nullptr ? *own : *device) {
    options.address = "127.0.0.1";
    auto opened = Listener::open(
        context.get_executor(), options,
        [this](tcp::socket socket, HalfOpenTicket ticket) {
          adopt(std::move(socket), std::move(ticket));
        },
        [this](const std::string& line) { log.push_back(line); });
    REQUIRE(opened);
    listener = *std::move(opened);
    asio::co_spawn(context, listener->run(), [this](const std::exception_ptr&) { stopped = true; });
  }

  void adopt(tcp::socket socket, HalfOpenTicket ticket) {
    sides.push_back(std::make_unique<Side>(std::move(socket), test::respond(bob),
                                           ConnectionOptions{}, std::move(ticket)));
    sides.back()->observer.established = [this](Connection&) { ++established; };
    sides.back()->start();
  }

  tcp::socket dial() {
    tcp::socket socket(context);
    socket.connect(listener->endpoint());
    return socket;
  }

  void run_until(const std::function<bool()>& done) {
    while (!done()) context.run_one();
  }

  std::size_t open_sides() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(sides, [](const auto& side) { return !side->finished; }));
  }

  void stop() {
    listener->stop();
    for (const auto& side : sides) side->connection.abort({Errc::cancelled, "test"});
    context.run();
    CHECK(stopped);
  }

  std::unique_ptr<TestDevice> own;
  TestDevice& bob;
  asio::io_context context{1};
  std::unique_ptr<Listener> listener;
  std::vector<std::unique_ptr<Side>> sides;
  std::vector<std::string> log;
  int established = 0;
  bool stopped = false;
};

TEST_CASE("A listener lets a device in", "[transport][listener]") {
  TestDevice ann(1);
  Host host;
  CHECK(host.listener->endpoint().port() != 0);
  Side dialler(host.dial(), test::initiate(ann));
  dialler.start();
  host.run_until([&] { return host.established == 1; });
  CHECK(host.log.empty());
  host.stop();
  CHECK(dialler.finished);
}

TEST_CASE("Strangers from one address push each other out", "[transport][listener]") {
  Host host({.address = {}, .port = 0, .half_open = {.slots_max = 64, .per_address_max = 4}});
  std::vector<tcp::socket> strangers;
  for (std::size_t i = 1; i <= 20; ++i) {
    strangers.push_back(host.dial());
    host.run_until([&] { return host.sides.size() == i && host.open_sides() <= 4; });
  }
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(host.sides[i]->finished == (i < 16));
    if (i < 16) CHECK(host.sides[i]->observer.closed->code == Errc::busy);
  }
  host.stop();
}

TEST_CASE("A device gets in while strangers hold all places", "[transport][listener]") {
  TestDevice ann(1);
  Host host({.address = {}, .port = 0, .half_open = {.slots_max = 2, .per_address_max = 2}});
  std::vector<tcp::socket> strangers;
  for (std::size_t i = 1; i <= 3; ++i) {
    strangers.push_back(host.dial());
    host.run_until([&] { return host.sides.size() == i; });
  }
  Side dialler(host.dial(), test::initiate(ann));
  dialler.start();
  host.run_until([&] { return host.established == 1; });
  // It no longer takes a stranger's place.
  strangers.push_back(host.dial());
  strangers.push_back(host.dial());
  host.run_until([&] { return host.sides.size() == 6; });
  CHECK_FALSE(host.sides[3]->finished);
  CHECK(host.sides[3]->connection.established());
  host.stop();
}

TEST_CASE("Garbage is logged, but not without end", "[transport][listener]") {
  Host host;
  for (std::size_t i = 1; i <= 30; ++i) {
    auto stranger = host.dial();
    asio::write(stranger, asio::buffer("GET / HTTP/1.1\r\n\r\n", 18));
    host.run_until([&] { return host.sides.size() == i && host.open_sides() == 0; });
  }
  REQUIRE(host.log.size() == LogLimits{}.lines_max);
  CHECK(host.log.front() == "connection from 127.0.0.1: preamble: malformed");
  host.stop();
}

TEST_CASE("A port that is taken is named in the error", "[transport][listener]") {
  Host host;
  const auto port = host.listener->endpoint().port();
  const auto nothing = [](tcp::socket, const HalfOpenTicket&) {};
  const auto second =
      Listener::open(host.context.get_executor(),
                     {.address = "127.0.0.1", .port = port, .half_open = {}}, nothing);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == std::errc::address_in_use);
  CHECK(second.error().context == "port " + std::to_string(port) + " of 127.0.0.1");
  const auto everywhere = Listener::open(host.context.get_executor(),
                                         {.address = {}, .port = port, .half_open = {}}, nothing);
  REQUIRE_FALSE(everywhere);
  CHECK(everywhere.error().code == std::errc::address_in_use);
  host.stop();
}

TEST_CASE("An address that is none is refused", "[transport][listener]") {
  asio::io_context context{1};
  for (const auto* const address : {"localhost", "1.2.3", "::1::", "0.0.0.0:80", " "}) {
    const auto opened =
        Listener::open(context.get_executor(), {.address = address, .port = 0, .half_open = {}},
                       [](tcp::socket, const HalfOpenTicket&) {});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::malformed);
  }
}

TEST_CASE("Without an address, IPv4 and IPv6 are both listened on", "[transport][listener]") {
  asio::io_context context{1};
  int accepted = 0;
  auto opened = Listener::open(context.get_executor(), {},
                               [&](tcp::socket, const HalfOpenTicket&) { ++accepted; });
  REQUIRE(opened);
  auto& listener = **opened;
  bool stopped = false;
  asio::co_spawn(context, listener.run(), [&](const std::exception_ptr&) { stopped = true; });
  const auto port = listener.endpoint().port();
  tcp::socket by_v4(context);
  by_v4.connect({asio::ip::address_v4::loopback(), port});
  int expected = 1;
  tcp::socket by_v6(context);
  if (listener.endpoint().protocol() == tcp::v6()) {
    by_v6.connect({asio::ip::address_v6::loopback(), port});
    ++expected;
  }
  while (accepted < expected) context.run_one();
  listener.stop();
  context.run();
  CHECK(stopped);
}

}  // namespace
}  // namespace lansync
