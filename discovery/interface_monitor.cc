#include "discovery/interface_monitor.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "discovery/limits.h"

namespace lansync {
namespace {

FileDescriptor open_route_socket() {
  FileDescriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (!fd.valid() ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return {};
  }
  return fd;
}

}  // namespace

InterfaceMonitor::InterfaceMonitor(AvahiLoop& loop, AvahiLoop::Task changed)
    : socket_(open_route_socket()), settled_(loop, std::move(changed)) {
  if (!socket_.valid()) return;
  watch_ = std::make_unique<LoopWatch>(loop, socket_.get(), [this] { handle_ready(); });
}

void InterfaceMonitor::handle_ready() {
  std::array<std::byte, 8192> message{};
  // ENOBUFS: messages were lost, which is as good as having got them.
  while (::recv(socket_.get(), message.data(), message.size(), 0) > 0 || errno == ENOBUFS) {
    errno = 0;
  }
  if (!settled_.armed()) settled_.arm_after(discovery_limits::kNetworkSettleTime);
}

}  // namespace lansync
