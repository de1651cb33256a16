#include "transport/dialer.h"

#include <sstream>
#include <utility>
#include <variant>

namespace lansync {
namespace {

using asio::ip::tcp;

std::string text_of(const tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

asio::awaitable<asio::error_code> connect(tcp::socket& socket, tcp::endpoint endpoint) {
  const auto [failure] = co_await socket.async_connect(endpoint, kAsValue);
  co_return failure;
}

asio::awaitable<void> wait_for(asio::steady_timer& timer) { co_await timer.async_wait(kAsValue); }

asio::awaitable<Result<tcp::socket>> dial_one(tcp::endpoint endpoint, Duration timeout) {
  using asio::experimental::awaitable_operators::operator||;

  const auto executor = co_await asio::this_coro::executor;
  tcp::socket socket(executor);
  asio::steady_timer timer(executor);
  timer.expires_after(timeout);
  auto connecting = connect(socket, endpoint);
  auto waiting = wait_for(timer);
  auto either = std::move(connecting) || std::move(waiting);
  const auto first = co_await std::move(either);
  if (first.index() == 1) co_return Error{Errc::peer_timed_out, text_of(endpoint)};
  const asio::error_code failure = std::get<0>(first);
  if (failure) co_return to_error(failure, text_of(endpoint));
  co_return socket;
}

}  // namespace

Result<tcp::endpoint> make_endpoint(const std::string& ip, std::uint16_t port) {
  asio::error_code failure;
  const auto address = asio::ip::make_address(ip, failure);
  if (failure) return Error{Errc::malformed, "address " + ip};
  return tcp::endpoint(address, port);
}

asio::awaitable<Result<tcp::socket>> dial(std::vector<tcp::endpoint> candidates,
                                          Duration timeout_each) {
  Error last{Errc::not_found, "address"};
  for (const tcp::endpoint& candidate : candidates) {
    auto dialled = co_await dial_one(candidate, timeout_each);
    if (dialled) co_return std::move(dialled);
    last = std::move(dialled).error();
  }
  co_return last;
}

}  // namespace lansync
