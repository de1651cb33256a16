// An encrypted, authenticated conversation between two devices.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/entropy.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/identity.h"
#include "core/crypto/noise.h"
#include "core/wire/frame_reader.h"
#include "core/wire/hello.h"
#include "core/wire/output_queue.h"
#include "core/wire/preamble.h"
#include "core/wire/record.h"

namespace lansync {

// The longest message of a handshake; ours have less than half of it. Keeps what a stranger can
// make us remember small.
inline constexpr std::size_t kHandshakeMessageBytesMax = 1024;
// How far in the future, by both sides' clocks, a certificate may have been made.
inline constexpr std::chrono::hours kCertificateClockSlack{24};

// What this device says of itself in every channel. Outlives them.
struct LocalDevice {
  const DeviceKeys& keys;
  Entropy& entropy;
  DeviceCertificate certificate;
  // supported_suites(), or fewer.
  std::vector<CipherSuite> suites;
  std::string software_version;
};

struct ChannelOptions {
  // From the construction of the channel to a proven peer, whatever it sends meanwhile.
  Duration handshake_timeout = limits::kHandshakeTimeout;
  // Whether to talk to this device, which has proven who it is, for this purpose. Asked once,
  // before the initiator shows its own identity. Required. Without side effects on the channel.
  std::function<bool(Purpose, const DeviceId&)> accept_peer;
  // A responder's: what one may connect for.
  std::vector<Purpose> purposes = {Purpose::sync};
  NonceSchedule nonces;
};

// Who is on the other side: proven, and true as far as the peer is honest (clock, version).
struct PeerIdentity {
  DeviceCertificate certificate;
  WallTime clock;
  std::string software_version;

  [[nodiscard]] const DeviceId& device() const { return certificate.device; }
};

// One side of a channel: preamble, Noise handshake, then records both ways until one side closes.
//
// Sans-IO. Pass what arrives to handle_bytes(), the end of the stream to handle_end(), and the time
// to handle_timeout() no later than next_deadline(); after each of them look at established(), take
// all records with next_record(), and send pending_output(). Equal inputs give equal outputs.
//
// Whatever goes wrong ends the channel for good: error() tells what, records not yet taken are
// dropped, and nothing but a refusal (preamble.h) is left to send. The other side learns no reason.
//
// Confined to its owner's thread. Keys are wiped when the channel ends.
class SecureChannel {
 public:
  // `suite` is what to ask for; by default the best of the device's. `device` must outlive the
  // channel.
  static SecureChannel initiate(const LocalDevice& device, Purpose purpose, ChannelOptions options,
                                Now now, std::optional<CipherSuite> suite = std::nullopt);
  static SecureChannel respond(const LocalDevice& device, ChannelOptions options, Now now);

  // Inputs. Errors: of the first input that went wrong, what error() says; wrong_state ever after.
  //
  // malformed, limit_exceeded, not_authentic, truncated (the stream ended without a Close),
  // unsupported (refused for its version, suite or purpose, by either side), refused (our own
  // device, a device that is not accepted, a better suite was to be had), peer_timed_out.
  Result<void> handle_bytes(ByteView bytes);
  Result<void> handle_end();
  Result<void> handle_timeout(TimePoint now);

  // Seals a record whose payload is the spans one after the other. Requires a type other than close
  // and no more payload than it allows. Errors: wrong_state (not established, or closed by us),
  // limit_exceeded (all nonces are used up; ends the channel).
  Result<void> send(const RecordHeader& header, std::span<const ByteView> payload);
  // Tells the other side that nothing follows, and why. No send() after it. Before the channel is
  // established, or when it is over, it does nothing.
  void close(Errc reason);
  // A record's payload that is done with: its memory serves for another. Worth it for bulk; memory
  // fresh from the system costs as much as opening what goes into it.
  void reuse(Bytes payload) { assembler_.reuse(std::move(payload)); }

  // Outputs.

