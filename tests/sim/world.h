// A household in virtual time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/attribution.h"
#include "tests/sim/bounds.h"
#include "tests/sim/confinement.h"
#include "tests/sim/device.h"
#include "tests/sim/disk_work.h"
#include "tests/sim/displacement.h"
#include "tests/sim/economy.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/ghost.h"
#include "tests/sim/person.h"
#include "tests/sim/virtual_network.h"

namespace lansync::sim {

// Devices with real engines, job runners and wire formats, on virtual disks and a virtual network,
// with people who act between any two calls to a disk. The story decides everything: equal stories
// give equal worlds, event by event, which trace() witnesses.
//
// Checks what has to hold at every moment as it goes; violation() keeps the first thing that did
// not. What has to hold at rest is in rest.h.
class World : private NetworkUser {
 public:
  // `verbose`: the log has the jobs as well.
  explicit World(const Story& story, bool verbose = false);

  // Performs the step, after its wait. Steps that ask for rest() are the caller's.
  void perform(const Step& step);
  // Everything that was broken is mended, and time passes until nothing happens any more. False if
  // that never comes.
  bool rest();
  // All programs start anew, and everything is looked at once more.
  void restart_all();
  // To be told when all is at rest.
  void note_rest();
  void run_for(Duration duration);

  [[nodiscard]] std::size_t size() const { return devices_.size(); }
  [[nodiscard]] Device& device(std::size_t i) { return *devices_[i]; }
  [[nodiscard]] Ghost& ghost() { return ghost_; }
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  void violate(std::string invariant, std::string what);
  [[nodiscard]] std::uint64_t trace() const { return trace_; }
  // What people did, and what befell the devices, with times.
  [[nodiscard]] const std::vector<std::string>& log() const { return log_; }
  // Counts of what a run has been through.
  struct Counts {
    std::uint64_t events = 0;
    std::uint64_t jobs = 0;
    std::uint64_t messages = 0;
    std::uint64_t content_bytes = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Armed {
    Step step;
    std::uint64_t calls_left = 0;
  };

  // What is watched of one device.
  struct Checks {
    explicit Checks(std::size_t peers) : bounds(peers) {}

    Displacement displacement;
    Confinement confinement;
    DiskWork work;
    Bounds bounds;                 // Of the program that runs.
    bool mounted_at_begin = true;  // Of the job under way.
  };

  void peer_up(std::size_t device, std::size_t peer) override;
  void peer_down(std::size_t device, std::size_t peer) override;
  void message(std::size_t to, std::size_t from, const Bytes& bytes, bool bulk) override;
  void room(std::size_t device) override { drain(device); }

  void before_call(std::size_t i);
  void perform_now(const Step& step, bool within_call);
  void person_acts(const Step& step);
  void supersede_displaced(std::size_t i, const std::string& removed, const SeenTree& before,
                           const SeenTree& after);
  bool machine_acts(const Step& step, bool within_call);
  void network_acts(const Step& step);
  // What a watcher says: where to look, and who was written to there.
  struct Hint {
    bool recursive = false;
    std::set<std::string> written;
  };
  void watch(std::size_t i, const SeenTree& before, const SeenTree& after,
             const std::set<std::string>& written = {});
  void hint(std::size_t i, const std::string& dir, const Hint& hint, Duration delay);

  void boot(std::size_t i);
  void boot_later(std::size_t i);
  void die(std::size_t i, bool power);
  void put_back(std::size_t i, Deed deed);
  void write_back_later(std::size_t i, const SeenTree& before, const SeenTree& after);
  void supersede_nothing_unseen(std::size_t i);
  void forget_unsynced(std::size_t i, const SeenTree& before);
  void forgive_known_dirs(std::size_t i, const SeenTree& before, const SeenTree& after);
  void put_files_back(std::size_t i);
  void forget_returns(std::size_t i, const SeenTree& after);
  [[nodiscard]] bool is_shown_elsewhere(std::size_t i, VersionId version,
                                        const std::string& path) const;
  void forget_places(const SeenTree& before);
  void forgive_what_is_nowhere(const Device* forgetful);
  void lose_power(std::size_t i);
  void drain(std::size_t i);
  // Once more may have come by then, as a program with much to do acts on several things at once.
  void drain_soon(std::size_t i);
  void start_job(std::size_t i, Job job);
  void run_job(std::size_t i, std::uint64_t life, const Job& job);
  void look_after(std::size_t i);
  void check_call(std::size_t i);
  void check_disk(std::size_t i);
  void check_bounds(std::size_t i);
  void check_need(std::size_t i, ByteView bytes);
  void report(std::size_t i, std::optional<Violation> found);
  // The next event or deadline; false if there is none.
  bool step();
  [[nodiscard]] bool quiet() const;
  void mend();
  void note(std::size_t i, const std::string& what);
  void trace(std::uint64_t what) { trace_ = RandomStream::mix(trace_ ^ what) + 1; }
  Duration random(RandomStream& stream, std::uint32_t most_us);

  const Story story_;
  const bool verbose_;
  EventQueue events_;
  VirtualNetwork network_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<RandomStream> job_streams_;
  std::vector<RandomStream> gather_streams_;
  std::vector<RandomStream> watch_streams_;
  std::vector<RandomStream> disk_streams_;
  std::vector<std::vector<Armed>> armed_;
  std::vector<bool> off_;                    // A person's wish.
  std::vector<std::uint64_t> index_losses_;  // Whether it may rightly be behind itself.
  std::uint64_t rewinds_ = 0;                // Whether logs may rightly fork.
  // By device: its index was put back, and the program has not looked at everything since.
  std::vector<bool> old_index_;
  // By device: the power has failed, and the program has not looked at everything since.
  std::vector<bool> unlooked_;
  // What its persons had before them whose deeds it may not have seen yet.
  std::vector<std::vector<SeenTree>> unseen_;
  // By device: what its person did that the disk may not have yet.
  struct Late {
    std::string path;
    VersionId version = 0;
    TimePoint at;
  };
  std::vector<std::vector<Late>> late_;
  Person person_;
  Ghost ghost_;
  Attribution attribution_;
  Economy economy_;
  std::vector<Checks> checks_;
  std::vector<bool> unmounted_;
  std::optional<Violation> violation_;
  std::uint64_t trace_ = 0;
  std::vector<std::string> log_;
  Counts counts_;
};

}  // namespace lansync::sim
