#include "tests/crash/scenario.h"

#include <algorithm>
#include <array>

#include "core/base/assert.h"

namespace lansync::test {
namespace {

using namespace std::chrono_literals;
using Fs = MemoryFileSystem;

// No more acts have been tried at once.
constexpr std::size_t kActsMax = 3;
constexpr const char* kMonthPasses = "a month passes";

const std::array kFirstActs{
    Act{"B writes a", kOther, [](Fs& fs) { return fs.user_write("a", "B's new a"); }},
    Act{"B makes n", kOther, [](Fs& fs) { return fs.user_write("n", "B's n"); }},
    Act{"B makes an empty n", kOther, [](Fs& fs) { return fs.user_write("n", ""); }},
    Act{"B makes an n of three sectors", kOther,
        [](Fs& fs) { return fs.user_write("n", std::string(1200, 'n')); }},
    Act{"B writes d/c", kOther, [](Fs& fs) { return fs.user_write("d/c", "B's new d/c"); }},
    Act{"B makes k with k/n", kOther,
        [](Fs& fs) { return fs.user_mkdir("k") && fs.user_write("k/n", "B's k/n"); }},
    Act{"B makes e/n", kOther, [](Fs& fs) { return fs.user_write("e/n", "B's e/n"); }},
    Act{"B makes the directory k", kOther, [](Fs& fs) { return fs.user_mkdir("k"); }},
    Act{"B makes a a link", kOther,
        [](Fs& fs) { return fs.user_remove("a") && fs.user_symlink("a", "B's target"); }},
    Act{"B makes the link l another", kOther,
        [](Fs& fs) { return fs.user_remove("l") && fs.user_symlink("l", "B's target"); }},
    Act{"B makes a link n", kOther, [](Fs& fs) { return fs.user_symlink("n", "B's target"); }},
    Act{"B removes a", kOther, [](Fs& fs) { return fs.user_remove("a"); }},
    Act{"B removes d", kOther, [](Fs& fs) { return fs.user_remove("d"); }},
    Act{"B removes e", kOther, [](Fs& fs) { return fs.user_remove("e"); }},
    Act{"B moves a to m", kOther, [](Fs& fs) { return fs.user_rename("a", "m"); }},
    Act{"B moves a over d/c", kOther, [](Fs& fs) { return fs.user_rename("a", "d/c"); }},
    Act{"B moves d to m", kOther, [](Fs& fs) { return fs.user_rename("d", "m"); }},
    Act{"B swaps a and x", kOther, [](Fs& fs) { return fs.user_exchange("a", "x"); }},
    Act{"B makes a a directory", kOther,
        [](Fs& fs) {
          return fs.user_remove("a") && fs.user_mkdir("a") && fs.user_write("a/n", "B's a/n");
        }},
    Act{"B makes d a file", kOther,
        [](Fs& fs) { return fs.user_remove("d") && fs.user_write("d", "B's d"); }},
    Act{"B changes a's mode", kOther, [](Fs& fs) { return fs.user_chmod("a", 0600); }},
    Act{"B changes d's mode", kOther, [](Fs& fs) { return fs.user_chmod("d", 0700); }},
    Act{"B changes a's time", kOther,
        [](Fs& fs) { return fs.user_touch("a", WallTime{1'500'000'000'000'000'000}); }},
    Act{"A writes a", kSubject, [](Fs& fs) { return fs.user_write("a", "A's new a"); }},
    Act{"A saves a", kSubject, [](Fs& fs) { return fs.user_replace("a", "A's new a"); }},
    Act{"A makes n", kSubject, [](Fs& fs) { return fs.user_write("n", "A's n"); }},
    Act{"A removes a", kSubject, [](Fs& fs) { return fs.user_remove("a"); }},
    Act{"A changes a's mode", kSubject, [](Fs& fs) { return fs.user_chmod("a", 0640); }},
    Act{kMonthPasses, kOther, [](Fs&) { return true; }},
};

const std::array kLaterActs{
    Act{"then B writes a", kOther, [](Fs& fs) { return fs.user_write("a", "B's last a"); }},
    Act{"then B removes a", kOther, [](Fs& fs) { return fs.user_remove("a"); }},
    Act{"then B changes a's mode", kOther, [](Fs& fs) { return fs.user_chmod("a", 0604); }},
    Act{"then A writes a", kSubject, [](Fs& fs) { return fs.user_write("a", "A's last a"); }},
    Act{"then A removes a", kSubject,
        [](Fs& fs) { return !fs.snapshot().contains("a/n") && fs.user_remove("a"); }},
};

Moment make_beginning() {
  CrashWorld world;
  auto& fs = world.fs(kOther);
  bool done = fs.user_write("a", "a") && fs.user_mkdir("d") && fs.user_write("d/c", "d/c") &&
              fs.user_mkdir("e") && fs.user_symlink("l", "target") && fs.user_write("x", "old x");
  world.changed(kOther);
  world.connect();
  done = done && world.settle();
  world.pass(1h);
  done = done && fs.user_write("x", "x");
  world.changed(kOther);
  done = done && world.settle() && world.fs(kSubject).trash_snapshot().size() == 1;
  // What was written just before it was read is read once more.
  world.pass(1h);
  world.changed(kSubject);
  world.changed(kOther);
  done = done && world.settle();
  world.lose_power([](std::size_t) -> std::size_t { return 0; });
  LANSYNC_ASSERT(done && world.complaints().empty());
  return world.moment("beginning");
}

}  // namespace

std::span<const Act> first_acts() { return kFirstActs; }
std::span<const Act> later_acts() { return kLaterActs; }

const Moment& beginning() {
  static const Moment made = make_beginning();
  return made;
}

std::string to_string(const Acts& acts) {
  std::string text;
  for (const Act* const act : acts) text += std::string(text.empty() ? "" : ", ") + act->name;
  return text;
}

std::optional<Acts> parse_acts(std::string_view text) {
  Acts acts;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(", "));
    const auto act = std::ranges::find(kFirstActs, name, &Act::name);
    if (act == kFirstActs.end()) return std::nullopt;
    acts.push_back(&*act);
    text.remove_prefix(std::min(name.size() + 2, text.size()));
  }
  return acts;
}

bool has_acts_of(const Acts& acts, std::size_t device) {
  return std::ranges::any_of(acts, [device](const Act* act) { return act->device == device; });
}

bool empties_trash(const Acts& acts) {
  return std::ranges::any_of(acts, [](const Act* act) { return act->name == kMonthPasses; });
}

bool perform(const Acts& acts, CrashWorld& world) {
  bool month = false;
  for (const Act* const act : acts) {
    world.pass(1s);
    world.fs(act->device).set_time(world.now().wall);
    month = month || act->name == kMonthPasses;
    if (month) world.pass(24h * 40);
    if (!act->perform(world.fs(act->device))) return false;
  }
  world.pass(1s * (acts.size() < kActsMax ? kActsMax + 1 - acts.size() : 1));
  return true;
}

std::vector<Acts> sequences(std::size_t length) {
  std::vector<Acts> all{{}};
  for (std::size_t i = 0; i < length; ++i) {
    std::vector<Acts> longer;
    for (const Acts& acts : all) {
      for (const Act& act : first_acts()) {
        if (std::ranges::find(acts, &act) != acts.end()) continue;
        longer.push_back(acts);
        longer.back().push_back(&act);
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace lansync::test
