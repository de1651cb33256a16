// What stands in the way, path by path, for a person to see.
#pragma once

#include <map>
#include <string>

#include "core/base/result.h"
#include "core/fs/relative_path.h"

namespace lansync {

struct PathIssue {
  std::string path;     // As the disk has it: may be no valid name. Escape it before it is shown.
  std::string code;     // Stable, for programs: "unreadable", "no_space", "name", ...
  std::string message;  // What is wrong.
  std::string fix;      // What to do about it.

  friend bool operator==(const PathIssue&, const PathIssue&) = default;
};

// One issue for each path, the latest; at most kIssuesMax are kept (the number of all is kept too).
class PathIssues {
 public:
  static constexpr std::size_t kIssuesMax = 1000;

  void raise(PathIssue issue) {
    if (issues_.size() < kIssuesMax || issues_.contains(issue.path)) {
      std::string path = issue.path;
      issues_.insert_or_assign(std::move(path), std::move(issue));
    }
  }
  void clear(const std::string& path) { issues_.erase(path); }
  [[nodiscard]] const std::map<std::string, PathIssue>& all() const { return issues_; }

 private:
  std::map<std::string, PathIssue> issues_;
};

}  // namespace lansync
