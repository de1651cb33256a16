#include "tests/sim/rest.h"

#include <algorithm>
#include <map>

namespace lansync::sim {
namespace {

using namespace std::chrono_literals;

// What has to be the same everywhere: all but what is not synced, and the modes of directories that
// nobody made and that are only there for what they hold.
SeenTree agreed_tree(Device& device) {
  SeenTree tree = device.fs.snapshot();
  std::erase_if(tree, [](const auto& entry) { return entry.second.kind == NodeKind::other; });
  for (auto& [path, node] : tree) {
    if (node.kind != NodeKind::dir) continue;
    const auto heads = device.index.heads(*RelativePath::parse(path));
    const bool made = std::ranges::any_of(
        *heads, [](const Change& head) { return head.kind == ChangeKind::dir; });
    if (!made) node.mode = 0;
  }
  return tree;
}

std::string first_difference(const SeenTree& left, const SeenTree& right) {
  for (const auto& [path, node] : left) {
    const auto other = right.find(path);
    if (other == right.end()) return path + " is missing";
    if (other->second != node) return path + " differs";
  }
  for (const auto& [path, node] : right) {
    if (!left.contains(path)) return path + " is there as well";
  }
  return {};
}

void check_same(World& world) {
  const SeenTree first = agreed_tree(world.device(0));
  for (std::size_t i = 1; i < world.size(); ++i) {
    const std::string difference = first_difference(first, agreed_tree(world.device(i)));
    if (!difference.empty()) world.violate("L1", device_name(i) + ": " + difference);
  }
}

void check_nothing_lost(World& world, std::size_t i) {
  std::map<VersionId, std::vector<std::string>> shown;
  const SeenTree tree = world.device(i).fs.snapshot();
  for (const auto& [path, node] : tree) {
    const VersionId version = version_of(node);
    if (version != 0) shown[version].push_back(path);
  }
  for (const VersionId version : world.ghost().owed()) {
    if (!shown.contains(version)) {
      world.violate("S1", world.ghost().name(version) + " is not on " + device_name(i));
    }
  }
  for (const auto& [version, paths] : shown) {
    if (world.ghost().is_buried(version)) {
      world.violate("S5", world.ghost().name(version) + " is back on " + device_name(i) + " at " +
                              paths.front());
    }
    for (const std::string& path : paths) {
      if (paths.size() > 1 && is_copy_name(path) && world.ghost().places(version) == 1 &&
          !world.ghost().was_put_at(version, path)) {
        world.violate("L2", path + " is a copy of what is at another path of " + device_name(i));
      }
    }
  }
  for (const std::string& dir : world.ghost().owed_dirs()) {
    const auto node = tree.find(dir);
    if (node == tree.end()) world.violate("S1", dir + "/ is not on " + device_name(i));
  }
}

void check_nothing_left(World& world, std::size_t i) {
  Device& device = world.device(i);
  for (const auto& [name, node] : device.fs.stage_snapshot()) {
    world.violate("L4", device_name(i) + " has left " + name + " in the staging folder");
  }
  if (!device.index.pending(RelativePath(), 1)->empty()) {
    world.violate("L4", device_name(i) + " waits for something");
  }
  if (!device.index.intents()->empty()) {
    world.violate("L4", device_name(i) + " is in doubt about a step");
  }
  for (const PathIssue& issue : device.engine().status().issues) {
    if (issue.code == "special") continue;  // As long as it is there.
    world.violate("L5",
                  device_name(i) + " has a problem with " + issue.path + ": " + issue.message);
  }
}

void check_index(World& world, std::size_t i) {
  Device& device = world.device(i);
  const SeenTree tree = device.fs.snapshot();
  for (const auto& [text, node] : tree) {
    const auto path = RelativePath::parse(text);
    if (!path || node.kind == NodeKind::other) continue;
    const auto row = device.index.disk(*path);
    const auto stat = device.fs.stat(*path);
    if (!*row) {
      world.violate("S9", device_name(i) + " does not know of " + text);
    } else if (FileIdentity::of((*row)->stat) != FileIdentity::of(*stat)) {
      world.violate("S9", device_name(i) + " remembers another " + text);
    }
  }
  const auto rows = device.index.disk_beneath(RelativePath(), RelativePath(), 10'000);
  for (const DiskRow& row : *rows) {
    if (!tree.contains(row.path.text())) {
      world.violate("S9", device_name(i) + " remembers " + row.path.text() + ", which is gone");
    }
  }
}

void check_dots(World& world) {
  std::map<Dot, std::string> meanings;
  for (std::size_t i = 0; i < world.size(); ++i) {
    MemoryIndex& index = world.device(i).index;
    const auto paths = index.paths(RelativePath(), 10'000);
    for (const RelativePath& path : *paths) {
      const auto heads = index.heads(path);
      for (const Change& head : *heads) {
        std::string meaning = path.text() + " " + head.content.hex();
        const auto [place, added] = meanings.try_emplace(head.dot, meaning);
        if (!added && place->second != meaning) {
          world.violate("S10", "one dot means " + meaning + " and " + place->second);
        }
      }
    }
  }
}

}  // namespace

void check_rest(World& world) {
  check_same(world);
  for (std::size_t i = 0; i < world.size(); ++i) {
    check_nothing_lost(world, i);
    check_nothing_left(world, i);
    check_index(world, i);
  }
  check_dots(world);
  world.note_rest();
  world.ghost().settled(world.device(0).fs.snapshot());
}

void check_stays_at_rest(World& world) {
  std::vector<SeenTree> trees;
  std::vector<CausalClock> clocks;
  for (std::size_t i = 0; i < world.size(); ++i) {
    trees.push_back(world.device(i).fs.snapshot());
    clocks.push_back(*world.device(i).index.clock());
  }
  world.restart_all();
  if (!world.rest()) world.violate("L3", "no rest after all devices have been started again");
  for (std::size_t i = 0; i < world.size(); ++i) {
    const std::string difference = first_difference(trees[i], world.device(i).fs.snapshot());
    if (!difference.empty()) world.violate("L3", device_name(i) + ": " + difference);
    if (*world.device(i).index.clock() != clocks[i]) {
      world.violate("S4", device_name(i) + " has published something that nobody did");
    }
  }
}

}  // namespace lansync::sim
