// Finds out what a person did to the folder.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/chunk/piecewise_hash.h"
#include "core/engine/job.h"
#include "core/engine/path_issues.h"
#include "core/engine/scan/found.h"
#include "core/engine/scan/held_deletions.h"
#include "core/engine/scan/hints.h"
#include "core/engine/scan/intents.h"
#include "core/engine/scan/mounts_inside.h"
#include "core/engine/scan/reading_queue.h"
#include "core/engine/scan/unsynced.h"
#include "core/index/index.h"
#include "core/sync/local_change.h"

namespace lansync {

// Compares directories with the index, one listing at a time, and has files hashed whose stat is
// new.
//
// Drive it: request() what is to be looked at; perform poll_job()s and hand their results back;
// take poll_found() after each. Files that are new or different are reported as they are hashed, at
// most kFoundMax at a time; what is gone is reported only when nothing is left to look at, so that
// a file that moved is found at its new place before it is missed at its old one. One of which both
// is known by then is reported together with what is gone; it is not read again if its directory
// was moved, as it has kept its times then. A round ends when nothing is left; finished_rounds()
// then grows.
//
// An unreadable directory, a listing that fails part-way or a root that is not the share's root
// never make anything disappear: they are issues, and the directory is left as the index has it.
//
// A directory that the index does not know is found by its parent, and compared only then: a
// watcher may have noticed what is in it and missed that it was made.
//
// While a directory is being changed by the engine itself (freeze), it is neither listed nor are
// listings of it believed that were asked for before: it is looked at again afterwards.
//
// Owned by one share's engine.
class Scan {
 public:
  static constexpr std::size_t kListingsMax = 2;  // Under way at once.
  // Files that wait to be read, beyond which no directory is listed: each is held in memory until
  // it is, half a kilobyte of it.
  static constexpr std::size_t kToHashMax = 4096;
  static constexpr std::size_t kHashesMax = 16;  // Of small files and links.
  // Of large files besides: each keeps a processor for some 50 ms.
  static constexpr std::size_t kPiecesMax = 4;
  // What is found is published when it is so much, or so many files, or there is nothing else to
  // read; small files also when only large ones are left to read.
  static constexpr std::size_t kFoundMax = 512;
  static constexpr std::uint64_t kFoundBytesMax = std::uint64_t{64} << 20;
  // Files that were moved and wait for the end of the look; others do not.
  static constexpr std::size_t kMovedMax = 16'384;

  Scan(Index& index, PathIssues& issues, const HeldDeletions& held, Intents& intents,
       const Unsynced& unsynced)
      : index_(index), issues_(issues), held_(held), intents_(intents), unsynced_(unsynced) {}

  // Which root to insist on; from when the share was opened.
  void set_root(const RootIdentity& root) { root_ = root; }

  // Look at a directory; with `recursive` at everything beneath it too.
  void request(const RelativePath& dir, bool recursive);

  // The same; what was asked for before is not believed.
  void look_anew(const RelativePath& dir);

  void freeze(const std::set<RelativePath>& dirs);
  // The frozen directories are looked at again if anything was asked of them meanwhile.
  void thaw();
  // Whether the path is being looked at: by a listing of the directory that it is in, or by one or
  // a reading of itself or of what is in it. Its neighbours may be read for long, and go on.
  [[nodiscard]] bool touches(const RelativePath& path) const;

  std::optional<std::variant<ListJob, HashJob>> poll_job();
  // An error is the index's.
  Result<void> handle_listing(const RelativePath& dir, Result<Listing> listing);
  void handle_hashed(const RelativePath& path, Result<Hashed> hashed, bool racy, WallTime now);

  // What is to be published now; empty if nothing is.
  std::vector<Found> poll_found();
  // Directories that could not be looked at, or something in them, by a failure that may pass: to
  // be looked at again after a while.
  Hints::Dirs take_failed() { return std::exchange(failed_, {}); }

