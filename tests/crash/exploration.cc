#include "tests/crash/exploration.h"

#include <algorithm>
#include <unordered_set>

namespace lansync::test {
namespace {

using namespace std::chrono_literals;

void insert_all(Contents& into, const Contents& from) { into.insert(from.begin(), from.end()); }

bool by_subject(const Act* act) { return act->device == kSubject; }

std::optional<std::string> content_at(const SeenTree& tree, const std::string& path) {
  const auto node = tree.find(path);
  if (node == tree.end() || node->second.kind != NodeKind::file) return std::nullopt;
  return node->second.content;
}

// Everything about a disk that recovery may depend on.
std::string state_of(MemoryFileSystem& fs) {
  std::string text;
  const auto add = [&](const std::string& name, const FileStat& stat, const SeenNode& node) {
    text += name + '\0' + std::to_string(stat.inode) + ' ' + std::to_string(stat.mode) + ' ' +
            std::to_string(stat.kind == NodeKind::dir ? 0 : stat.mtime.ns) + ' ' + node.target +
            '\0' + node.content + '\0';
  };
  for (const auto& [path, node] : fs.snapshot()) {
    add(path, *fs.stat(*RelativePath::parse(path)), node);
  }
  text += '\1';
  for (const auto& [name, node] : fs.stage_snapshot()) add(name, *fs.stat_stage(name), node);
  text += '\1';
  for (const auto& [name, node] : fs.trash_snapshot()) add(name, *fs.stat_trash(name), node);
  return text;
}

// One scenario: what it comes to without a crash, and what it must come to with one.
class Exploration {
 public:
  Exploration(const Acts& acts, const ExplorationLimits& limits) : acts_(acts), limits_(limits) {}

  std::optional<Explored> run();

 private:
  bool act(CrashWorld& world, bool& month) const;
  void count_alone();
  bool tell(std::vector<Moment>& moments);
  void crash(const Moment& moment);
  void recover(const Moment& moment, const Choose& choose, const Act* later,
               const std::string& tape);
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

// What users do before the devices meet. False if it can't be done.
bool Exploration::act(CrashWorld& world, bool& month) const {
  for (const Act* const act : acts_) {
    world.pass(1s);
    world.fs(act->device).set_time(world.now().wall);
    if (empties_trash(*act)) month = true;
    if (month) world.pass(24h * 40);
    if (!act->perform(world.fs(act->device))) return false;
  }
  world.pass(1s);
  return true;
}

// How many changes each device makes that never hears of the other's.
void Exploration::count_alone() {
  CrashWorld world(beginning());
  bool month = false;
  world.boot(kSubject);
  world.boot(kOther);
  world.settle();
  if (!act(world, month)) return;
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
  bool month = false;
  if (!act(world, month)) return false;
  for (const std::size_t i : {kSubject, kOther}) {
    insert_all(known_, contents_of(world.fs(i).snapshot()));
  }
  only_other_ = std::ranges::none_of(acts_, by_subject);
  // What the subject's user has removed or overwritten is not for anybody to keep.
  if (month || !only_other_) kept_.erase(*a_before_);
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
  const bool by_user = later != nullptr && by_subject(later);
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

void Exploration::recover(const Moment& moment, const Choose& choose, const Act* later,
                          const std::string& tape) {
  CrashWorld world(moment);
  if (choose) world.lose_power(choose);
  world.pass(1s);
  const auto expected = expect(world, later);
  if (!expected) return;
  std::vector<Moment> again;
  if (limits_.crash_again) {
    world.watch([&again](Moment next) { again.push_back(std::move(next)); });
  }
  ++explored_.recoveries;
  const std::string wrong = settle(world, *expected);
  if (!wrong.empty()) return fail(moment, tape, later, wrong);
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

void Exploration::crash(const Moment& moment) {
  ++explored_.moments;
  recover(moment, nullptr, nullptr, "none: the process was killed");
  for (const Act& later : later_acts()) {
    if (limits_.later_acts && only_other_) recover(moment, nullptr, &later, "none");
  }
  const std::string history =
      std::to_string(reinterpret_cast<std::uintptr_t>(moment.indexes[kSubject].get())) + " " +
      std::to_string(reinterpret_cast<std::uintptr_t>(moment.indexes[kOther].get())) + " ";
  ChoiceTape tape;
  std::uint64_t outcomes = 0;
  do {
    if (++outcomes > limits_.outcomes_max) {
      return fail(moment, "", nullptr, "more outcomes than are looked at\n");
    }
    // Recorded, to be played again for each later act.
    std::vector<std::size_t> chosen;
    MemoryFileSystem disk;
    disk.restore(moment.disks[kSubject]);
    const Choose choose = tape.choose();
    disk.lose_power([&](std::size_t count) { return chosen.emplace_back(choose(count)); });
    if (!seen_.insert(history + state_of(disk)).second) continue;
    const std::string wrong = judge_crash(disk, known_, kept_);
    if (!wrong.empty()) fail(moment, tape.text(), nullptr, wrong);
    const auto again = [&chosen](std::size_t& at) {
      return [&chosen, &at](std::size_t) { return chosen[at++]; };
    };
    std::size_t place = 0;
    recover(moment, again(place), nullptr, tape.text());
    if (!limits_.later_acts || !only_other_) continue;
    for (const Act& later : later_acts()) {
      place = 0;
      recover(moment, again(place), &later, tape.text());
    }
  } while (tape.advance() && explored_.failures.size() < limits_.failures_max);
  explored_.outcomes += outcomes;
  explored_.most = std::max(explored_.most, outcomes);
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
