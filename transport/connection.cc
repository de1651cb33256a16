#include "transport/connection.h"

#include <algorithm>

#include "core/base/assert.h"

namespace lansync {
namespace {

// All that a stranger makes us hold.
constexpr std::size_t kHandshakeBufferBytes = 4096;
// Four of the longest messages: enough that a read costs little beside opening what it brought.
constexpr std::size_t kBufferBytesMax = 256 * 1024;

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, SecureChannel channel,
                       ConnectionObserver& observer, ConnectionOptions options,
                       HalfOpenTicket ticket)
    : socket_(std::move(socket)),
      channel_(std::move(channel)),
      observer_(observer),
      options_(options),
      ticket_(std::move(ticket)),
      output_ready_(socket_.get_executor()),
      deadline_moved_(socket_.get_executor()),
      reading_resumed_(socket_.get_executor()),
      buffer_(kHandshakeBufferBytes),
      last_write_progress_(Clock::now()) {
  asio::error_code ignored;
  remote_endpoint_ = socket_.remote_endpoint(ignored);
  // Records are written whole: waiting for more would only delay them.
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  ticket_.on_evicted([this] { abort({Errc::busy, "too many strangers"}); });
}

asio::awaitable<void> Connection::run() {
  using asio::experimental::awaitable_operators::operator||;

  // Each loop returns when the connection is over; the first to return cancels the other two. They
  // must therefore return, not throw, on an I/O error: || waits for a success.
  auto reading = read_loop();
  auto writing = write_loop();
  auto timing = timer_loop();
  auto any = std::move(reading) || std::move(writing) || std::move(timing);
  co_await std::move(any);

  co_await say_goodbye();
  asio::error_code ignored;
  socket_.close(ignored);
  const Error error = outcome();
  if (!reported_established_) ticket_.failed(error);
  observer_.on_closed(*this, error);
}

asio::awaitable<void> Connection::read_loop() {
  while (!finished()) {
    if (reading_paused_) {
      co_await reading_resumed_.wait();
      continue;
    }
    const auto room = asio::buffer(buffer_.data(), buffer_.size());
    const auto [failure, count] = co_await socket_.async_read_some(room, kAsValue);
    if (failure == asio::error::operation_aborted) co_return;
    if (failure == asio::error::eof) {
      static_cast<void>(channel_.handle_end());
      co_return;
    }
    if (failure) {
      end_with(to_error(failure, "connection"));
      co_return;
    }
    // What went wrong is in the channel; outcome() looks there.
    static_cast<void>(channel_.handle_bytes(ByteView(buffer_).first(count)));
    report_progress();
    wake();
    grow_buffer(count);
  }
}

asio::awaitable<void> Connection::write_loop() {
  while (!finished()) {
    // Stays in place while the write is outstanding: only consume_output() moves it.
    const ByteView output = channel_.pending_output();
    if (output.empty()) {
      if (closing_) co_return;
      co_await output_ready_.wait();
      continue;
    }
    const auto bytes = asio::buffer(output.data(), output.size());
    const auto [failure, count] = co_await socket_.async_write_some(bytes, kAsValue);
    if (failure == asio::error::operation_aborted) co_return;
    if (failure) {
      end_with(to_error(failure, "connection"));
      co_return;
    }
    channel_.consume_output(count);
    last_write_progress_ = Clock::now();
    report_drained();
  }
}

asio::awaitable<void> Connection::timer_loop() {
  while (!finished()) {
    co_await deadline_moved_.wait_until(next_deadline());
    const TimePoint now = Clock::now();
    static_cast<void>(channel_.handle_timeout(now));
    const auto stalled = stall_deadline();
    if (stalled && now >= *stalled) end_with({Errc::peer_timed_out, "connection"});
  }
}

// Sees to it that the last bytes, ours or a refusal, arrive: what the peer has sent and we have not
// read would make the system throw them away.
asio::awaitable<void> Connection::say_goodbye() {
  using asio::experimental::awaitable_operators::operator||;

  const bool refusing = channel_.over() && !channel_.pending_output().empty();
  if (error_ || !(refusing || (closing_ && !channel_.over()))) co_return;
  auto last_bytes = flush_and_drain();
  auto limit = limit_goodbye();
  auto either = std::move(last_bytes) || std::move(limit);
  co_await std::move(either);
}

asio::awaitable<void> Connection::flush_and_drain() {
  while (!channel_.pending_output().empty()) {
    const ByteView output = channel_.pending_output();
    const auto bytes = asio::buffer(output.data(), output.size());
    const auto [failure, count] = co_await socket_.async_write_some(bytes, kAsValue);
    if (failure) co_return;
    channel_.consume_output(count);
  }
  asio::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  for (;;) {
    const auto room = asio::buffer(buffer_.data(), buffer_.size());
    const auto [failure, count] = co_await socket_.async_read_some(room, kAsValue);
    static_cast<void>(count);
    if (failure) co_return;
  }
}

asio::awaitable<void> Connection::limit_goodbye() {
  asio::steady_timer timer(socket_.get_executor());
  timer.expires_after(options_.close_timeout);
  co_await timer.async_wait(kAsValue);
}

Result<void> Connection::send(const RecordHeader& header, std::span<const ByteView> payload) {
  if (error_) return Error{Errc::wrong_state, "connection"};
  std::size_t bytes = 0;
  for (const ByteView piece : payload) bytes += piece.size();
  if (queued_bytes() + bytes > options_.queue_bytes_max) return Error{Errc::busy, "send queue"};
  const bool was_idle = queued_bytes() == 0;
  auto sent = channel_.send(header, payload);
  // Also if that ended the channel.
  output_ready_.notify();
  if (was_idle) {
    last_write_progress_ = Clock::now();
    deadline_moved_.notify();
  }
  drained_from_ = std::max(drained_from_, queued_bytes());
  return sent;
}

void Connection::close(Errc reason) {
  if (closing_ || error_) return;
  if (!channel_.established()) {
    abort({Errc::cancelled, "connection"});
    return;
  }
  closing_ = true;
  last_write_progress_ = Clock::now();
  channel_.close(reason);
  wake();
}

void Connection::abort(Error error) {
  end_with(std::move(error));
  asio::error_code ignored;
  socket_.close(ignored);
  wake();
  reading_resumed_.notify();
}

void Connection::resume_reading() {
  reading_paused_ = false;
  reading_resumed_.notify();
}

bool Connection::finished() const {
  return error_.has_value() || channel_.over() || channel_.closed_by_peer().has_value();
}

std::optional<TimePoint> Connection::stall_deadline() const {
  if (queued_bytes() == 0) return std::nullopt;
  return last_write_progress_ + (closing_ ? options_.close_timeout : options_.write_stall_timeout);
}

TimePoint Connection::next_deadline() const {
  const TimePoint never = TimePoint::max();
  return std::min(channel_.next_deadline().value_or(never), stall_deadline().value_or(never));
}

Error Connection::outcome() const {
  if (error_) return *error_;
  if (channel_.error()) return *channel_.error();
  if (const auto reason = channel_.closed_by_peer()) {
    return {Errc::closed, "connection (" + make_error_code(*reason).message() + ")"};
  }
  return {Errc::cancelled, "connection"};
}

void Connection::report_progress() noexcept {
  if (!reported_established_ && channel_.established()) {
    reported_established_ = true;
    ticket_.established();
    observer_.on_established(*this);
  }
  while (auto record = channel_.next_record()) {
    if (closing_ || error_) continue;
    observer_.on_record(*this, *std::move(record));
  }
}

void Connection::report_drained() noexcept {
  if (drained_from_ <= options_.drained_bytes || queued_bytes() > options_.drained_bytes) return;
  drained_from_ = 0;
  if (!closing_ && !error_) observer_.on_drained(*this);
}

// A peer that has proven itself and sends as much as fits gets more room.
void Connection::grow_buffer(std::size_t filled) {
  if (!channel_.established() || filled < buffer_.size()) return;
  buffer_.resize(std::min(buffer_.size() * 8, kBufferBytesMax));
}

void Connection::wake() {
  output_ready_.notify();
  deadline_moved_.notify();
}

void Connection::end_with(Error error) {
  if (!finished()) error_ = std::move(error);
}

}  // namespace lansync
