#include "tests/crash/exploration.h"

#include <algorithm>
#include <unordered_set>

#include "tests/crash/disk_state.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

void insert_all(Contents& into, const Contents& from) { into.insert(from.begin(), from.end()); }

std::optional<std::string> content_at(const SeenTree& tree, const std::string& path) {
  const auto node = tree.find(path);
  if (node == tree.end() || node->second.kind != NodeKind::file) return std::nullopt;
  return node->second.content;
}

// One scenario: what it comes to without a crash, and what it must come to with one.
class Exploration {
 public:
  Exploration(const Acts& acts, const ExplorationLimits& limits) : acts_(acts), limits_(limits) {}

  std::optional<Explored> run();

 private:
  void count_alone();
  bool tell(std::vector<Moment>& moments);
  void crash(const Moment& moment);
  void recover(const Moment& after, const Act* later, const std::string& tape);
  void recover_each(const Moment& after, const std::string& tape);
  void crash_again(const Moment& moment, const Expected& expected, const std::string& tape);
  std::string settle(CrashWorld& world, const Expected& expected) const;
  [[nodiscard]] std::optional<Expected> expect(CrashWorld& world, const Act* later);
  void fail(const Moment& moment, const std::string& tape, const Act* later,
            const std::string& wrong);

  const Acts& acts_;
  const ExplorationLimits limits_;
  Explored explored_;
  Contents known_;       // All versions that anybody wrote.
  Contents kept_;        // What the subject's disk has to keep, visible or not.
  Contents in_the_end_;  // Visible if nothing crashes.
  std::optional<std::string> a_before_;
  bool only_other_ = false;
  std::uint64_t subject_changes_ = 0;
  std::uint64_t other_changes_ = 0;
  std::unordered_set<std::string> seen_;
};

// How many changes each device makes that never hears of the other's.
void Exploration::count_alone() {
  CrashWorld world(beginning());
  world.boot(kSubject);
  world.boot(kOther);
  world.settle();
  if (!perform(acts_, world)) return;
  world.changed(kSubject);
  world.changed(kOther);
  world.settle();
  subject_changes_ = world.changes_by(kSubject);
  other_changes_ = world.changes_by(kOther);
}

// The scenario without a crash. False if it makes no sense.
bool Exploration::tell(std::vector<Moment>& moments) {
  CrashWorld world(beginning());
  auto& subject = world.fs(kSubject);
  subject.set_durability(limits_.durability);
  world.boot(kSubject);
  world.boot(kOther);
  if (!world.settle()) return false;
  insert_all(known_, contents_of(subject.snapshot()));
  kept_ = contents_of(subject.snapshot());
  a_before_ = content_at(subject.snapshot(), "a");
  if (!perform(acts_, world)) return false;
  for (const std::size_t i : {kSubject, kOther}) {
    insert_all(known_, contents_of(world.fs(i).snapshot()));
  }
  only_other_ = !has_acts_of(acts_, kSubject);
  // What the subject's user has removed or overwritten is not for anybody to keep.
  if (empties_trash(acts_) || !only_other_) kept_.erase(*a_before_);
  if (!only_other_) insert_all(kept_, contents_of(subject.snapshot()));
  world.watch([&](Moment moment) { moments.push_back(std::move(moment)); });
  world.changed(kSubject);
  world.changed(kOther);
  world.connect();
  const bool settled = world.settle();
  world.watch(nullptr);
  moments.push_back(world.moment("end"));
  in_the_end_ = contents_of(world.fs(kOther).snapshot());
  count_alone();
  subject_changes_ = std::max(subject_changes_, world.changes_by(kSubject));
  other_changes_ = std::max(other_changes_, world.changes_by(kOther));
  if (!settled) fail(moments.back(), "no crash", nullptr, "did not settle\n");
  return true;
}

// Requires that neither engine runs yet.
std::optional<Expected> Exploration::expect(CrashWorld& world, const Act* later) {
  Expected expected;
  const auto displayed = content_at(world.fs(kSubject).snapshot(), "a");
  const auto others = content_at(world.fs(kOther).snapshot(), "a");
  if (later != nullptr) {
    world.fs(later->device).set_time(world.now().wall);
    if (!later->perform(world.fs(later->device))) return std::nullopt;
  }
  expected.subject_changes_max = subject_changes_;
  expected.other_changes_max = other_changes_ + (later != nullptr ? 2 : 0);
  expected.on_disk = kept_;
  const bool by_user = later != nullptr && later->device == kSubject;
  if (by_user) {
    ++expected.subject_changes_max;
    if (displayed) expected.on_disk.erase(*displayed);
    if (a_before_) expected.on_disk.erase(*a_before_);
  }
  SeenTree tree = world.fs(kOther).snapshot();
  if (!only_other_) {
    expected.visible = in_the_end_;
    return expected;
  }
  if (!by_user) {
    expected.visible = contents_of(tree);
    expected.tree = std::move(tree);
    return expected;
  }
  if (others) tree.erase("a");
  expected.visible = contents_of(tree);
  if (const auto last = content_at(world.fs(kSubject).snapshot(), "a")) {
    expected.visible->insert(*last);
  }
  // What the user saw while the index did not know of it yet may come back beside what was made of
  // it. What the user had not seen has to.
  if (others && displayed != others) expected.visible->insert(*others);
  if (others) expected.perhaps.insert(*others);
  return expected;
}

