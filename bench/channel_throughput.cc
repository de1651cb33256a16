// How fast bulk data goes through the channel: sealed, sent over TCP on this machine, opened.
//
//   channel_throughput [MiB]
//
// Both sides run in threads of their own, as they would in two processes. Prints one line a suite.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "core/os/system_entropy.h"
#include "transport/connection.h"

namespace lansync {
namespace {

using asio::ip::tcp;

constexpr RecordType kBulk{200};
constexpr std::size_t kRecordBytes = limits::kBulkRecordBytesMax;
constexpr std::size_t kQueueBytes = std::size_t{4} << 20;

struct Device {
  explicit Device(CipherSuite suite)
      : keys(DeviceKeys::generate(entropy)),
        local{keys, entropy, keys.certify({}), {suite}, "bench"} {}

  SystemEntropy entropy;
  DeviceKeys keys;
  LocalDevice local;
};

ChannelOptions options() {
  ChannelOptions options;
  options.accept_peer = [](Purpose, const DeviceId&) { return true; };
  return options;
}

class Sender final : public ConnectionObserver {
 public:
  explicit Sender(std::size_t records) : left_(records), payload_(kRecordBytes, std::byte{0x5a}) {}

  void on_established(Connection& connection) override { fill(connection); }
  void on_record(Connection&, Record) override {}
  void on_drained(Connection& connection) override { fill(connection); }
  void on_closed(Connection&, const Error&) override {}

 private:
  void fill(Connection& connection) {
    const ByteView pieces[] = {payload_};
    while (left_ > 0 && connection.queued_bytes() < kQueueBytes) {
      if (!connection.send({kBulk, 0, 0}, pieces)) std::abort();
      --left_;
    }
    if (left_ == 0) connection.close(Errc::cancelled);
  }

  std::size_t left_;
  Bytes payload_;
};

class Receiver final : public ConnectionObserver {
 public:
  std::size_t bytes = 0;
  TimePoint start;
  TimePoint end;

  void on_established(Connection&) override { start = Clock::now(); }
  void on_record(Connection& connection, Record record) override {
    bytes += record.payload.size();
    connection.reuse(std::move(record.payload));
  }
  void on_drained(Connection&) override {}
  void on_closed(Connection&, const Error&) override { end = Clock::now(); }
};

void run_side(tcp::socket socket, asio::io_context& context, SecureChannel channel,
              ConnectionObserver& observer) {
  Connection connection(std::move(socket), std::move(channel), observer);
  asio::co_spawn(context, connection.run(), [](const std::exception_ptr& failure) {
    if (failure) std::abort();
  });
  context.run();
}

void measure(CipherSuite suite, const char* name, std::size_t mebibytes) {
  Device ann(suite);
  Device bob(suite);
  asio::io_context sending{1};
  asio::io_context receiving{1};
  tcp::acceptor acceptor(receiving, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  tcp::socket dialled(sending);
  dialled.connect(acceptor.local_endpoint());
  tcp::socket accepted = acceptor.accept();

  const Now now{Clock::now(), {}};
  Receiver receiver;
  std::thread other([&] {
    run_side(std::move(accepted), receiving, SecureChannel::respond(bob.local, options(), now),
             receiver);
  });
  Sender sender(mebibytes);
  run_side(std::move(dialled), sending,
           SecureChannel::initiate(ann.local, Purpose::sync, options(), now), sender);
  other.join();

  const std::chrono::duration<double> seconds = receiver.end - receiver.start;
  std::printf("%-20s %7zu MiB %8.3f s %8.0f MB/s\n", name, receiver.bytes >> 20, seconds.count(),
              static_cast<double>(receiver.bytes) / 1e6 / seconds.count());
}

}  // namespace
}  // namespace lansync

int main(int argc, char** argv) {
  const std::size_t mebibytes = argc > 1 ? std::stoul(argv[1]) : 4096;
  lansync::measure(lansync::CipherSuite::chacha20_poly1305, "ChaCha20-Poly1305", mebibytes);
  if (lansync::aes_available()) {
    lansync::measure(lansync::CipherSuite::aes256_gcm, "AES-256-GCM", mebibytes);
  }
}
