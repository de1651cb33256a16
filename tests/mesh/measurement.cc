#include "tests/mesh/measurement.h"

#include <algorithm>
#include <numeric>

namespace lansync::mesh {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFiles = 16;  // That edits are made in, in turn.
constexpr std::size_t kTogether = 8;
constexpr Duration kPauseBetween = 250ms;  // Of steady edits.
constexpr Duration kPauseAtRest = 1s;
// Between two works: what one has begun, that is due later, is over.
constexpr Duration kPauseBetweenWorks = 3min;

class Measurement {
 public:
  Measurement(const Plan& plan, const std::function<void(const std::string&)>& progress)
      : plan_(plan), progress_(progress), mesh_(plan.devices, plan.seed) {}

  bool run() {
    return connect() && make_files() && edit_alone() && edit_together() && edit_steadily() &&
           burst();
  }
  [[nodiscard]] std::vector<Figures> take_figures() { return std::move(figures_); }
  [[nodiscard]] std::string problem() const {
    return mesh_.complaints().empty() ? "the mesh does not come to rest"
                                      : mesh_.complaints().front();
  }

 private:
  void tell(std::string_view work, std::size_t done, std::size_t all) {
    progress_(std::to_string(plan_.devices) + " devices, " + std::string(work) + ": " +
              std::to_string(done) + " of " + std::to_string(all));
  }

  bool connect() {
    mesh_.pass(1s);
    mesh_.forget();
    tell("connect", 0, mesh_.size());
    mesh_.connect_all();
    return mesh_.rest() && note("connect", 1);
  }

  bool make_files() {
    tell("files", 0, kFiles);
    for (std::size_t file = 0; file < kFiles; ++file) {
      mesh_.write(0, path_of(file));
    }
    return mesh_.rest();
  }

  bool edit_alone() {
    begin();
    for (std::size_t i = 0; i < plan_.edits; ++i) {
      tell("edits alone", i, plan_.edits);
      edit(devices_.below(mesh_.size()));
      if (!mesh_.rest()) return false;
      mesh_.pass(kPauseAtRest);
    }
    return note("alone", plan_.edits);
  }

  bool edit_together() {
    const std::size_t at_once = std::min(kTogether, mesh_.size());
    const std::size_t rounds = (plan_.edits + at_once - 1) / at_once;
    begin();
    for (std::size_t round = 0; round < rounds; ++round) {
      tell("edits together", round * at_once, rounds * at_once);
      const std::size_t first = devices_.below(mesh_.size());
      for (std::size_t i = 0; i < at_once; ++i) {
        edit((first + i * (mesh_.size() / at_once)) % mesh_.size());
      }
      if (!mesh_.rest()) return false;
      mesh_.pass(kPauseAtRest);
    }
    return note("together", rounds * at_once);
  }

  bool edit_steadily() {
    begin();
    for (std::size_t i = 0; i < plan_.edits; ++i) {
      tell("steady edits", i, plan_.edits);
      edit(devices_.below(mesh_.size()));
      mesh_.pass(kPauseBetween);
    }
    return mesh_.rest() && note("steady", plan_.edits);
  }

  bool burst() {
    begin();
    tell("burst", 0, plan_.burst_files);
    mesh_.write(devices_.below(mesh_.size()), "burst ", plan_.burst_files);
    return mesh_.rest() && note("burst", plan_.burst_files);
  }

  static std::string path_of(std::size_t file) { return "file " + std::to_string(file); }
  void edit(std::size_t device) { mesh_.write(device, path_of(next_file_++ % kFiles)); }
  void begin() {
    mesh_.pass(kPauseBetweenWorks);
    mesh_.forget();
  }
  bool note(std::string_view work, std::size_t changes);

  const Plan& plan_;
  const std::function<void(const std::string&)>& progress_;
  Mesh mesh_;
  sim::RandomStream devices_{plan_.seed, "who edits"};
  std::size_t next_file_ = 0;
  std::vector<Figures> figures_;
};

bool Measurement::note(std::string_view work, std::size_t changes) {
  Figures figures{.work = work, .devices = mesh_.size(), .changes = changes};
  const Traffic& traffic = mesh_.traffic();
  for (std::size_t kind = 0; kind < kKinds; ++kind) figures.kinds[kind] = traffic.of_kind(kind);
  figures.total = traffic.total();
  figures.most = traffic.most();
  const std::vector<Duration>& arrivals = mesh_.arrivals();
  if (!arrivals.empty()) {
    const Duration sum = std::accumulate(arrivals.begin(), arrivals.end(), Duration{});
    figures.arrival_mean = sum / static_cast<Duration::rep>(arrivals.size());
    figures.arrival_slowest = std::ranges::max(arrivals);
  }
  const std::vector<Duration>& busy = mesh_.processor_times();
  figures.processor_time_all = std::accumulate(busy.begin(), busy.end(), Duration{});
  figures.processor_time_most = std::ranges::max(busy);
  figures_.push_back(figures);
  return true;
}

}  // namespace

Result<std::vector<Figures>> measure(const Plan& plan,
                                     const std::function<void(const std::string&)>& progress) {
  Measurement measurement(plan, progress);
  if (!measurement.run()) return Error{Errc::wrong_state, measurement.problem()};
  return measurement.take_figures();
}

}  // namespace lansync::mesh