// From the moment after a crash.
void Exploration::recover(const Moment& after, const Act* later, const std::string& tape) {
  CrashWorld world(after);
  world.pass(1s);
  const auto expected = expect(world, later);
  if (!expected) return;
  std::vector<Moment> again;
  if (limits_.crash_again) {
    world.watch([&again](Moment next) { again.push_back(std::move(next)); });
  }
  ++explored_.recoveries;
  const std::string wrong = settle(world, *expected);
  if (!wrong.empty()) return fail(after, tape, later, wrong);
  for (const Moment& next : again) crash_again(next, *expected, tape);
}

void Exploration::crash_again(const Moment& moment, const Expected& expected,
                              const std::string& tape) {
  for (const std::size_t lost : {std::size_t{0}, std::size_t{1}}) {
    CrashWorld world(moment);
    world.lose_power([lost](std::size_t) { return lost; });
    world.pass(1s);
    ++explored_.recoveries;
    const std::string wrong = settle(world, expected);
    if (!wrong.empty()) {
      fail(moment, tape + "and again " + std::to_string(lost), nullptr, wrong);
    }
  }
}

std::string Exploration::settle(CrashWorld& world, const Expected& expected) const {
  world.boot(kSubject);
  world.boot(kOther);
  world.connect();
  std::string wrong = world.settle() ? "" : "did not settle\n";
  world.watch(nullptr);
  return wrong + judge_recovery(world, expected);
}

void Exploration::fail(const Moment& moment, const std::string& tape, const Act* later,
                       const std::string& wrong) {
  explored_.failures.push_back(to_string(acts_) + "; crash before " + moment.what + ", tape " +
                               tape + (later == nullptr ? "" : std::string("; ") + later->name) +
                               "\n" + wrong);
}

// What is left by one crash is tried only once, and also if another leaves the same: both disks and
// both indexes (one object for each commit) are all that engines have when they start, besides
// whether the machine went down, and what is expected depends on nothing else either. One of them
// is a moment later, but a second passes before the engines start: no time on a disk is fresh then,
// and nothing waits for less than a moment more.
void Exploration::crash(const Moment& moment) {
  ++explored_.moments;
  MemoryFileSystem other;
  other.restore(moment.disks[kOther]);
  const std::string history =
      std::to_string(reinterpret_cast<std::uintptr_t>(moment.indexes[kSubject].get())) + " " +
      std::to_string(reinterpret_cast<std::uintptr_t>(moment.indexes[kOther].get())) + " " +
      state_of(other) + '\1';
  MemoryFileSystem killed;
  killed.restore(moment.disks[kSubject]);
  if (seen_.insert("killed " + history + state_of(killed)).second) {
    recover_each(moment, "none: the process was killed");
  }
  ChoiceTape tape;
  std::uint64_t outcomes = 0;
  do {
    if (++outcomes > limits_.outcomes_max) {
      return fail(moment, "", nullptr, "more outcomes than are looked at\n");
    }
    MemoryFileSystem disk;
    disk.restore(moment.disks[kSubject]);
    disk.lose_power(tape.choose());
    if (!seen_.insert(history + state_of(disk)).second) continue;
    const std::string wrong = judge_crash(disk, known_, kept_);
    if (!wrong.empty()) fail(moment, tape.text(), nullptr, wrong);
    Moment after = moment;
    after.disks[kSubject] = disk.image();
    ++after.boots;
    recover_each(after, tape.text());
  } while (tape.advance() && explored_.failures.size() < limits_.failures_max);
  explored_.outcomes += outcomes;
  explored_.most = std::max(explored_.most, outcomes);
}

// Alone, and with each of the deeds that a user may do before the programs start again.
void Exploration::recover_each(const Moment& after, const std::string& tape) {
  recover(after, nullptr, tape);
  if (!limits_.later_acts || !only_other_) return;
  for (const Act& later : later_acts()) recover(after, &later, tape);
}

std::optional<Explored> Exploration::run() {
  std::vector<Moment> moments;
  if (!tell(moments)) return std::nullopt;
  for (const Moment& moment : moments) {
    if (explored_.failures.size() >= limits_.failures_max) break;
    crash(moment);
  }
  return std::move(explored_);
}

}  // namespace

void Explored::add(const Explored& other) {
  moments += other.moments;
  outcomes += other.outcomes;
  recoveries += other.recoveries;
  most = std::max(most, other.most);
  failures.insert(failures.end(), other.failures.begin(), other.failures.end());
}

std::optional<Explored> explore(const Acts& acts, const ExplorationLimits& limits) {
  return Exploration(acts, limits).run();
}

}  // namespace lansync::test