  [[nodiscard]] std::optional<Record> next_record();
  // What to send next, in one piece; empty if there is nothing. It stays in place until
  // consume_output(), even if the channel fails meanwhile.
  [[nodiscard]] ByteView pending_output() const { return silent_ ? ByteView{} : output_.front(); }
  void consume_output(std::size_t count) { output_.consume(count); }
  // Everything not yet consumed.
  [[nodiscard]] std::size_t queued_bytes() const { return silent_ ? 0 : output_.size(); }
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  // The peer is proven, and records may be sent. An initiator is established one message before the
  // responder, which may still refuse it.
  [[nodiscard]] bool established() const { return phase_ == Phase::established; }
  [[nodiscard]] bool over() const { return phase_ == Phase::over; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  // The peer's last word, once it has been said: after it, the end of the stream is in order, and
  // what else comes is ignored.
  [[nodiscard]] std::optional<Errc> closed_by_peer() const { return closed_by_peer_; }

  // It failed because the other side has proven to be this device, too.
  [[nodiscard]] bool met_itself() const { return met_itself_; }

  // Require that the channel is or was established.
  [[nodiscard]] const PeerIdentity& peer() const;
  [[nodiscard]] const HandshakeHash& handshake_hash() const;

  [[nodiscard]] NoiseRole role() const { return role_; }
  // Of a responder: requires that the preamble has arrived.
  [[nodiscard]] Purpose purpose() const { return preamble_.purpose; }
  [[nodiscard]] CipherSuite suite() const { return preamble_.suite; }
  // If the responder refused our suite: the next one of our own list to try, in a new channel. That
  // the refusal was not forged comes out in that channel.
  [[nodiscard]] std::optional<CipherSuite> alternative_suite() const;

 private:
  // What is awaited.
  enum class Phase { preamble, first_message, second_message, third_message, established, over };

  SecureChannel(const LocalDevice& device, NoiseRole role, ChannelOptions options, Now now);

  Result<void> take_bytes(ByteView bytes);
  Result<void> take_preamble(ByteView& bytes);
  Result<void> refuse(Refusal refusal, const char* what);
  Result<void> take_message(ByteView message);
  Result<void> take_first_message(ByteView message);
  Result<void> take_second_message(ByteView message);
  Result<void> take_refusal(std::byte code);
  Result<void> take_third_message(ByteView message);
  Result<void> accept_hello(ByteView payload);
  Result<void> establish();
  Result<void> open(ByteView message);
  Result<void> open_to(std::span<std::byte> text, ByteView message);
  Result<void> add_plaintext(std::size_t count);
  Result<void> add_close(ByteView payload);
  void start_handshake(ByteView preamble);
  Result<void> write_handshake_message(ByteView payload);
  Result<void> seal(const RecordHeader& header, std::span<const ByteView> payload);
  [[nodiscard]] Bytes own_hello() const;
  Result<void> fail(Error error);

  // Constant after construction.
  const LocalDevice* device_;
  NoiseRole role_;
  ChannelOptions options_;
  WallTime wall_;
  TimePoint deadline_;

  Phase phase_;
  std::optional<Error> error_;
  Preamble preamble_;
  Bytes preamble_bytes_;
  // By us, or of us.
  std::optional<Refusal> refusal_;
  std::optional<NoiseHandshake> handshake_;
  std::optional<NoiseSession> session_;
  HandshakeHash handshake_hash_;
  std::optional<PeerIdentity> peer_;
  bool met_itself_ = false;
  bool closed_by_us_ = false;
  std::optional<Errc> closed_by_peer_;

  FrameReader frames_;
  MessageCipher seal_cipher_;
  MessageCipher open_cipher_;
  // A message that holds more than the rest of one record.
  Bytes scratch_;
  RecordAssembler assembler_;
  std::deque<Record> records_;
  OutputQueue output_;
  // Failed; what is still queued is not sent.
  bool silent_ = false;
};

}  // namespace lansync
