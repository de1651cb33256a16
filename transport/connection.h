// One channel over one TCP connection.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/wire/secure_channel.h"
#include "transport/asio.h"
#include "transport/half_open_slots.h"
#include "transport/notifier.h"

namespace lansync {

class Connection;

// What happens on a connection, told to whoever owns it. Everything is called on the network
// thread, from within Connection::run(): it may call any of the connection's functions, but not
// destroy it, and must not throw. An interface because tests observe connections too.
class ConnectionObserver {
 public:
  ConnectionObserver() = default;
  ConnectionObserver(const ConnectionObserver&) = delete;
  ConnectionObserver& operator=(const ConnectionObserver&) = delete;
  virtual ~ConnectionObserver() = default;

  // The peer is proven; peer(), handshake_hash() and purpose() tell who it is and why it came.
  virtual void on_established(Connection& connection) = 0;
  virtual void on_record(Connection& connection, Record record) = 0;
  // queued_bytes() has fallen to ConnectionOptions::drained_bytes, from above.
  virtual void on_drained(Connection& connection) = 0;
  // The last call, whatever happened before: closed (by the peer), cancelled (by close() or
  // abort() with that code), what SecureChannel reports, or the operating system's error.
  virtual void on_closed(Connection& connection, const Error& error) = 0;
};

struct ConnectionOptions {
  // send() refuses what would make the queue longer: 16 of the largest records. A peer that does
  // not read costs no more.
  std::size_t queue_bytes_max = std::size_t{16} << 20;
  // Where it is time to send more. One of the largest records and a half, so that there is
  // something to send while the next ones are made ready; a gigabit network takes it in 13 ms,
  // which is what a control record may have to wait.
  std::size_t drained_bytes = std::size_t{3} << 19;
  // How long the peer may take nothing of what is queued.
  Duration write_stall_timeout = std::chrono::seconds{60};
  // The same once the connection is being closed, and how long the peer may then take to go.
  Duration close_timeout = std::chrono::seconds{2};
};

// Drives a SecureChannel over a connected socket: reads, writes, and keeps its deadlines.
//
// Construct it, run run() to its end (on_closed() comes just before that), destroy it. In between,
// the owner sends records and is told what happens. Sealing and opening are done on the network
// thread.
//
// Owned by whoever runs run(); confined to the network thread. Neither copied nor moved.
class Connection {
 public:
  // `observer` must outlive it. The ticket is the listener's, for an accepted socket.
  Connection(asio::ip::tcp::socket socket, SecureChannel channel, ConnectionObserver& observer,
             ConnectionOptions options = {}, HalfOpenTicket ticket = {});
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Once. Is not to be cancelled from outside: abort() ends it.
  asio::awaitable<void> run();

  // Queues a record whose payload is the spans one after the other; they are read before it
  // returns. Errors: busy (the queue is full; the connection goes on), wrong_state (not
  // established, or over), limit_exceeded (no more nonces).
  Result<void> send(const RecordHeader& header, std::span<const ByteView> payload);
  [[nodiscard]] std::size_t queued_bytes() const { return channel_.queued_bytes(); }

  // A record's payload that is done with, to save memory fresh from the system for the next.
  void reuse(Bytes payload) { channel_.reuse(std::move(payload)); }

  // Sends what is queued and a last word, then ends. What the peer still sends is dropped. Ends at
  // once if the connection is not established.
  void close(Errc reason);
  // Ends now; on_closed() reports `error`, unless the connection was ending already.
  void abort(Error error);

  // Between the two nothing is read, so that the peer has to wait. What had been read before still
  // arrives: less than 300 KiB. The peer's end is not noticed meanwhile.
  void pause_reading() { reading_paused_ = true; }
  void resume_reading();

  [[nodiscard]] bool established() const { return channel_.established(); }
  // Require that the connection is or was established.
  [[nodiscard]] const PeerIdentity& peer() const { return channel_.peer(); }
  [[nodiscard]] const HandshakeHash& handshake_hash() const { return channel_.handshake_hash(); }
  [[nodiscard]] Purpose purpose() const { return channel_.purpose(); }
  [[nodiscard]] NoiseRole role() const { return channel_.role(); }
  [[nodiscard]] CipherSuite suite() const { return channel_.suite(); }
  // The peer's reason, if that ended the connection.
  [[nodiscard]] std::optional<Errc> closed_by_peer() const { return channel_.closed_by_peer(); }
  [[nodiscard]] bool met_itself() const { return channel_.met_itself(); }
  // SecureChannel's: another suite to dial again with.
  [[nodiscard]] std::optional<CipherSuite> alternative_suite() const {
    return channel_.alternative_suite();
  }
  // As of the construction.
  [[nodiscard]] const asio::ip::tcp::endpoint& remote_endpoint() const { return remote_endpoint_; }

 private:
  asio::awaitable<void> read_loop();
  asio::awaitable<void> write_loop();
  asio::awaitable<void> timer_loop();
  asio::awaitable<void> say_goodbye();
  asio::awaitable<void> flush_and_drain();
  asio::awaitable<void> limit_goodbye();

  [[nodiscard]] bool finished() const;
  [[nodiscard]] std::optional<TimePoint> stall_deadline() const;
  [[nodiscard]] TimePoint next_deadline() const;
  [[nodiscard]] Error outcome() const;
  void report_progress() noexcept;
  void report_drained() noexcept;
  void grow_buffer(std::size_t filled);
  void wake();
  void end_with(Error error);

  asio::ip::tcp::socket socket_;
  SecureChannel channel_;
  ConnectionObserver& observer_;
  const ConnectionOptions options_;
  HalfOpenTicket ticket_;
  asio::ip::tcp::endpoint remote_endpoint_;

  Notifier output_ready_;
  Notifier deadline_moved_;
  Notifier reading_resumed_;
  Bytes buffer_;
  TimePoint last_write_progress_{};
  std::size_t drained_from_ = 0;
  std::optional<Error> error_;
  bool reported_established_ = false;
  bool reading_paused_ = false;
  bool closing_ = false;
};

}  // namespace lansync
