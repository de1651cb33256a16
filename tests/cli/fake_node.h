// A node that does what a test asks of it through the folder's name.
#pragma once

#include <atomic>
#include <functional>

#include "cli/daemon/daemon.h"

namespace lansync::cli::test {

// Answers each request with a canned report. In a JoinRequest or FlushRequest the folder's last
// part, in a ConnectRequest the host, says what happens on the way:
//   asks     asks for the code and fails with `refused` unless it is K3QX-9MPD
//   chooses  asks for one of two names
//   talks    notes and progress first
//   fails    a failure with everything in it
//   waits    never ends by itself
//   floods   a note after the other, without end
// Everything else ends at once.
class FakeCommands : public DaemonNode {
 public:
  explicit FakeCommands(asio::io_context& context)
      : context_(context), work_(context.get_executor()) {}

  Outcome<void> start() override { return {}; }
  void stop() override { work_.reset(); }
  asio::awaitable<Outcome<Answer>> run(Request request, Reply& reply) override;

  // Called on the daemon's thread when a command begins to wait, and when its coroutine ends.
  std::function<void()> on_wait = [] {};
  std::function<void()> on_end = [] {};

 private:
  asio::awaitable<Outcome<Answer>> join(JoinRequest request, Reply& reply);
  asio::awaitable<Outcome<Answer>> perform(std::string action, Reply& reply, Report report);
  asio::awaitable<Outcome<Answer>> ask_code(Reply& reply, Report report);
  asio::awaitable<Outcome<Answer>> ask_choice(Reply& reply);
  asio::awaitable<void> wait_forever();

  asio::io_context& context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
};

}  // namespace lansync::cli::test
