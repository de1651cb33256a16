// The merge rule over every short history, and over many long ones.
//
// "Every" leaves out actions that do nothing (removing what is not there, hearing what is known):
// a history with them is a shorter history, and those are checked too.
#include <cstdlib>
#include <random>

#include <catch2/catch.hpp>

#include "tests/core/sync/story.h"

namespace lansync::test {
namespace {

const ToyCast& three_devices() {
  static const ToyCast cast(3);
  return cast;
}

// The twelve actions on one path: three writes, three removals, six syncs. Six more syncs are cut
// after one segment, and six are heard by a device that is too busy to show anything.
constexpr int kActions = 12;
constexpr int kActionsAndCuts = 24;

bool act(Story& story, int action) {
  if (action < 3) return story.write(static_cast<std::size_t>(action), "f");
  if (action < 6) return story.remove(static_cast<std::size_t>(action) - 3, "f");
  const auto pair = static_cast<std::size_t>(action - 6) % 6;
  const std::size_t from = pair / 2;
  const std::size_t to = (from + 1 + pair % 2) % 3;
  const bool cut = action >= 12 && action < 18;
  return story.sync(from, to, cut ? 1 : ~std::size_t{0}, action >= 18);
}

struct Tally {
  std::size_t histories = 0;
  std::string fault;
};

std::string fault_at_the_end(const Story& story) {
  Story closed = story;
  closed.close();
  const auto fault = closed.fault();
  return fault ? *fault + "\n" + closed.text() : "";
}

void check_all(const Story& story, int length, int actions, Tally& tally) {
  ++tally.histories;
  tally.fault = fault_at_the_end(story);
  if (length == 0) return;
  for (int action = 0; action < actions && tally.fault.empty(); ++action) {
    Story next = story;
    if (act(next, action)) check_all(next, length - 1, actions, tally);
  }
}

TEST_CASE("Every history of five actions on one path ends well", "[sync][exhaustive]") {
  Tally tally;
  check_all(Story(three_devices()), 5, kActions, tally);
  CHECK(tally.fault == "");
  // The 12^5 histories, without the actions in them that do nothing.
  CHECK(tally.histories == 9988);
}

TEST_CASE("Every history of four actions ends well with syncs that are cut and devices that wait",
          "[sync][exhaustive]") {
  Tally tally;
  Story story(three_devices());
  story.publish_one_by_one();
  check_all(story, 4, kActionsAndCuts, tally);
  CHECK(tally.fault == "");
  CHECK(tally.histories > 3000);
}

TEST_CASE("Every history of four actions ends well when one clock is an hour ahead",
          "[sync][exhaustive]") {
  Tally tally;
  Story story(three_devices());
  story.set_clock(1, std::int64_t{3600} * 1'000'000'000);
  check_all(story, 4, kActions, tally);
  CHECK(tally.fault == "");
  CHECK(tally.histories > 1000);
}

// --- Long histories ---

const std::vector<std::string>& paths() {
  static const std::vector<std::string> all = {"f", "d", "d/x"};
  return all;
}

// One action out of 32 bits: what, who, where. On any entry that the person sees, conflict copies
// too.
bool act_at_random(Story& story, std::uint32_t bits) {
  const auto take = [&bits](std::uint32_t choices) {
    const std::uint32_t choice = bits % choices;
    bits /= choices;
    return choice;
  };
  const std::uint32_t what = take(16);
  const std::size_t who = take(3);
  const std::size_t other = (who + 1 + take(2)) % 3;
  const std::string& path = paths()[take(3)];
  std::string visible = path;
  const auto& disk = story.device(who).nodes();
  if (!disk.empty()) {
    visible = std::next(disk.begin(), static_cast<std::ptrdiff_t>(take(64) % disk.size()))->first;
  }
  switch (what) {
    case 0:
    case 1:
    case 2: return story.write(who, path);
    case 3: return story.write(who, visible);
    case 4: return story.remove(who, path);
    case 5: return story.remove(who, visible);
    case 6: return story.chmod(who, visible, 0600 + 011 * take(7));
    case 7: return story.touch(who, visible);
    case 8: return story.rename(who, visible, path);
    case 9: return story.make_dir(who, path);
    case 10: return story.sync(other, who, 1 + take(2));
    case 11: return story.sync(other, who, ~std::size_t{0}, true);
    default: return story.sync(other, who);
  }
}

struct Setting {
  bool one_by_one = false;
  bool skewed = false;
};

Story told(const std::vector<std::uint32_t>& history, const Setting& setting) {
  Story story(three_devices());
  if (setting.one_by_one) story.publish_one_by_one();
  if (setting.skewed) story.set_clock(2, std::int64_t{3600} * 1'000'000'000);
  for (const std::uint32_t bits : history) act_at_random(story, bits);
  return story;
}

// "" or the fault of the shortest history that still has one.
std::string fault_of(std::vector<std::uint32_t> history, const Setting& setting) {
  const auto ends = [&](const std::vector<std::uint32_t>& actions) {
    return fault_at_the_end(told(actions, setting));
  };
  std::string fault = ends(history);
  for (std::size_t i = 0; !fault.empty() && i < history.size();) {
    auto shorter = history;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    if (auto still = ends(shorter); !still.empty()) {
      fault = std::move(still);
      history = std::move(shorter);
      i = 0;
    } else {
      ++i;
    }
  }
  return fault;
}

TEST_CASE("Random histories with renames, directories, modes and cut syncs end well",
          "[sync][random]") {
  const std::uint32_t histories =
      std::getenv("LANSYNC_HISTORIES") != nullptr
          ? static_cast<std::uint32_t>(std::atoi(std::getenv("LANSYNC_HISTORIES")))
          : 3000;
  for (std::uint32_t seed = 0; seed < histories; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::uint32_t> history(6 + random() % 9);
    for (std::uint32_t& bits : history) bits = static_cast<std::uint32_t>(random());
    const std::string fault = fault_of(history, {seed % 2 == 1, seed % 4 >= 2});
    INFO("seed " << seed);
    REQUIRE(fault == "");
  }
}

}  // namespace
}  // namespace lansync::test
