// The daemon's side of the control socket (docs/control_socket.md).
#pragma once

#include <functional>
#include <list>

#include "cli/control/commands.h"
#include "cli/control/connection.h"
#include "core/os/unique_fd.h"
#include "transport/asio.h"

namespace lansync::cli {

// Takes one command from each connection, runs it, streams what it says and closes. Connections of
// other users are closed without a word.
//
// start(), and later stop(). The server and the Commands must outlive the io_context's run(), which
// returns, as far as the server is concerned, once stop() was called and the commands have ended.
// Confined to the io_context's thread.
class ControlServer {
 public:
  struct Options {
    uid_t own_uid = 0;  // Who may command it, beside root.
    std::function<void()>
        on_stop;  // A client asked the daemon to stop; called once it is answered.
  };

  // `listener` is what listen_locally() made.
  ControlServer(asio::io_context& context, UniqueFd listener, Commands& commands, Options options);

  void start();
  // No new clients; the commands that run are cancelled.
  void stop();

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }

 private:
  using Connections = std::list<Connection>;

  asio::awaitable<void> accept_clients();
  void admit(Connection::Socket socket);
  asio::awaitable<void> turn_away(Connection& connection);
  asio::awaitable<void> serve(Connection& connection);
  asio::awaitable<void> converse(Connection& connection, std::string line);
  asio::awaitable<void> run_command(Connection& connection, Request request);

  asio::io_context& context_;
  asio::local::stream_protocol::acceptor acceptor_;
  Commands& commands_;
  Options options_;
  Connections connections_;
  bool stop_asked_ = false;
};

}  // namespace lansync::cli
