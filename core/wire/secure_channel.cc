#include "core/wire/secure_channel.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/wire/piece_reader.h"

namespace lansync {
namespace {

constexpr std::size_t kFrameLengthBytes = 2;
constexpr std::size_t kTextBytesMax = limits::kNoiseMessageBytesMax - kAeadTagBytes;

// A message without text would only cost work.
constexpr FrameLimits kTransportFrames{kAeadTagBytes + 1, limits::kNoiseMessageBytesMax};
// One byte is a refusal.
constexpr FrameLimits kHandshakeFrames{1, kHandshakeMessageBytesMax};

constexpr std::size_t kCloseBytes = 2;

void put_length(std::span<std::byte> to, std::size_t length) {
  to[0] = static_cast<std::byte>(length >> 8);
  to[1] = static_cast<std::byte>(length & 0xff);
}

std::size_t wire_bytes(std::size_t text_bytes) {
  const std::size_t messages = (text_bytes + kTextBytesMax - 1) / kTextBytesMax;
  return text_bytes + messages * (kFrameLengthBytes + kAeadTagBytes);
}

}  // namespace

SecureChannel::SecureChannel(const LocalDevice& device, NoiseRole role, ChannelOptions options,
                             Now now)
    : device_(&device),
      role_(role),
      options_(std::move(options)),
      wall_(now.wall),
      deadline_(now.steady + options_.handshake_timeout),
      phase_(role == NoiseRole::initiator ? Phase::second_message : Phase::preamble),
      frames_(kHandshakeFrames) {
  LANSYNC_ASSERT(options_.accept_peer);
  LANSYNC_ASSERT(!device.suites.empty());
}

SecureChannel SecureChannel::initiate(const LocalDevice& device, Purpose purpose,
                                      ChannelOptions options, Now now,
                                      std::optional<CipherSuite> suite) {
  SecureChannel channel(device, NoiseRole::initiator, std::move(options), now);
  if (!suite) suite = best_common_suite(device.suites, device.suites);
  LANSYNC_ASSERT(suite && std::ranges::count(device.suites, *suite) == 1);
  channel.preamble_ = {*suite, purpose};
  const auto preamble = encode(channel.preamble_);
  std::ranges::copy(preamble, channel.output_.append(preamble.size()).begin());
  channel.start_handshake(preamble);
  const auto written = channel.write_handshake_message({});
  LANSYNC_ASSERT(written.has_value());
  return channel;
}

SecureChannel SecureChannel::respond(const LocalDevice& device, ChannelOptions options, Now now) {
  return SecureChannel(device, NoiseRole::responder, std::move(options), now);
}

void SecureChannel::start_handshake(ByteView preamble) {
  handshake_.emplace(preamble_.suite, role_, handshake_prologue(preamble),
                     device_->keys.noise_keys(), device_->entropy);
}

Result<void> SecureChannel::write_handshake_message(ByteView payload) {
  auto message = handshake_->write_message(payload);
  if (!message) return std::move(message).error();
  const auto frame = output_.append(kFrameLengthBytes + message->size());
  put_length(frame, message->size());
  std::ranges::copy(*message, frame.begin() + kFrameLengthBytes);
  return {};
}

// --- Inputs -----------------------------------------------------------------------------------

Result<void> SecureChannel::handle_bytes(ByteView bytes) {
  if (over()) return Error{Errc::wrong_state, "channel"};
  auto taken = take_bytes(bytes);
  if (!taken) return fail(std::move(taken).error());
  return {};
}

Result<void> SecureChannel::take_bytes(ByteView bytes) {
  if (phase_ == Phase::preamble) {
    auto taken = take_preamble(bytes);
    if (!taken) return taken;
  }
  while (!bytes.empty() && !closed_by_peer_) {
    auto message = frames_.next(bytes);
    if (!message) return std::move(message).error();
    if (!*message) break;
    auto taken = take_message(**message);
    if (!taken) return taken;
  }
  return {};
}

Result<void> SecureChannel::handle_end() {
  if (over()) return Error{Errc::wrong_state, "channel"};
  if (closed_by_peer_) return {};
  return fail({Errc::truncated, "channel"});
}

Result<void> SecureChannel::handle_timeout(TimePoint now) {
  const auto deadline = next_deadline();
  if (!deadline || now < *deadline) return {};
  return fail({Errc::peer_timed_out, "handshake"});
}

std::optional<TimePoint> SecureChannel::next_deadline() const {
  if (over() || established()) return std::nullopt;
  return deadline_;
}

Result<void> SecureChannel::fail(Error error) {
  phase_ = Phase::over;
  error_ = error;
  handshake_.reset();
  session_.reset();
  seal_cipher_.forget();
  open_cipher_.forget();
  assembler_ = {};
  scratch_ = {};
  records_.clear();
  // The output stays where it is: its owner may be in the middle of sending it.
  silent_ = true;
  if (role_ == NoiseRole::responder && refusal_) {
    const auto answer = encode(*refusal_);
    std::ranges::copy(answer, output_.append(answer.size()).begin());
    silent_ = false;
  }
  return error;
}

// --- Handshake --------------------------------------------------------------------------------

Result<void> SecureChannel::take_preamble(ByteView& bytes) {
  const std::size_t count = std::min(bytes.size(), kPreambleBytes - preamble_bytes_.size());
  append(preamble_bytes_, bytes.first(count));
  bytes = bytes.subspan(count);
  if (!may_start_preamble(preamble_bytes_)) return Error{Errc::malformed, "preamble"};
  if (preamble_bytes_.size() < kPreambleBytes) return {};

  auto preamble = decode_preamble(preamble_bytes_);
  if (!preamble) {
    if (preamble.error().code == Errc::unsupported) refusal_ = refusal_of(preamble_bytes_);
    return std::move(preamble).error();
  }
  preamble_ = *preamble;
  if (std::ranges::count(device_->suites, preamble_.suite) == 0) {
    return refuse(Refusal::suite, "cipher suite");
  }
  if (std::ranges::count(options_.purposes, preamble_.purpose) == 0) {
    return refuse(Refusal::purpose, "purpose");
  }
  start_handshake(preamble_bytes_);
  phase_ = Phase::first_message;
  return {};
}

Result<void> SecureChannel::refuse(Refusal refusal, const char* what) {
  refusal_ = refusal;
  return Error{Errc::unsupported, what};
}

Result<void> SecureChannel::take_message(ByteView message) {
  switch (phase_) {
    case Phase::first_message: return take_first_message(message);
    case Phase::second_message: return take_second_message(message);
    case Phase::third_message: return take_third_message(message);
    case Phase::established: return open(message);
    case Phase::preamble:
    case Phase::over: break;
  }
  LANSYNC_ASSERT(false);
  return {};
}

// Its payload, which anybody could have written, is ignored.
Result<void> SecureChannel::take_first_message(ByteView message) {
  const auto payload = handshake_->read_message(message);
  if (!payload) return payload.error();
  phase_ = Phase::third_message;
  return write_handshake_message(own_hello());
}

Result<void> SecureChannel::take_second_message(ByteView message) {
  if (message.size() == 1) return take_refusal(message[0]);
  const auto payload = handshake_->read_message(message);
  if (!payload) return payload.error();
  // Before the third message, which shows the responder who we are.
  auto accepted = accept_hello(*payload);
  if (!accepted) return accepted;
  auto written = write_handshake_message(own_hello());
  if (!written) return written;
  return establish();
}

Result<void> SecureChannel::take_refusal(std::byte code) {
  auto refusal = decode_refusal(code);
  if (!refusal) return std::move(refusal).error();
  refusal_ = *refusal;
  switch (*refusal) {
    case Refusal::version: return Error{Errc::unsupported, "protocol version"};
    case Refusal::suite: return Error{Errc::unsupported, "cipher suite"};
    case Refusal::purpose: break;
  }
  return Error{Errc::unsupported, "purpose"};
}

Result<void> SecureChannel::take_third_message(ByteView message) {
  const auto payload = handshake_->read_message(message);
  if (!payload) return payload.error();
  auto accepted = accept_hello(*payload);
  if (!accepted) return accepted;
  return establish();
}

Bytes SecureChannel::own_hello() const {
  return encode(Hello{device_->suites, device_->certificate, wall_, device_->software_version});
}

Result<void> SecureChannel::accept_hello(ByteView payload) {
  auto hello = decode_hello(payload);
  if (!hello) return std::move(hello).error();
  const DeviceCertificate& certificate = hello->certificate;
  if (certificate.noise_key != handshake_->remote_key()) {
    return Error{Errc::not_authentic, "device certificate"};
  }
  if (certificate.device == device_->keys.id()) {
    met_itself_ = true;
    return Error{Errc::refused, "this device itself"};
  }
  constexpr std::int64_t kSlackNs = std::chrono::nanoseconds(kCertificateClockSlack).count();
  const WallTime latest = std::max(wall_, hello->clock);
  if (certificate.not_before > latest && static_cast<std::uint64_t>(certificate.not_before.ns) -
                                                 static_cast<std::uint64_t>(latest.ns) >
                                             std::uint64_t{kSlackNs}) {
    return Error{Errc::refused, "device certificate from the future"};
  }
  if (best_common_suite(device_->suites, hello->suites) != preamble_.suite) {
    return Error{Errc::refused, "a worse cipher suite than both sides have"};
  }
  if (!options_.accept_peer(preamble_.purpose, certificate.device)) {
    return Error{Errc::refused, "device " + short_name(certificate.device)};
  }
  peer_ = PeerIdentity{certificate, hello->clock, std::move(hello->software_version)};
  return {};
}

Result<void> SecureChannel::establish() {
  auto session = handshake_->split(options_.nonces);
  if (!session) return std::move(session).error();
  session_ = std::move(*session);
  handshake_hash_ = session_->hash;
  handshake_.reset();
  frames_.set_limits(kTransportFrames);
  phase_ = Phase::established;
  return {};
}

const PeerIdentity& SecureChannel::peer() const {
  LANSYNC_ASSERT(peer_.has_value());
  return *peer_;
}

const HandshakeHash& SecureChannel::handshake_hash() const {
  LANSYNC_ASSERT(peer_.has_value());
  return handshake_hash_;
}

std::optional<CipherSuite> SecureChannel::alternative_suite() const {
  if (role_ != NoiseRole::initiator || refusal_ != Refusal::suite) return std::nullopt;
  std::vector<CipherSuite> others = device_->suites;
  std::erase(others, preamble_.suite);
  return best_common_suite(others, others);
}

// --- Records ----------------------------------------------------------------------------------

Result<void> SecureChannel::open(ByteView message) {
  const std::size_t text_bytes = message.size() - kAeadTagBytes;
  if (text_bytes <= assembler_.missing()) {
    auto opened = open_to(assembler_.room(text_bytes), message);
    if (!opened) return opened;
    return add_plaintext(text_bytes);
  }
  scratch_.resize(text_bytes);
  auto opened = open_to(scratch_, message);
  if (!opened) return opened;
  ByteView text = scratch_;
  while (!text.empty() && !closed_by_peer_) {
    const auto room = assembler_.room(text.size());
    std::copy_n(text.begin(), room.size(), room.begin());
    text = text.subspan(room.size());
    auto added = add_plaintext(room.size());
    if (!added) return added;
  }
  return {};
}

Result<void> SecureChannel::open_to(std::span<std::byte> text, ByteView message) {
  return session_->receive.open(open_cipher_, {}, message.first(text.size()), text,
                                message.last<kAeadTagBytes>());
}

Result<void> SecureChannel::add_plaintext(std::size_t count) {
  auto record = assembler_.filled(count);
  if (!record) return std::move(record).error();
  if (!*record) return {};
  if ((*record)->header.type == RecordType::close) return add_close((*record)->payload);
  records_.push_back(*std::move(*record));
  return {};
}

Result<void> SecureChannel::add_close(ByteView payload) {
  if (payload.size() != kCloseBytes) return Error{Errc::malformed, "close"};
  const auto reason = static_cast<Errc>(load_be<std::uint16_t>(payload));
  // A reason of a later version is still a reason.
  const bool known = reason >= Errc::truncated && reason <= Errc::cancelled;
  closed_by_peer_ = known ? reason : Errc::closed;
  return {};
}

std::optional<Record> SecureChannel::next_record() {
  if (records_.empty()) return std::nullopt;
  Record record = std::move(records_.front());
  records_.pop_front();
  return record;
}

Result<void> SecureChannel::send(const RecordHeader& header, std::span<const ByteView> payload) {
  LANSYNC_ASSERT(header.type > RecordType::close);
  if (!established() || closed_by_us_) return Error{Errc::wrong_state, "channel"};
  return seal(header, payload);
}

void SecureChannel::close(Errc reason) {
  if (!established() || closed_by_us_) return;
  closed_by_us_ = true;
  Bytes payload;
  append_be(payload, static_cast<std::uint16_t>(reason));
  const ByteView pieces[] = {payload};
  // If the nonces are used up, the channel is over without a last word.
  static_cast<void>(seal({RecordType::close, 0, 0}, pieces));
}

Result<void> SecureChannel::seal(const RecordHeader& header, std::span<const ByteView> payload) {
  std::size_t payload_bytes = 0;
  for (const ByteView piece : payload) payload_bytes += piece.size();
  const auto header_bytes = encode(header, payload_bytes);
  PieceReader plaintext(header_bytes, payload);
  std::size_t rest = kRecordHeaderBytes + payload_bytes;
  output_.reserve(wire_bytes(rest));
  while (rest > 0) {
    const std::size_t text_bytes = std::min(rest, kTextBytesMax);
    const auto message = output_.append(kFrameLengthBytes + text_bytes + kAeadTagBytes);
    put_length(message, text_bytes + kAeadTagBytes);
    const auto text = message.subspan(kFrameLengthBytes, text_bytes);
    auto sealed = session_->send.seal(seal_cipher_, {}, plaintext.read(text), text,
                                      message.last<kAeadTagBytes>());
    if (!sealed) return fail(std::move(sealed).error());
    rest -= text_bytes;
  }
  return {};
}

}  // namespace lansync
