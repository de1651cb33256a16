// What stands in the way, path by path, for a person to see.
#pragma once

#include <iterator>
#include <map>
#include <string>
#include <string_view>

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

// Said wherever something that is mounted inside the share is met.
inline PathIssue mounted_there(std::string path) {
  return {std::move(path), "mounted", "another disk is mounted here",
          "it is not synced, nor is what it hides; unmount it, or make it a share of its own"};
}

// One issue for each path, the latest; at most kIssuesMax are kept.
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
  // Only if it is that one, and no later one of another kind.
  void clear(const std::string& path, std::string_view code) {
    const auto issue = issues_.find(path);
    if (issue != issues_.end() && issue->second.code == code) issues_.erase(issue);
  }
  // Clears all beneath a directory that is no more.
  void clear_beneath(const std::string& dir) {
    clear_where(dir, [](const PathIssue&, std::string_view) { return true; });
  }
  // Clears those of a directory's own entries (empty: the root's) for which over(issue, name)
  // holds; `name` is the entry's.
  template <class Over>
  void clear_in(const std::string& dir, Over over) {
    clear_where(dir, [&](const PathIssue& issue, std::string_view beneath) {
      return beneath.find('/') == std::string_view::npos && over(issue, beneath);
    });
  }
  [[nodiscard]] const std::map<std::string, PathIssue>& all() const { return issues_; }

 private:
  // `over` gets the path from the directory on.
  template <class Over>
  void clear_where(const std::string& dir, Over over) {
    const std::string prefix = dir.empty() ? dir : dir + "/";
    for (auto at = issues_.lower_bound(prefix);
         at != issues_.end() && at->first.starts_with(prefix);) {
      const std::string_view beneath = std::string_view(at->first).substr(prefix.size());
      at = over(at->second, beneath) ? issues_.erase(at) : std::next(at);
    }
  }

  std::map<std::string, PathIssue> issues_;
};

}  // namespace lansync
