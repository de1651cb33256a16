#include "core/engine/path_issues.h"

#include <vector>

#include <catch2/catch.hpp>

namespace lansync::test {
namespace {

std::vector<std::string> paths(const PathIssues& issues) {
  std::vector<std::string> paths;
  for (const auto& [path, issue] : issues.all()) paths.push_back(path);
  return paths;
}

TEST_CASE("Issues are cleared by directory, without what lies deeper or beside it", "[engine]") {
  const std::vector<std::string> all = {"a", "a b", "a-", "a/kept", "a/pipe", "a/x/pipe", "b"};
  PathIssues issues;
  for (const std::string& path : all) issues.raise({path, "special", "", ""});
  std::vector<std::string> asked;
  const auto is_pipe = [&](const PathIssue& issue, std::string_view name) {
    asked.emplace_back(name);
    return issue.path.ends_with("pipe");
  };
  issues.clear_in("a", is_pipe);
  CHECK(asked == std::vector<std::string>{"kept", "pipe"});
  CHECK(paths(issues) == std::vector<std::string>{"a", "a b", "a-", "a/kept", "a/x/pipe", "b"});
  issues.clear_in("nowhere", [](const auto&, auto) { return true; });
  CHECK(issues.all().size() == 6);
  issues.clear_in("", [](const auto&, auto) { return true; });
  CHECK(paths(issues) == std::vector<std::string>{"a/kept", "a/x/pipe"});
  issues.clear_beneath("a/x");
  CHECK(paths(issues) == std::vector<std::string>{"a/kept"});
}

}  // namespace
}  // namespace lansync::test
