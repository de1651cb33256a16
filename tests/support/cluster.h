// Several devices with one share, in virtual time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/crypto/identity.h"
#include "core/engine/job_runner.h"
#include "core/engine/share_engine.h"
#include "core/index/memory_index.h"
#include "tests/support/memory_file_system.h"

namespace lansync::test {

// N engines with memory file systems, memory indexes and a memory network: messages take their
// time, jobs take theirs, and everything goes through the real wire encoding and the real job
// runner. One seed decides all delays, so a run repeats exactly.
//
// Users act through node(i).fs, followed by changed(i): the watcher.
class Cluster {
 public:
  struct Node {
    DeviceKeys keys;
    std::string name;
    MemoryFileSystem fs;
    MemoryIndex index;
    std::uint64_t incarnation = 1;
    std::string boot = "the first";  // Of the machine; a restart() leaves it running.
    std::optional<Membership> membership;
    std::unique_ptr<ShareEngine> engine;
    std::uint64_t content_bytes_received = 0;
    std::uint64_t content_bytes_sent = 0;
  };

  // All are members from the start; none is connected yet.
  Cluster(std::size_t nodes, std::uint64_t seed);

  Node& node(std::size_t i) { return *nodes_[i]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] Now now() const { return {now_, WallTime{wall_of(now_)}}; }

  void connect(std::size_t a, std::size_t b);
  void disconnect(std::size_t a, std::size_t b);
  void connect_all();
  // Node `by` ends the membership of node `whom`.
  void remove_member(std::size_t by, std::size_t whom);
  // The watcher of node i noticed something.
  void changed(std::size_t i);
  // A person of node i wants everybody to have looked.
  std::uint64_t begin_flush(std::size_t i);
  // From now on node i publishes and asks like any other, and answers no request for bytes; or it
  // does again.
  void serve_nothing(std::size_t i) { mute_.insert(i); }
  void serve_again(std::size_t i) { mute_.erase(i); }
  // The process dies and starts again: connections and what was not committed are lost.
  void restart(std::size_t i);
  // As restart(), without the index: the device begins a new log.
  void lose_index(std::size_t i);

  // Lets virtual time pass.
  void run_for(Duration duration);
  // Until nothing happens any more and every engine is in sync. False if that takes more than
  // `steps_max` events.
  bool settle(std::size_t steps_max = 200'000);
  // Whether every connected device shows the same tree.
  [[nodiscard]] bool same_trees();
  [[nodiscard]] SeenTree tree(std::size_t i) { return node(i).fs.snapshot(); }
  // Errors that engines found in what their peers said.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  struct Event {
    TimePoint at;
    std::uint64_t serial = 0;
    std::function<void()> happen;
    friend bool operator>(const Event& left, const Event& right) {
      return std::tie(left.at, left.serial) > std::tie(right.at, right.serial);
    }
  };
  struct Link {
    bool up = false;
    std::uint64_t generation = 0;  // Messages of a cut connection never arrive.
    TimePoint last_arrival{};      // A connection keeps its order.
  };

  [[nodiscard]] static std::int64_t wall_of(TimePoint at);
  void boot(std::size_t i);
  void drain(std::size_t i);
  bool step();
  void schedule(Duration delay, std::function<void()> happen);
  void deliver(std::size_t from, std::size_t to, Bytes message, bool bulk);
  Duration random_delay(Duration max);
  [[nodiscard]] std::size_t index_of(const DeviceId& device) const;

  std::mt19937_64 random_;
  TimePoint now_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::pair<std::size_t, std::size_t>, Link> links_;
  std::vector<std::uint64_t> lives_;
  std::vector<Event> events_;  // A heap, earliest first.
  std::uint64_t next_serial_ = 0;
  std::vector<std::string> complaints_;
  std::set<std::size_t> mute_;
};

}  // namespace lansync::test
