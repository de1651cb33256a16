#include "transport/peer_session.h"

#include <array>
#include <utility>

#include "transport/record_types.h"

namespace lansync {
namespace {

// What is queued before a host is asked to wait: enough to keep a fast network busy, little enough
// for a control message to pass soon.
constexpr std::size_t kQueuedBytesEnough = std::size_t{4} << 20;

}  // namespace

PeerSession::PeerSession(PeerSessionOwner& owner, asio::ip::tcp::socket socket,
                         SecureChannel channel, std::string dialled, HalfOpenTicket ticket)
    : owner_(owner),
      dialled_(std::move(dialled)),
      heartbeat_(socket.get_executor()),
      connection_(std::move(socket), std::move(channel), *this, {}, std::move(ticket)) {}

std::string PeerSession::address() const {
  const auto& endpoint = connection_.remote_endpoint();
  asio::ip::address ip = endpoint.address();
  if (ip.is_v6() && ip.to_v6().is_v4_mapped()) {
    ip = asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6());
  }
  const std::string text = ip.to_string();
  return (ip.is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(endpoint.port());
}

bool PeerSession::has_room() const {
  return connection_.established() && connection_.queued_bytes() < kQueuedBytesEnough;
}

void PeerSession::send(RecordType type, std::span<const ByteView> payload) {
  const auto sent = connection_.send({.type = type}, payload);
  if (!sent) return connection_.abort(sent.error());
  for (const ByteView part : payload) sent_bytes_ += part.size();
}

void PeerSession::send_message(const Message& message) {
  const Bytes bytes = encode(message);
  const std::array<ByteView, 1> payload{bytes};
  send(kShareMessageRecord, payload);
}

void PeerSession::send_chunk(const ChunkData& header, ByteView data) {
  const Bytes head = encode(header);
  const std::array<ByteView, 2> payload{head, data};
  send(kChunkDataRecord, payload);
}

void PeerSession::send_pairing(ByteView message) {
  const std::array<ByteView, 1> payload{message};
  send(kPairingRecord, payload);
}

void PeerSession::on_established(Connection&) {
  heard_ = Clock::now();
  arm_heartbeat();
  owner_.on_session_established(*this);
}

void PeerSession::on_record(Connection& connection, Record record) {
  heard_ = Clock::now();
  received_bytes_ += record.payload.size();
  const RecordType type = record.header.type;
  if (type == kPingRecord) return send(kPongRecord, {});
  if (type == kPongRecord) return;
  if (purpose() == Purpose::pair) {
    if (type == kPairingRecord) return owner_.on_pairing_message(*this, record.payload);
  } else if (type == kShareMessageRecord || type == kChunkDataRecord) {
    handle_share_record(record);
    // Whoever got it has read or copied it by now.
    return connection.reuse(std::move(record.payload));
  }
  if ((record.header.flags & kRecordIgnorable) == 0) {
    connection.abort({Errc::malformed, "record of an unknown kind"});
  }
}

void PeerSession::handle_share_record(const Record& record) {
  if (record.header.type == kChunkDataRecord) {
    const auto header = decode_chunk_data(record.payload);
    if (!header) return connection_.abort(header.error());
    const ByteView data = ByteView(record.payload).subspan(ChunkData::kHeaderBytes);
    return owner_.on_chunk_data(*this, *header, data);
  }
  auto message = decode_message(record.payload);
  if (!message) return connection_.abort(std::move(message).error());
  owner_.on_share_message(*this, *std::move(message));
}

void PeerSession::on_drained(Connection&) { owner_.on_session_drained(*this); }

void PeerSession::on_closed(Connection&, const Error& error) {
  heartbeat_.cancel();
  owner_.on_session_closed(*this, error);
}

void PeerSession::arm_heartbeat() {
  heartbeat_.expires_after(kHeartbeatInterval);
  // The timer goes with the session, and a cancelled wait touches nothing.
  heartbeat_.async_wait([this](const asio::error_code& failure) {
    if (failure) return;
    if (heard_ + kSilenceMax <= Clock::now()) {
      return connection_.abort({Errc::peer_timed_out, address()});
    }
    send(kPingRecord, {});
    arm_heartbeat();
  });
}

}  // namespace lansync
