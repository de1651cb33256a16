// Lets others in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "transport/asio.h"
#include "transport/half_open_slots.h"
#include "transport/log_limiter.h"

namespace lansync {

struct ListenOptions {
  // A numeric address; empty for all of this machine's, IPv6 and IPv4.
  std::string address;
  // 0 for any that is free.
  std::uint16_t port = 0;
  HalfOpenLimits half_open;
};

// Accepts TCP connections on one port and hands them on, each with a ticket for one of the few
// places for strangers. It knows nothing of what is said on them; the ticket tells it who never got
// through the handshake, and it reports that with restraint.
//
// open() it, run run() to its end, which stop() brings about, then destroy it. Confined to the
// network thread.
class Listener {
 public:
  // Called on the network thread from within run(); must not throw.
  using OnAccepted = std::function<void(asio::ip::tcp::socket socket, HalfOpenTicket ticket)>;

  // Errors: the operating system's, naming the address: address_in_use above all; malformed, if the
  // address is not one.
  static Result<std::unique_ptr<Listener>> open(const asio::any_io_executor& executor,
                                                const ListenOptions& options,
                                                OnAccepted on_accepted, LogLimiter::Log log = {});

  asio::awaitable<void> run();
  void stop();

  // What it listens on: the port is never 0.
  [[nodiscard]] const asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }

 private:
  Listener(asio::ip::tcp::acceptor acceptor, HalfOpenLimits limits, OnAccepted on_accepted,
           LogLimiter::Log log);

  void hand_on(asio::ip::tcp::socket socket) noexcept;

  asio::ip::tcp::acceptor acceptor_;
  asio::ip::tcp::endpoint endpoint_;
  asio::steady_timer pause_;
  OnAccepted on_accepted_;
  // Shared with the slots, whose tickets may outlive us.
  std::shared_ptr<LogLimiter> log_;
  HalfOpenSlots slots_;
};

}  // namespace lansync
