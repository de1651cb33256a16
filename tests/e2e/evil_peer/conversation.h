// A channel to an honest device, of which the sealed bytes are at hand too.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/wire/secure_channel.h"
#include "tests/e2e/evil_peer/tcp_socket.h"

namespace lansync::evil {

// The program's own SecureChannel over a socket. `device` outlives it.
//
// What is said is sealed by seal() and sent by send_sealed(): between the two, whoever drives it
// may do to the bytes what a network can. say() does both.
class Conversation {
 public:
  // Returns when both sides are proven. Errors: of the network and the channel.
  static Result<Conversation> dial(const LocalDevice& device, Purpose purpose,
                                   const std::string& ip, std::uint16_t port);
  static Result<Conversation> answer(const LocalDevice& device, TcpSocket socket);

  bool say(RecordType type, ByteView payload);
  // The messages that carry this record.
  Bytes seal(const RecordHeader& header, std::span<const ByteView> payload);
  // False if the other side did not take all of it in time, or has gone.
  bool send_sealed(ByteView bytes);
  // How many of these bytes, whatever they are, the other side's system takes.
  std::size_t push(ByteView bytes, Duration patience);
  // Everything that went out so far, the first 64 KiB of it.
  [[nodiscard]] const Bytes& said() const { return said_; }

  // The next record, or nothing if none comes within that time.
  std::optional<Record> hear(Duration patience);
  // Nothing can come any more.
  [[nodiscard]] bool ended() const { return socket_.ended() || channel_.over(); }
  // The other side's last word.
  [[nodiscard]] std::optional<Errc> reason() const { return channel_.closed_by_peer(); }

  void stop_sending() { socket_.stop_sending(); }
  void reset() { socket_.reset(); }
  [[nodiscard]] const SecureChannel& channel() const { return channel_; }
  [[nodiscard]] int fd() const { return socket_.fd(); }

 private:
  Conversation(TcpSocket socket, SecureChannel channel)
      : socket_(std::move(socket)), channel_(std::move(channel)) {}

  Result<void> shake_hands();
  Bytes take_output();

  TcpSocket socket_;
  SecureChannel channel_;
  Bytes said_;
};

// The time, as the core wants to be told it.
Now present();

}  // namespace lansync::evil
