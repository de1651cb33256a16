#include "tests/crash/alike.h"

#include <array>
#include <optional>
#include <string>
#include <unordered_map>

#include "tests/crash/disk_state.h"

namespace lansync::test {
namespace {

// What is there when the devices meet, in words that are equal for sequences that are alike.
// Nothing if the acts make no sense in this order.
std::optional<std::string> meeting_after(const Acts& acts) {
  CrashWorld world(beginning());
  NumberNames times(NumberNames::New::by_appearance);
  std::array<NumberNames, 2> inodes{times, times};
  for (const std::size_t i : {kSubject, kOther}) keep_numbers(world.fs(i), inodes[i], times);
  if (!perform(acts, world)) return std::nullopt;
  std::string text = std::to_string(world.now().wall.ns) + (has_acts_of(acts, kSubject) ? "A" : "");
  for (const std::size_t i : {kSubject, kOther}) {
    text += '\1' + state_of(world.fs(i), inodes[i], times);
  }
  return text;
}

}  // namespace

std::vector<Alike> alike_scenarios(std::size_t depth) {
  std::vector<Alike> all;
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t length = 1; length <= depth; ++length) {
    for (Acts& acts : sequences(length)) {
      auto meeting = meeting_after(acts);
      if (!meeting) continue;
      const auto [place, is_new] = places.try_emplace(*std::move(meeting), all.size());
      if (is_new) all.emplace_back();
      all[place->second].push_back(std::move(acts));
    }
  }
  return all;
}

}  // namespace lansync::test
