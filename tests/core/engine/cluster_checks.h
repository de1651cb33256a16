// What tests of whole clusters look at.
#pragma once

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/cluster.h"

namespace lansync::test {

inline std::string content_of(const SeenTree& tree, const std::string& path) {
  const auto node = tree.find(path);
  return node == tree.end() ? "(nothing)" : node->second.content;
}

// What has to be the same everywhere: all but the modes of directories that nobody made and that
// are only there for what they hold.
inline SeenTree agreed_tree(Cluster& cluster, std::size_t i) {
  SeenTree tree = cluster.tree(i);
  for (auto& [path, node] : tree) {
    if (node.kind != NodeKind::dir) continue;
    const auto heads = cluster.node(i).index.heads(*RelativePath::parse(path));
    const bool made = std::ranges::any_of(
        *heads, [](const Change& head) { return head.kind == ChangeKind::dir; });
    if (!made) node.mode = 0;
  }
  return tree;
}

// Settled, in agreement, without complaints, and with nothing left in the staging folders.
inline void require_agreement(Cluster& cluster) {
  const bool settled = cluster.settle(2'000'000);
  std::string state;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    const ShareStatus status = cluster.node(i).engine->status();
    state += cluster.node(i).name + " is " + std::string(to_string(status.activity)) + ", needs " +
             std::to_string(status.need.files) + ", holds " +
             std::to_string(status.held_deletions) + "\n";
    for (const PathIssue& issue : status.issues) state += issue.path + ": " + issue.message + "\n";
  }
  for (const std::string& complaint : cluster.complaints()) state += complaint + "\n";
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    state += "on " + cluster.node(i).name + ":\n";
    for (const auto& [path, node] : cluster.tree(i)) {
      state += "  " + path + " " + std::to_string(static_cast<int>(node.kind)) + " " +
               std::to_string(node.mode) + " " + node.content.substr(0, 12) + node.target + "\n";
    }
  }
  INFO(state);
  REQUIRE(settled);
  REQUIRE(cluster.complaints().empty());
  for (std::size_t i = 1; i < cluster.size(); ++i) {
    REQUIRE(agreed_tree(cluster, i) == agreed_tree(cluster, 0));
  }
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    REQUIRE(cluster.node(i).fs.stage_snapshot().empty());
  }
}

}  // namespace lansync::test
