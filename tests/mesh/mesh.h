// Many devices of one share, each connected with each, in virtual time.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/share_engine.h"
#include "core/index/memory_index.h"
#include "tests/mesh/members.h"
#include "tests/mesh/traffic.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/random_stream.h"
#include "tests/support/memory_file_system.h"

namespace lansync::mesh {

// Real engines, indexes and disks in memory, the real wire format; what is driven by a ShareHost in
// life is driven here in the same way: inputs end with a look at all that every peer may be told,
// once for the messages and results that come before the loop gets to it, which takes as long as
// such looks take. Nothing breaks: what is measured is what a mesh costs that works.
//
// A node wants a connection with every member (transport/node.h), so each device has one with each
// other. Each device's cable carries 1 Gbit/s outwards; a message arrives 0.2 to 0.7 ms later.
//
// Equal seeds give equal runs, but for the processor time.
class Mesh {
 public:
  Mesh(std::size_t devices, std::uint64_t seed);
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;
  ~Mesh();

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  // Connects each device with each other. Once.
  void connect_all();
  // A person of this device writes so many small files at once, under names that begin so, each
  // with one new change, and the watcher tells.
  void write(std::size_t device, const std::string& path, std::size_t files = 1);

  void pass(Duration time);
  // Until nothing travels, nothing is done and nothing is due any more, all is known to all, and
  // all is on every disk. False if that does not come about.
  [[nodiscard]] bool rest();

  // --- Since forget() ---
  void forget();
  [[nodiscard]] const Traffic& traffic() const { return traffic_; }
  // Of each device's engine, the wire format included.
  [[nodiscard]] const std::vector<Duration>& processor_times() const { return busy_; }
  // From each write() to when the last device had it.
  [[nodiscard]] const std::vector<Duration>& arrivals() const { return arrivals_; }

  // What an engine found wrong with what another said: nothing, ever.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
  [[nodiscard]] std::string content(std::size_t device, const std::string& path) const;

 private:
  struct Device;
  // A write that some have not got yet.
  struct Awaited {
    Dot last;  // Of its changes.
    TimePoint since;
    std::vector<bool> has;
    std::size_t lacking = 0;
  };

  [[nodiscard]] Now now() const;
  // Lets an engine hear of something, and takes what it has to say to that.
  template <class Tell>
  void give_input(std::size_t device, Tell tell);
  // The same, and takes it once for all that comes meanwhile.
  template <class Tell>
  void gather_input(std::size_t device, Tell tell);
  void drain(std::size_t device);
  void start_jobs(std::size_t device);
  void send_to(std::size_t from, std::size_t to);
  void send(std::size_t from, std::size_t to, std::size_t kind, Bytes bytes);
  void receive(std::size_t to, std::size_t from, bool bulk, const Bytes& bytes);
  void run_job(std::size_t device, const Job& job);
  [[nodiscard]] bool has_room(std::size_t device) const;
  void drain_when_there_is_room(std::size_t device);
  void arm_timer(std::size_t device);
  void note_arrivals(std::size_t device);
  [[nodiscard]] bool quiet() const;
  Duration random_up_to(Duration most);

  Members members_;
  sim::EventQueue events_;
  sim::RandomStream delays_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::size_t under_way_ = 0;  // Messages, jobs and waits for room.
  std::uint64_t versions_ = 0;
  std::deque<Awaited> awaited_;
  Traffic traffic_;
  std::vector<Duration> busy_;
  std::vector<Duration> arrivals_;
  std::vector<std::string> complaints_;
};

}  // namespace lansync::mesh
