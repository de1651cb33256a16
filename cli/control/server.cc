#include "cli/control/server.h"

#include <chrono>
#include <exception>
#include <utility>

#include <unistd.h>

#include "cli/control/local_socket.h"
#include "core/base/assert.h"

namespace lansync::cli {
namespace {

// For || and && between coroutines.
using namespace asio::experimental::awaitable_operators;

// Far more than people type; a script that leaks clients is told so.
constexpr std::size_t kConnectionsMax = 64;
// accept() fails for want of descriptors or memory until something is freed.
constexpr std::chrono::milliseconds kAcceptPause{100};

// Coroutines that end by themselves here; an exception out of one is a bug of ours.
void rethrow(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

ControlServer::ControlServer(asio::io_context& context, UniqueFd listener, Commands& commands,
                             Options options)
    : context_(context),
      acceptor_(context, asio::local::stream_protocol(), listener.release()),
      commands_(commands),
      options_(std::move(options)) {}

void ControlServer::start() { asio::co_spawn(context_, accept_clients(), rethrow); }

void ControlServer::stop() {
  asio::error_code ignored;
  acceptor_.close(ignored);
  for (Connection& connection : connections_) connection.close();
}

asio::awaitable<void> ControlServer::accept_clients() {
  asio::steady_timer pause(context_);
  while (acceptor_.is_open()) {
    auto [failure, socket] = co_await acceptor_.async_accept(kAsValue);
    if (!acceptor_.is_open()) co_return;
    if (failure) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kAsValue);
      continue;
    }
    admit(std::move(socket));
  }
}

void ControlServer::admit(Connection::Socket socket) {
  const auto peer = peer_uid(socket.native_handle());
  if (!peer || !may_command(*peer, options_.own_uid)) return;
  const bool full = connections_.size() >= kConnectionsMax;
  const auto connection = connections_.emplace(connections_.end(), std::move(socket));
  auto session = full ? turn_away(*connection) : serve(*connection);
  asio::co_spawn(context_, std::move(session),
                 [this, connection](const std::exception_ptr& thrown) {
                   connections_.erase(connection);
                   rethrow(thrown);
                   if (std::exchange(stop_asked_, false)) options_.on_stop();
                 });
}

asio::awaitable<void> ControlServer::turn_away(Connection& connection) {
  connection.send(error_line({ExitCode::locked,
                              "the daemon has too many clients",
                              {},
                              "end some of them, and try again"}));
  connection.finish();
  co_await connection.write_lines();
}

asio::awaitable<void> ControlServer::serve(Connection& connection) {
  auto line = co_await connection.read_request();
  if (!line) {
    connection.send(error_line(line.error()));
    connection.finish();
    co_await connection.write_lines();
    co_return;
  }
  auto conversation = converse(connection, std::move(*line));
  auto writing = connection.write_lines();
  co_await (std::move(conversation) && std::move(writing));
}

// Runs the command while the client is there, whichever ends first.
asio::awaitable<void> ControlServer::converse(Connection& connection, std::string line) {
  auto request = parse_request(line);
  if (!request) {
    connection.send(error_line(request.error()));
  } else if (std::holds_alternative<StopRequest>(*request)) {
    stop_asked_ = true;
    connection.send(result_line(ExitCode::ok, StopReport{getpid()}));
  } else {
    auto command = run_command(connection, std::move(*request));
    auto client = connection.read_answers();
    co_await (std::move(command) || std::move(client));
  }
  connection.finish();
}

asio::awaitable<void> ControlServer::run_command(Connection& connection, Request request) {
  auto running = commands_.run(std::move(request), connection);
  const auto answer = co_await std::move(running);
  if (answer) {
    connection.send(result_line(answer->exit, answer->report));
  } else {
    connection.send(error_line(answer.error()));
  }
}

}  // namespace lansync::cli
