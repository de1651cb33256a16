#include "tests/sim/economy.h"

#include <algorithm>

namespace lansync::sim {
namespace {

VersionId version_of_bytes(ByteView bytes) {
  SeenNode node;
  node.kind = NodeKind::file;
  node.content = as_text(bytes);
  return version_of(node);
}

}  // namespace

void Economy::rested(std::size_t device, const std::vector<SeenTree>& trees) {
  there_[device].clear();
  for (const SeenTree& tree : trees) {
    for (const auto& [path, node] : tree) {
      if (node.kind == NodeKind::file) there_[device].insert(version_of(node));
    }
  }
  there_[device].erase(0);
}

bool Economy::was_there(std::size_t device, ByteView bytes) const {
  return calm_ && there_[device].contains(version_of_bytes(bytes));
}

bool holds(const SeenTree& tree, ByteView bytes) {
  return std::ranges::any_of(tree, [bytes](const auto& entry) {
    return entry.second.kind == NodeKind::file && entry.second.content == as_text(bytes);
  });
}

}  // namespace lansync::sim
