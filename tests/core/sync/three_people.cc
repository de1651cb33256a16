#include "tests/core/sync/three_people.h"

#include <catch2/catch.hpp>

namespace lansync::test {

const ToyCast& three_people() {
  static const ToyCast three(3);
  return three;
}

Story shared(const std::string& path) {
  Story story(three_people());
  story.write(kAnna, path);
  story.close();
  return story;
}

void look(Story& story, std::size_t who, std::int64_t at) { story.device(who).look(WallTime{at}); }

Tree ending(Story& story) {
  story.close();
  const auto fault = story.fault();
  INFO(story.text());
  REQUIRE(fault.value_or("") == "");
  Tree tree;
  for (const auto& [path, node] : story.device(kBen).nodes()) {
    switch (node.kind) {
      case NodeKind::file: tree[path] = node.content; break;
      case NodeKind::dir: tree[path] = "/"; break;
      default: tree[path] = "-> " + node.content;
    }
  }
  return tree;
}

}  // namespace lansync::test
