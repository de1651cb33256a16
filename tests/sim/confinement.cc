#include "tests/sim/confinement.h"

#include <algorithm>

namespace lansync::sim {
namespace {

using test::Area;

bool is_strange(const SeenTree& tree, const std::string& path) {
  const auto node = tree.find(path);
  return node != tree.end() && node->second.kind == NodeKind::other;
}

}  // namespace

std::optional<Violation> Confinement::check(const test::DiskEffect& effect) {
  if (effect.from != Area::outside && effect.to != Area::outside) return std::nullopt;
  return Violation{"S11", effect.path + ", outside of the share, is touched"};
}

void Confinement::acted(const SeenTree& before, const SeenTree& after) {
  for (const auto& [path, node] : before) {
    if (!is_strange(after, path)) strange_.erase(path);
  }
  for (const auto& [path, node] : after) {
    if (is_strange(after, path)) strange_.insert(path);
  }
}

std::optional<Violation> Confinement::check_rest(const SeenTree& tree,
                                                 const SeenTree& trash) const {
  auto rescued = std::ranges::count_if(
      trash, [](const auto& entry) { return entry.second.kind == NodeKind::other; });
  for (const std::string& path : strange_) {
    if (is_strange(tree, path) || rescued-- > 0) continue;
    return Violation{"S11", path + ", which is not synced, is gone"};
  }
  return std::nullopt;
}

}  // namespace lansync::sim
