// Replicas of three people, and what they publish.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "core/sync/replica.h"
#include "tests/core/sync/story.h"

namespace lansync::test {

inline const ToyCast& cast() {
  static const ToyCast three(3);
  return three;
}

inline RelativePath path_of(const std::string& text) { return RelativePath::parse(text).value(); }

inline Change file_change(const std::string& path, const std::string& content,
                          std::vector<Dot> supersedes = {}) {
  Change change;
  change.path = path_of(path);
  change.content = toy_content(content);
  change.size = content.size();
  change.supersedes = std::move(supersedes);
  return change;
}

// A replica and its index; everything that it publishes is kept as it was signed, whole.
struct Node {
  explicit Node(std::size_t number)
      : replica(index, cast().membership(), cast().author(number), cast().sign(number)) {
    REQUIRE(replica.load());
  }

  Change publish(Change change) {
    std::set<RelativePath> touched;
    REQUIRE(replica.publish({&change, 1}, touched));
    REQUIRE(index.commit());
    CHECK(touched.contains(change.path));
    return change;
  }
  Segment last() {
    const auto places = index.segments(0, 1000).value();
    return index.segment(places.back().arrival).value();
  }
  // "" or the code of the error.
  std::string integrate(const Segment& segment) {
    std::set<RelativePath> touched;
    const auto done = replica.integrate(segment, touched);
    if (done) {
      REQUIRE(index.commit());
      return "";
    }
    index.rollback();
    REQUIRE(replica.load());
    return done.error().code.message();
  }

  MemoryIndex index;
  Replica replica;
};

inline std::string message(Errc errc) { return make_error_code(errc).message(); }

}  // namespace lansync::test
