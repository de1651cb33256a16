#include "transport/dialer.h"

#include <optional>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

using Dialled = std::optional<Result<tcp::socket>>;

asio::awaitable<void> dial_into(Dialled& outcome, std::vector<tcp::endpoint> candidates,
                                Duration timeout) {
  outcome = co_await dial(std::move(candidates), timeout);
}

Dialled run_dial(asio::io_context& context, std::vector<tcp::endpoint> candidates,
                 Duration timeout = kDialTimeout) {
  Dialled outcome;
  asio::co_spawn(context, dial_into(outcome, std::move(candidates), timeout),
                 [&](const std::exception_ptr&) { context.stop(); });
  context.run();
  REQUIRE(outcome.has_value());
  return outcome;
}

// A port that nobody listens on: bound, so that nobody else gets it.
struct ClosedPort {
  explicit ClosedPort(asio::io_context& context) : acceptor(context, tcp::v4()) {
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
  }
  tcp::acceptor acceptor;
};

TEST_CASE("The first candidate that answers is taken", "[transport][dialer]") {
  asio::io_context context{1};
  const ClosedPort closed(context);
  tcp::acceptor open(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto dialled = run_dial(context, {closed.acceptor.local_endpoint(), open.local_endpoint()});
  REQUIRE(dialled->has_value());
  CHECK(dialled->value().remote_endpoint() == open.local_endpoint());
}

TEST_CASE("If nobody answers, the last failure is told", "[transport][dialer]") {
  asio::io_context context{1};
  const ClosedPort closed(context);
  const auto endpoint = closed.acceptor.local_endpoint();
  const auto dialled = run_dial(context, {endpoint, endpoint});
  REQUIRE_FALSE(dialled->has_value());
  CHECK(dialled->error().code == std::errc::connection_refused);
  CHECK(dialled->error().context == "127.0.0.1:" + std::to_string(endpoint.port()));
}

TEST_CASE("Dialling nobody finds nobody", "[transport][dialer]") {
  asio::io_context context{1};
  const auto dialled = run_dial(context, {});
  REQUIRE_FALSE(dialled->has_value());
  CHECK(dialled->error().code == Errc::not_found);
}

TEST_CASE("Who does not answer in time is given up", "[transport][dialer]") {
  asio::io_context context{1};
  // A queue of one that is full: what else asks to connect is not answered at all.
  tcp::acceptor full(context, tcp::v4());
  full.bind({asio::ip::address_v4::loopback(), 0});
  full.listen(0);
  std::vector<tcp::socket> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.emplace_back(context);
    waiting.back().async_connect(full.local_endpoint(), [](const asio::error_code&) {});
  }
  const auto dialled = run_dial(context, {full.local_endpoint()}, 50ms);
  REQUIRE_FALSE(dialled->has_value());
  CHECK(dialled->error().code == Errc::peer_timed_out);
}

TEST_CASE("Only numeric addresses are endpoints", "[transport][dialer]") {
  const auto v4 = make_endpoint("192.168.1.2", 22000);
  REQUIRE(v4);
  CHECK(v4->port() == 22000);
  CHECK(make_endpoint("fe80::1", 1));
  for (const auto* const bad :
       {"", "example.org", "1.2.3", "1.2.3.4.5", "1.2.3.4:5", "[::1]", "::g"}) {
    const auto refused = make_endpoint(bad, 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::malformed);
  }
}

}  // namespace
}  // namespace lansync
