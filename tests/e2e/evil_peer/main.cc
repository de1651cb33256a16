// A member, or somebody who would like to be one, that does the wrong thing on purpose.
//
//   evil_peer
//
// Reads one order a line from its standard input, a JSON object whose "deed" names what to do; does
// it, and prints a JSON object with what came of it. Between orders it behaves: it answers pings
// and requests of the device it visits, as far as it was not told otherwise. Ends with its input.
#include <iostream>
#include <vector>

#include <poll.h>
#include <unistd.h>

#include "tests/e2e/evil_peer/deeds.h"

namespace lansync::evil {
namespace {

Deeds all_deeds() {
  Deeds deeds;
  for (Deeds some : {connection_deeds(), pairing_deeds(), share_deeds(), member_deeds()}) {
    deeds.merge(some);
  }
  return deeds;
}

// A whole line of standard input, or nothing yet. Clears `open` at the end.
class Orders {
 public:
  std::optional<std::string> next() {
    const std::size_t end = buffer_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
  }
  bool read() {
    std::vector<char> bytes(1 << 16);
    const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }

 private:
  std::string buffer_;
};

// Waits until there is something to do; whether standard input is ready.
bool wait(Peer& peer) {
  const bool hears = peer.visit && !peer.visit->deaf() && !peer.visit->conversation().ended();
  std::vector<pollfd> all{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
  all.push_back(
      {.fd = hears ? peer.visit->conversation().fd() : -1, .events = POLLIN, .revents = 0});
  for (const Trap& trap : peer.traps) {
    all.push_back({.fd = trap.listener.fd(), .events = POLLIN, .revents = 0});
  }
  (void)::poll(all.data(), all.size(), -1);
  if (all[1].revents != 0) peer.visit->attend(Duration::zero());
  std::size_t place = 2;
  for (Trap& trap : peer.traps) {
    if (all[place++].revents != 0) spring(peer, trap);
  }
  return all[0].revents != 0;
}

int run() {
  const Deeds deeds = all_deeds();
  Peer peer;
  Orders orders;
  for (;;) {
    if (wait(peer) && !orders.read()) return 0;
    while (const auto line = orders.next()) {
      const Json order = Json::parse(*line);
      std::cout << deeds.at(order.at("deed"))(peer, order).dump() << std::endl;
    }
  }
}

}  // namespace
}  // namespace lansync::evil

int main() { return lansync::evil::run(); }
