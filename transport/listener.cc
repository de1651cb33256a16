#include "transport/listener.h"

#include <utility>

#include "core/base/assert.h"

namespace lansync {
namespace {

using asio::ip::tcp;

// After an accept that failed, most likely for want of file descriptors: time to get some back.
constexpr std::chrono::milliseconds kPauseAfterFailure{100};

// Connections that wait for us to accept them.
constexpr int kBacklog = 128;

asio::error_code listen_on(tcp::acceptor& acceptor, const tcp::endpoint& endpoint,
                           bool dual_stack) {
  asio::error_code failure;
  acceptor.open(endpoint.protocol(), failure);
  if (failure) return failure;
  // A port in the wake of connections past may be taken at once; one that is listened on may not.
  acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure && endpoint.protocol() == tcp::v6()) {
    acceptor.set_option(asio::ip::v6_only(!dual_stack), failure);
  }
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(kBacklog, failure);
  if (failure) {
    asio::error_code ignored;
    acceptor.close(ignored);
  }
  return failure;
}

std::string describe(const ListenOptions& options) {
  const std::string port = "port " + std::to_string(options.port);
  return options.address.empty() ? port : port + " of " + options.address;
}

// The same text for a device whichever protocol its connection came by.
std::string address_of(const tcp::socket& socket) {
  asio::error_code failure;
  const auto remote = socket.remote_endpoint(failure);
  if (failure) return "?";
  const auto address = remote.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

HalfOpenSlots::OnFailed log_failures(std::shared_ptr<LogLimiter> log) {
  return [log = std::move(log)](const std::string& address, const Error& error) {
    log->handle_line("connection from " + address + ": " + to_string(error), Clock::now());
  };
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(const asio::any_io_executor& executor,
                                                 const ListenOptions& options,
                                                 OnAccepted on_accepted, LogLimiter::Log log) {
  LANSYNC_ASSERT(on_accepted);
  tcp::acceptor acceptor(executor);
  asio::error_code failure;
  if (options.address.empty()) {
    failure = listen_on(acceptor, tcp::endpoint(tcp::v6(), options.port), true);
    // IPv6 may be switched off.
    if (failure && failure != asio::error::address_in_use &&
        failure != asio::error::access_denied) {
      failure = listen_on(acceptor, tcp::endpoint(tcp::v4(), options.port), false);
    }
  } else {
    const auto address = asio::ip::make_address(options.address, failure);
    if (failure) return Error{Errc::malformed, "address " + options.address};
    failure = listen_on(acceptor, tcp::endpoint(address, options.port), false);
  }
  if (failure) return to_error(failure, describe(options));
  return std::unique_ptr<Listener>(
      new Listener(std::move(acceptor), options.half_open, std::move(on_accepted), std::move(log)));
}

Listener::Listener(tcp::acceptor acceptor, HalfOpenLimits limits, OnAccepted on_accepted,
                   LogLimiter::Log log)
    : acceptor_(std::move(acceptor)),
      endpoint_(acceptor_.local_endpoint()),
      pause_(acceptor_.get_executor()),
      on_accepted_(std::move(on_accepted)),
      log_(std::make_shared<LogLimiter>(std::move(log))),
      slots_(limits, log_failures(log_)) {}

asio::awaitable<void> Listener::run() {
  while (acceptor_.is_open()) {
    auto [failure, socket] = co_await acceptor_.async_accept(kAsValue);
    if (!acceptor_.is_open()) co_return;
    if (!failure) {
      hand_on(std::move(socket));
      continue;
    }
    log_->handle_line(to_string(to_error(failure, "accepting a connection")), Clock::now());
    pause_.expires_after(kPauseAfterFailure);
    co_await pause_.async_wait(kAsValue);
  }
}

void Listener::hand_on(tcp::socket socket) noexcept {
  auto ticket = slots_.admit(address_of(socket));
  on_accepted_(std::move(socket), std::move(ticket));
}

void Listener::stop() {
  asio::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace lansync
