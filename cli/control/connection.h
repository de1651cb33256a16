// One client of the control socket, as the daemon sees it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "cli/control/commands.h"
#include "cli/control/line_buffer.h"
#include "transport/asio.h"

namespace lansync::cli {

// The client's lines in and out. One coroutine may be in read_request() and then read_answers(),
// one in write_lines(), one in ask(). Confined to the io_context's thread.
class Connection final : public Reply {
 public:
  using Socket = asio::local::stream_protocol::socket;

  explicit Connection(Socket socket);

  // The first line. Fails if it is too long, or the client leaves before its end.
  asio::awaitable<Outcome<std::string>> read_request();
  // Hands answers to ask(). Returns when the client is gone, or says what is no answer.
  asio::awaitable<void> read_answers();
  // Sends what is queued until finish() was called and all is sent, or the client is gone.
  asio::awaitable<void> write_lines();

  void send(std::string line);
  // Nothing is sent after what is queued now.
  void finish();
  // Ends both directions at once; every coroutine above then returns.
  void close();

  void progress(const Progress& progress) override;
  void note(const std::string& text) override;
  asio::awaitable<Outcome<std::string>> ask(Prompt prompt) override;

 private:
  asio::awaitable<bool> read_more();

  Socket socket_;
  LineBuffer input_;
  std::deque<std::string> output_;
  std::size_t output_bytes_ = 0;
  bool finished_ = false;
  bool client_gone_ = false;
  // Never expire; cancelled when there is something to see.
  asio::steady_timer output_changed_;
  asio::steady_timer answer_came_;
  std::uint64_t prompt_id_ = 0;
  std::optional<std::string> answer_;
};

}  // namespace lansync::cli
