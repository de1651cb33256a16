// Whether the disk is what the index says, byte for byte.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "core/engine/job.h"
#include "core/engine/path_issues.h"
#include "core/index/index.h"

namespace lansync {

// Goes through a folder, one job at a time, reads every file, and compares what it finds with the
// index. Writes nothing.
//
// People go on working meanwhile, and so does the engine: a difference is only a suspicion until
// the scan has looked at it and it is still there. Hence passes: the first looks at everything;
// when pass_done(), have doubtful_dirs() scanned and what the scan finds published, and
// look_again(). The exception is a content that changed while size, time and inode did not: no scan
// sees that. Suspicions that are new in each pass belong to what is being worked on; unsettled()
// counts them.
//
// Drive it: perform poll_job()s and hand their results back. Owned by a Verification.
class DiskCheck {
 public:
  static constexpr std::size_t kFindingsMax = 1000;
  static constexpr std::size_t kSuspectsMax = 10'000;
  static constexpr int kPassesMax = 4;

  DiskCheck(Index& index, RootIdentity root);

  std::optional<std::variant<ListJob, CheckJob>> poll_job();
  // Errors are the index's.
  Result<void> handle_listing(Result<Listing> listing);
  Result<void> handle_checked(Result<Checked> checked);

  [[nodiscard]] bool pass_done() const {
    return !busy_ && to_list_.empty() && to_check_.empty() && !reading_;
  }
  [[nodiscard]] std::set<RelativePath> doubtful_dirs() const;
  void look_again();

  // What is wrong; at most kFindingsMax.
  [[nodiscard]] const std::vector<PathIssue>& findings() const { return findings_; }
  [[nodiscard]] const Totals& checked() const { return checked_; }  // Files that were read.
  [[nodiscard]] std::uint64_t unsettled() const { return unsettled_; }

 private:
  struct Suspicion {
    PathIssue issue;
    RelativePath dir;              // Whose listing shows it.
    std::optional<FileStat> stat;  // On disk.
    std::optional<DiskRow> row;
    bool settled = true;  // Not of something that changed while it was looked at.

    friend bool operator==(const Suspicion&, const Suspicion&) = default;
  };
  struct Reading {
    RelativePath path;
    FileStat stat;
    CheckJob next;
  };

  [[nodiscard]] bool wanted(const RelativePath& path) const;
  void suspect(const RelativePath& path, Suspicion suspicion);
  void find(PathIssue issue);
  Result<void> handle_no_listing(const Error& error);
  Result<void> compare(const std::vector<DirEntry>& listing);
  void compare_entry(const RelativePath& path, const FileStat& stat, const DiskRow& row);
  Result<void> compare_content(const Checked& checked);

  Index& index_;
  const RootIdentity root_;
  int pass_ = 1;
  std::set<RelativePath> to_list_;
  RelativePath listing_;  // Under way.
  std::deque<Reading> to_check_;
  std::optional<Reading> reading_;
  bool busy_ = false;                          // A job is under way.
  std::map<RelativePath, Suspicion> earlier_;  // Of the pass before.
  std::map<RelativePath, Suspicion> suspects_;
  std::vector<PathIssue> findings_;
  Totals checked_;
  std::uint64_t unsettled_ = 0;
};

}  // namespace lansync