  [[nodiscard]] bool idle() const;
  [[nodiscard]] std::uint64_t finished_rounds() const { return finished_rounds_; }
  [[nodiscard]] std::size_t waiting() const { return to_list_.size() + to_hash_.size(); }
  // The root was missing, empty of its marker, or another directory; nothing is scanned then.
  [[nodiscard]] const std::optional<Error>& root_error() const { return root_error_; }

 private:
  struct Reading {
    ToRead file;
    // Of a large one:
    ChunkClass chunk_class = ChunkClass::kib64;
    std::optional<PiecewiseHash> pieces{};
    std::size_t pieces_out = 0;
    bool racy = false;
    std::optional<Error> failed{};
  };

  std::optional<HashJob> poll_hash();
  std::optional<HashJob> poll_piece();
  bool begin_large();
  [[nodiscard]] bool may_read(const RelativePath& path) const {
    return !frozen_.contains(path.parent()) && !hashing_.contains(path);
  }
  [[nodiscard]] std::size_t small_out() const { return hashing_.size() - in_pieces_.size(); }
  void handle_piece(const RelativePath& path, Result<Hashed> hashed, bool racy, WallTime now);
  void handle_whole(const RelativePath& path, Result<Hashed> hashed, bool racy, WallTime now);
  [[nodiscard]] bool enough_found() const;
  void miss(const DiskRow& row);
  [[nodiscard]] const DiskRow* missed_elsewhere(const FileStat& stat) const;
  bool may_be_moved(const Found& found);
  void report(Found found);
  void take_missed(std::vector<Found>& batch);
  Result<bool> is_known_dir(const RelativePath& dir) const;
  void note_failure(const RelativePath& dir, bool recursive, const Error& error);
  void clear_issues(const RelativePath& dir, const std::vector<DirEntry>& listing);
  Result<void> compare(const RelativePath& dir, const std::vector<DirEntry>& listing);
  Result<void> compare_entry(const RelativePath& path, const FileStat& stat,
                             const std::optional<DiskRow>& row, bool recursive);
  [[nodiscard]] bool is_as_known(const DiskRow& row, const FileStat& stat) const;
  void complain_if_torn(const DiskRow& row, const Observation& seen, WallTime now);
  Result<Observation> observe(const FileStat& stat, const DiskRow& row);
  Result<void> report_gone(const DiskRow& row);
  void miss_doubtful(const RelativePath& dir, const std::vector<DirEntry>& listing);
  Result<void> end_doubts(const RelativePath& dir);
  Result<void> report_gone_beneath(const RelativePath& dir);
  void end_round_if_done();

  Index& index_;
  PathIssues& issues_;
  const HeldDeletions& held_;
  Intents& intents_;
  const Unsynced& unsynced_;
  RootIdentity root_;
  std::optional<Error> root_error_;

  std::map<RelativePath, bool> to_list_;  // Directory, recursive.
  std::map<RelativePath, bool> listing_;  // Under way.
  ReadingQueue to_hash_;
  std::map<RelativePath, Reading> hashing_;
  std::set<RelativePath> in_pieces_;  // Of those being hashed.
  std::size_t pieces_out_ = 0;
  std::set<RelativePath> changed_meanwhile_;  // Of those being hashed.
  std::set<RelativePath> frozen_;
  std::set<RelativePath> stale_;    // Listings under way that must not be believed.
  std::set<RelativePath> unknown_;  // Listed before they were known; their parents are looked at.
  std::map<RelativePath, Found> found_;
  std::map<RelativePath, Found> gone_;  // And what stands where a directory was.
  // Files that are missing elsewhere: whoever hears of the one without the other would copy them.
  std::map<RelativePath, Found> moved_;
  std::unordered_map<std::uint64_t, RelativePath> gone_inodes_;  // Some that are in `gone_`.
  MountsInside mounts_;
  Hints::Dirs failed_;
  bool round_open_ = false;
  std::uint64_t finished_rounds_ = 0;
};

}  // namespace lansync
