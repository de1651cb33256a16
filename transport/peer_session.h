// One connected device.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/wire/chunk_data.h"
#include "transport/connection.h"
#include "transport/share_host.h"

namespace lansync {

class PeerSession;

// What a session tells the node that owns it. On the network thread.
class PeerSessionOwner {
 public:
  virtual ~PeerSessionOwner() = default;
  virtual void on_session_established(PeerSession& session) = 0;
  virtual void on_share_message(PeerSession& session, Message message) = 0;
  virtual void on_chunk_data(PeerSession& session, const ChunkData& header, ByteView data) = 0;
  // Only in a session that was made for pairing.
  virtual void on_pairing_message(PeerSession& session, ByteView message) = 0;
  virtual void on_session_drained(PeerSession& session) = 0;
  // The last call; the session is destroyed after it.
  virtual void on_session_closed(PeerSession& session, const Error& error) = 0;
};

// A connection with what runs above it: share messages, chunk data, pairing messages, heartbeats.
//
// A peer that says nothing for kSilenceMax, heartbeats included, is gone: a pulled cable tells
// nobody. Confined to the network thread; owned by the node's list of sessions.
class PeerSession final : public ConnectionObserver, public PeerLink {
 public:
  static constexpr std::chrono::seconds kHeartbeatInterval{5};
  static constexpr std::chrono::seconds kSilenceMax{16};

  PeerSession(PeerSessionOwner& owner, asio::ip::tcp::socket socket, SecureChannel channel,
              std::string dialled, HalfOpenTicket ticket = {});

  // To its end; once.
  asio::awaitable<void> run() { return connection_.run(); }

  void send_pairing(ByteView message);
  void close(Errc reason) { connection_.close(reason); }
  void abort(Error error) { connection_.abort(std::move(error)); }

  // PeerLink.
  [[nodiscard]] bool has_room() const override;
  void send_message(const Message& message) override;
  void send_chunk(const ChunkData& header, ByteView data) override;

  // Requires that it is or was established.
  [[nodiscard]] const DeviceId& device() const { return connection_.peer().device(); }
  [[nodiscard]] const PeerIdentity& identity() const { return connection_.peer(); }
  [[nodiscard]] const HandshakeHash& handshake_hash() const { return connection_.handshake_hash(); }
  [[nodiscard]] bool established() const { return connection_.established(); }
  [[nodiscard]] bool initiated() const { return connection_.role() == NoiseRole::initiator; }
  [[nodiscard]] Purpose purpose() const { return connection_.purpose(); }
  // The address as it was dialled; empty for an accepted connection.
  [[nodiscard]] const std::string& dialled() const { return dialled_; }
  [[nodiscard]] std::optional<CipherSuite> alternative_suite() const {
    return connection_.alternative_suite();
  }
  [[nodiscard]] std::optional<Errc> closed_by_peer() const { return connection_.closed_by_peer(); }
  // The device that was dialled is this one.
  [[nodiscard]] bool met_itself() const { return connection_.met_itself(); }
  // Where the peer is, for people: "10.0.0.2:22727".
  [[nodiscard]] std::string address() const;
  [[nodiscard]] std::uint64_t received_bytes() const { return received_bytes_; }
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  void on_established(Connection& connection) override;
  void on_record(Connection& connection, Record record) override;
  void on_drained(Connection& connection) override;
  void on_closed(Connection& connection, const Error& error) override;

  void handle_share_record(const Record& record);
  void send(RecordType type, std::span<const ByteView> payload);
  void arm_heartbeat();

  PeerSessionOwner& owner_;
  std::string dialled_;
  asio::steady_timer heartbeat_;
  TimePoint heard_{};
  std::uint64_t received_bytes_ = 0;
  std::uint64_t sent_bytes_ = 0;
  Connection connection_;
};

}  // namespace lansync
