#include "cli/control/connection.h"

#include <array>
#include <utility>

namespace lansync::cli {
namespace {

// What a client that does not read makes us keep: above the first no progress is queued, above the
// second it is cut off. The second holds a whole answer of the largest size.
constexpr std::size_t kProgressQueueBytesMax = std::size_t{64} << 10;
constexpr std::size_t kQueueBytesMax = 2 * kAnswerLineBytesMax;

Failure gone() { return {ExitCode::interrupted, "the client went away", {}, {}}; }

}  // namespace

Connection::Connection(Socket socket)
    : socket_(std::move(socket)),
      input_(kRequestLineBytesMax),
      output_changed_(socket_.get_executor(), asio::steady_timer::time_point::max()),
      answer_came_(socket_.get_executor(), asio::steady_timer::time_point::max()) {}

// False once no more will come.
asio::awaitable<bool> Connection::read_more() {
  std::array<char, 4096> chunk;
  const auto [failure, count] =
      co_await socket_.async_read_some(asio::buffer(chunk.data(), chunk.size()), kAsValue);
  if (failure) {
    // Cancelled is not gone: then the command has ended, and its answer is still to be sent.
    if (failure != asio::error::operation_aborted) client_gone_ = true;
    co_return false;
  }
  input_.append(std::string_view(chunk.data(), count));
  co_return true;
}

asio::awaitable<Outcome<std::string>> Connection::read_request() {
  while (true) {
    if (auto line = input_.next_line()) co_return std::move(*line);
    if (input_.overflown()) {
      co_return Failure{ExitCode::usage, "the request is longer than 64 kB", {}, {}};
    }
    const bool more = co_await read_more();
    if (!more) co_return gone();
  }
}

asio::awaitable<void> Connection::read_answers() {
  while (true) {
    if (auto line = input_.next_line()) {
      auto answer = parse_answer(*line);
      if (!answer || answer->id != prompt_id_) break;
      answer_ = std::move(answer->text);
      answer_came_.cancel();
      continue;
    }
    if (input_.overflown()) break;
    const bool more = co_await read_more();
    if (!more) co_return;
  }
  send(error_line({ExitCode::usage, "this is no answer to what was asked", {}, {}}));
}

asio::awaitable<void> Connection::write_lines() {
  while (!client_gone_) {
    if (output_.empty()) {
      if (finished_) co_return;
      co_await output_changed_.async_wait(kAsValue);
      continue;
    }
    const std::string line = std::move(output_.front());
    output_.pop_front();
    std::size_t sent = 0;
    while (sent < line.size()) {
      const auto rest = asio::buffer(line.data() + sent, line.size() - sent);
      const auto [failure, count] = co_await socket_.async_write_some(rest, kAsValue);
      if (failure) {
        close();
        co_return;
      }
      sent += count;
    }
    output_bytes_ -= line.size();
  }
}

void Connection::send(std::string line) {
  if (finished_ || client_gone_) return;
  if (output_bytes_ + line.size() > kQueueBytesMax) return close();
  output_bytes_ += line.size();
  output_.push_back(std::move(line));
  output_changed_.cancel();
}

void Connection::finish() {
  finished_ = true;
  output_changed_.cancel();
}

void Connection::close() {
  client_gone_ = true;
  asio::error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  output_changed_.cancel();
}

void Connection::progress(const Progress& progress) {
  if (output_bytes_ < kProgressQueueBytesMax) send(progress_line(progress));
}

void Connection::note(const std::string& text) { send(note_line(text)); }

asio::awaitable<Outcome<std::string>> Connection::ask(Prompt prompt) {
  answer_.reset();
  ++prompt_id_;
  send(prompt_line(prompt_id_, prompt));
  while (!answer_) {
    if (client_gone_) co_return gone();
    co_await answer_came_.async_wait(kAsValue);
  }
  co_return std::move(*answer_);
}

}  // namespace lansync::cli
