#include "tests/e2e/evil_peer/tcp_socket.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace lansync::evil {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;

int milliseconds(Duration patience) {
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  return static_cast<int>(std::max<std::int64_t>(count, 0));
}

// A socket address as the system calls want it.
template <class Address>
sockaddr* generic(Address& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

}  // namespace

bool wait_for(int fd, short events, Duration patience) {
  pollfd one{.fd = fd, .events = events, .revents = 0};
  return ::poll(&one, 1, milliseconds(patience)) > 0;
}

TcpSocket::TcpSocket(UniqueFd fd) : fd_(std::move(fd)) {
  const int on = 1;
  (void)::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  (void)::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
}

Result<TcpSocket> TcpSocket::connect(const std::string& ip, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, ip.c_str(), &address.sin_addr) != 1) return Error{Errc::malformed, ip};
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return Error::from_errno("socket");
  if (::connect(fd.get(), generic(address), sizeof(address)) != 0) return Error::from_errno(ip);
  return TcpSocket(std::move(fd));
}

std::size_t TcpSocket::send(ByteView bytes, Duration patience) {
  const TimePoint deadline = Clock::now() + patience;
  std::size_t sent = 0;
  while (sent < bytes.size() && !ended_) {
    const ssize_t count = ::send(fd(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno != EAGAIN && errno != EINTR) {
      ended_ = true;
    } else if (!wait_for(fd(), POLLOUT, deadline - Clock::now())) {
      break;
    }
  }
  return sent;
}

Bytes TcpSocket::receive(Duration patience) {
  if (ended_ || !wait_for(fd(), POLLIN, patience)) return {};
  Bytes bytes(kReadBytes);
  const ssize_t count = ::recv(fd(), bytes.data(), bytes.size(), 0);
  ended_ = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

void TcpSocket::stop_sending() { (void)::shutdown(fd(), SHUT_WR); }

void TcpSocket::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  (void)::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  fd_ = UniqueFd();
  ended_ = true;
}

Result<TcpListener> TcpListener::open(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return Error::from_errno("socket");
  const int on = 1;
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  if (::bind(fd.get(), generic(address), sizeof(address)) != 0) return Error::from_errno("bind");
  if (::listen(fd.get(), SOMAXCONN) != 0) return Error::from_errno("listen");
  socklen_t size = sizeof(address);
  if (::getsockname(fd.get(), generic(address), &size) != 0) return Error::from_errno("port");
  return TcpListener(std::move(fd), ntohs(address.sin_port));
}

Result<TcpSocket> TcpListener::accept() {
  UniqueFd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd) return Error::from_errno("accept");
  return TcpSocket(std::move(fd));
}

}  // namespace lansync::evil
