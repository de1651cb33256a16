// Two devices, of which the first may lose its power at any moment.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/job_runner.h"
#include "core/engine/share_engine.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/watched_index.h"

namespace lansync::test {

inline constexpr std::size_t kSubject = 0;  // The device that crashes.
inline constexpr std::size_t kOther = 1;    // Where most of the changes come from.

// What is left of both devices at a moment: of the subject's disk with all that was not durable.
struct Moment {
  std::array<DiskImage, 2> disks;
  std::array<WatchedIndex::Committed, 2> indexes;
  Now now;
  std::uint64_t boots = 0;  // Of the subject.
  std::string what;         // Was about to happen.
};

// Two engines with memory disks and indexes. Jobs and messages take no time and come in order, so
// equal inputs give equal runs; time passes only while nothing else can happen.
class CrashWorld {
 public:
  // Both folders are new.
  CrashWorld();
  // Neither engine runs yet; nothing is lost yet.
  explicit CrashWorld(const Moment& moment);

  MemoryFileSystem& fs(std::size_t i) { return nodes_[i]->fs; }
  WatchedIndex& index(std::size_t i) { return nodes_[i]->index; }
  ShareEngine& engine(std::size_t i) { return *nodes_[i]->engine; }
  [[nodiscard]] Author author(std::size_t i) const;
  // How many changes a device has made.
  [[nodiscard]] std::uint64_t changes_by(std::size_t i);

  // The engine starts, again if it runs. What its index had not committed is lost.
  void boot(std::size_t i);
  // The subject's machine goes down. Its engine does not run.
  void lose_power(const Choose& choose);
  void connect();
  void disconnect();
  // The watcher noticed something.
  void changed(std::size_t i);
  [[nodiscard]] Now now() const;
  void pass(Duration time) { now_ += time; }
  // Until both are in sync and nothing happens any more. False if it takes too long.
  bool settle();
  // Lets time pass for devices that may have nothing to wait for.
  void run_for(Duration duration);

  // Calls back at each moment at which a crash of the subject may leave something else than at the
  // one before: before whatever changes its disk, and before each commit. With nullptr no more.
  void watch(std::function<void(Moment)> callback);
  [[nodiscard]] Moment moment(std::string what);

  // What engines found wrong with what they were sent; the connection is cut then.
  [[nodiscard]] const std::string& complaints() const { return complaints_; }
  void forget_complaints() { complaints_.clear(); }

 private:
  struct Node {
    Node() = default;
    explicit Node(WatchedIndex::Committed committed) : index(std::move(committed)) {}

    MemoryFileSystem fs;
    WatchedIndex index;
    std::optional<Membership> membership;
    std::unique_ptr<ShareEngine> engine;
  };

  void tick();
  bool pump(std::size_t i);
  [[nodiscard]] bool quiet() const;
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  void advance_to(TimePoint time);

  std::array<std::unique_ptr<Node>, 2> nodes_;
  TimePoint now_;
  std::uint64_t boots_ = 0;
  bool connected_ = false;
  std::string complaints_;
};

}  // namespace lansync::test
