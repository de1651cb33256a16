#include "tests/e2e/evil_peer/conversation.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lansync::evil {
namespace {

constexpr std::chrono::seconds kAnswerTime{5};
constexpr std::size_t kSaidBytesMax = std::size_t{64} << 10;

ChannelOptions options() {
  ChannelOptions options;
  options.purposes = {Purpose::sync, Purpose::pair};
  options.accept_peer = [](Purpose, const DeviceId&) { return true; };
  return options;
}

}  // namespace

Now present() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {Clock::now(),
          WallTime{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()}};
}

Result<Conversation> Conversation::dial(const LocalDevice& device, Purpose purpose,
                                        const std::string& ip, std::uint16_t port) {
  auto socket = TcpSocket::connect(ip, port);
  if (!socket) return std::move(socket).error();
  Conversation conversation(*std::move(socket),
                            SecureChannel::initiate(device, purpose, options(), present()));
  if (auto met = conversation.shake_hands(); !met) return std::move(met).error();
  return conversation;
}

Result<Conversation> Conversation::answer(const LocalDevice& device, TcpSocket socket) {
  Conversation conversation(std::move(socket),
                            SecureChannel::respond(device, options(), present()));
  if (auto met = conversation.shake_hands(); !met) return std::move(met).error();
  return conversation;
}

Result<void> Conversation::shake_hands() {
  while (!channel_.established()) {
    send_sealed(take_output());
    if (const Bytes bytes = socket_.receive(kAnswerTime); !bytes.empty()) {
      if (auto taken = channel_.handle_bytes(bytes); !taken) return taken;
    } else {
      return Error{Errc::peer_timed_out, "handshake"};
    }
  }
  send_sealed(take_output());
  return {};
}

Bytes Conversation::take_output() {
  Bytes bytes;
  while (!channel_.pending_output().empty()) {
    const ByteView piece = channel_.pending_output();
    append(bytes, piece);
    channel_.consume_output(piece.size());
  }
  return bytes;
}

Bytes Conversation::seal(const RecordHeader& header, std::span<const ByteView> payload) {
  if (!channel_.send(header, payload)) return {};
  return take_output();
}

std::size_t Conversation::push(ByteView bytes, Duration patience) {
  const std::size_t sent = socket_.send(bytes, patience);
  append(said_, bytes.first(std::min(sent, kSaidBytesMax - said_.size())));
  return sent;
}

bool Conversation::send_sealed(ByteView bytes) { return push(bytes, kAnswerTime) == bytes.size(); }

bool Conversation::say(RecordType type, ByteView payload) {
  const std::array<ByteView, 1> parts{payload};
  const Bytes sealed = seal({.type = type}, parts);
  return !sealed.empty() && send_sealed(sealed);
}

std::optional<Record> Conversation::hear(Duration patience) {
  const TimePoint deadline = Clock::now() + patience;
  for (;;) {
    if (auto record = channel_.next_record()) return record;
    if (ended()) return std::nullopt;
    const Bytes bytes = socket_.receive(std::max(deadline - Clock::now(), Duration::zero()));
    if (bytes.empty() && Clock::now() >= deadline) return std::nullopt;
    if (!bytes.empty()) (void)channel_.handle_bytes(bytes);
  }
}

}  // namespace lansync::evil
