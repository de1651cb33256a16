// A TCP connection, in the plainest way.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/os/unique_fd.h"

namespace lansync::evil {

// Waits for what it does, and no longer than it is told to. Errors: the operating system's.
class TcpSocket {
 public:
  explicit TcpSocket(UniqueFd fd);
  static Result<TcpSocket> connect(const std::string& ip, std::uint16_t port);

  // How many of the bytes the system took before the patience was over or the connection.
  std::size_t send(ByteView bytes, Duration patience);
  // What has arrived, or nothing if nothing does within that time.
  Bytes receive(Duration patience);
  // The other side has said, or shown, that nothing follows.
  [[nodiscard]] bool ended() const { return ended_; }

  void stop_sending();
  // Ends it as a process does that dies with bytes unread: the other side gets a reset.
  void reset();
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
  bool ended_ = false;
};

// Takes connections on a port of all addresses.
class TcpListener {
 public:
  // On any free port, if `port` is 0.
  static Result<TcpListener> open(std::uint16_t port);
  // Requires that one is waiting (poll its fd), or waits for one.
  Result<TcpSocket> accept();
  // Nobody is there any more.
  void close() { fd_ = UniqueFd(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  TcpListener(UniqueFd fd, std::uint16_t port) : fd_(std::move(fd)), port_(port) {}

  UniqueFd fd_;
  std::uint16_t port_ = 0;
};

// Whether the descriptor becomes ready (POLLIN, POLLOUT) within that time.
bool wait_for(int fd, short events, Duration patience);

}  // namespace lansync::evil
