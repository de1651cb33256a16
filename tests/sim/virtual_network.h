// Cables and connections in virtual time.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/random_stream.h"
#include "tests/sim/story.h"

namespace lansync::sim {

// Whoever sits at the ends. All calls come from events, none from within a call to the network.
class NetworkUser {
 public:
  virtual ~NetworkUser() = default;
  virtual void peer_up(std::size_t device, std::size_t peer) = 0;
  virtual void peer_down(std::size_t device, std::size_t peer) = 0;
  virtual void message(std::size_t to, std::size_t from, const Bytes& bytes, bool bulk) = 0;
  // There is room again for what this device has to send.
  virtual void room(std::size_t device) = 0;
};

// Connections as a node has them: in order, authentic, with an end that is noticed by each side on
// its own, now or much later. Between any two devices that run and have a cable a connection comes
// about by itself, as both dial.
//
// A connection that a new one replaces stays in use by the end that has not noticed yet; what it
// sends is lost.
class VirtualNetwork {
 public:
  VirtualNetwork(EventQueue& events, const Story& story, NetworkUser& user);

  void set_running(std::size_t device, bool running, bool silently);
  void set_cable(std::size_t a, std::size_t b, bool in);

  void drop(std::size_t a, std::size_t b);
  // Only `noticing` is told before kSilenceMax.
  void half_open(std::size_t noticing, std::size_t other);
  void freeze(std::size_t from, std::size_t to);
  void redial(std::size_t a, std::size_t b);
  // Everything is well from now on.
  void heal();

  [[nodiscard]] bool has_room(std::size_t from, std::size_t to) const;
  void send(std::size_t from, std::size_t to, Bytes bytes, bool bulk);
  // Whether both ends have the same connection.
  [[nodiscard]] bool connected(std::size_t a, std::size_t b) const;
  [[nodiscard]] const std::vector<std::size_t>& peers(std::size_t device) const {
    return peers_[device];
  }

 private:
  using Pair = std::pair<std::size_t, std::size_t>;
  struct Connection {
    bool dead = false;
    std::map<std::size_t, TimePoint> up_at;         // By end.
    std::map<std::size_t, TimePoint> last_arrival;  // By receiving end.
    std::map<std::size_t, TimePoint> free_at;       // By sending end.
    std::map<std::size_t, TimePoint> frozen_until;  // By sending end.
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

  [[nodiscard]] bool reachable(std::size_t a, std::size_t b) const;
  void dial_later(std::size_t a, std::size_t b, Duration most);
  void establish(std::size_t a, std::size_t b);
  void come_up(std::size_t end, std::size_t peer, const ConnectionPtr& connection);
  void lose(std::size_t a, std::size_t b, Duration a_notices, Duration b_notices);
  void notice(std::size_t end, std::size_t peer);
  [[nodiscard]] ConnectionPtr current(std::size_t end, std::size_t peer) const;
  void set_current(std::size_t end, std::size_t peer, ConnectionPtr connection);
  [[nodiscard]] Duration latency_max() const {
    return std::chrono::microseconds(traits_.latency_us + 1);
  }
  Duration random(std::size_t from, std::size_t to, Duration most);
  [[nodiscard]] Duration time_on_wire(std::size_t from, std::size_t to, std::size_t bytes) const;

  EventQueue& events_;
  const Network traits_;
  NetworkUser& user_;
  std::vector<bool> running_;
  std::set<Pair> cut_;                         // Smaller device first.
  std::map<Pair, ConnectionPtr> connections_;  // What an end (first) takes for its own.
  std::map<Pair, ConnectionPtr> latest_;       // Smaller device first.
  std::set<Pair> dialling_;
  std::vector<std::vector<std::size_t>> peers_;
  std::map<Pair, RandomStream> streams_;
};

}  // namespace lansync::sim
