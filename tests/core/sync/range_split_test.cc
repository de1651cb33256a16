#include "core/sync/range_split.h"

#include <string>

#include <catch2/catch.hpp>

namespace lansync {
namespace {

RelativePath path(std::size_t number) {
  std::string text = std::to_string(number);
  return *RelativePath::parse("f" + std::string(6 - text.size(), '0') + text);
}

std::vector<Change> heads_of(std::size_t number) {
  Change change;
  change.dot.counter = number + 1;
  return {change};
}

TEST_CASE("A range is cut into few parts of about the same size, that add up to it") {
  for (const std::size_t count : {0U, 1U, 2U, 3U, 15U, 16U, 17U, 31U, 32U, 33U, 100U, 1000U}) {
    CAPTURE(count);
    RangeSplit split;
    for (std::size_t i = 0; i < count; ++i) split.add(path(i), heads_of(i));
    CHECK(split.paths() == count);
    const auto& parts = split.parts();
    CHECK(parts.size() <= RangeSplit::kPartsMax);
    CHECK(parts.size() >= std::min<std::size_t>(count, 2));
    if (count >= RangeSplit::kPartsMax) CHECK(parts.size() > RangeSplit::kPartsMax / 2);
    std::size_t next = 0;
    Fingerprint sum;
    for (const PathsPart& part : parts) {
      Fingerprint expected;
      const std::size_t end = next + part.paths;
      for (; next < end; ++next) expected.add(heads_of(next)[0].dot, path(next));
      CHECK(part.fingerprint == expected);
      CHECK(part.through == path(end - 1));
      CHECK(part.paths <= parts.front().paths);
      sum.add(part.fingerprint);
    }
    CHECK(next == count);
    CHECK(sum == split.fingerprint());
  }
}

TEST_CASE("A path counts once, with all its heads") {
  RangeSplit split;
  std::vector<Change> heads = heads_of(1);
  heads.push_back(heads_of(2)[0]);
  split.add(path(0), heads);
  split.add(path(1), {});
  CHECK(split.paths() == 2);
  Fingerprint expected;
  for (const Change& head : heads) expected.add(head.dot, path(0));
  CHECK(split.fingerprint() == expected);
}

}  // namespace
}  // namespace lansync
