// Real sockets, as near as they come: two ends of one TCP connection in this process.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/core/wire/channel_pair.h"
#include "transport/connection.h"

namespace lansync::test {

using asio::ip::tcp;

inline std::pair<tcp::socket, tcp::socket> connected_pair(asio::io_context& context) {
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  tcp::socket left(context);
  left.connect(acceptor.local_endpoint());
  tcp::socket right = acceptor.accept();
  return {std::move(left), std::move(right)};
}

inline Now real_now() { return {Clock::now(), kNow.wall}; }

inline SecureChannel initiate(TestDevice& device, Purpose purpose = Purpose::sync) {
  return SecureChannel::initiate(device.local, purpose, open_options(), real_now());
}

inline SecureChannel respond(TestDevice& device, Duration timeout = limits::kHandshakeTimeout) {
  auto options = open_options();
  options.handshake_timeout = timeout;
  return SecureChannel::respond(device.local, options, real_now());
}

// Remembers what happened, and does what the test asks it to meanwhile.
class RecordingObserver final : public ConnectionObserver {
 public:
  std::function<void(Connection&)> established = [](Connection&) {};
  std::function<void(Connection&, Record)> record = [](Connection&, const Record&) {};
  std::function<void(Connection&)> drained = [](Connection&) {};

  int established_count = 0;
  std::vector<Record> records;
  std::optional<Error> closed;

  void on_established(Connection& connection) override {
    ++established_count;
    established(connection);
  }
  void on_record(Connection& connection, Record arrived) override {
    REQUIRE_FALSE(closed);
    if (keep_records) records.push_back(arrived);
    record(connection, std::move(arrived));
  }
  void on_drained(Connection& connection) override { drained(connection); }
  void on_closed(Connection&, const Error& error) override {
    REQUIRE_FALSE(closed);
    closed = error;
  }

  bool keep_records = true;
};

// A connection, its observer, and the coroutine that runs it.
struct Side {
  Side(tcp::socket socket, SecureChannel channel, ConnectionOptions options = {},
       HalfOpenTicket ticket = {})
      : context(socket.get_executor()),
        connection(std::move(socket), std::move(channel), observer, options, std::move(ticket)) {}

  void start() {
    asio::co_spawn(context, connection.run(), [this](const std::exception_ptr& thrown) {
      failure = thrown;
      finished = true;
    });
  }

  asio::any_io_executor context;
  RecordingObserver observer;
  Connection connection;
  std::exception_ptr failure;
  bool finished = false;
};

inline Result<void> send(Connection& connection, RecordType type, std::uint16_t stream,
                         ByteView payload) {
  const ByteView pieces[] = {payload};
  return connection.send({type, 0, stream}, pieces);
}

}  // namespace lansync::test
