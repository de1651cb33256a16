// Anna, Ben and Cleo, and how a story of theirs begins and ends.
#pragma once

#include <map>
#include <string>

#include "tests/core/sync/story.h"

namespace lansync::test {

inline constexpr std::size_t kAnna = 0;
inline constexpr std::size_t kBen = 1;
inline constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000'000;

const ToyCast& three_people();

// A story in which everybody starts with what Anna wrote to `path` ("v1").
Story shared(const std::string& path);

// Has somebody's device notice and publish what was done to its disk without the Story.
void look(Story& story, std::size_t who, std::int64_t at);

// Name to content. A link's target begins with "-> "; a directory's content is "/".
using Tree = std::map<std::string, std::string>;

// What everybody sees when everybody has talked with everybody; fails the test if that is not as it
// should be.
Tree ending(Story& story);

}  // namespace lansync::test
