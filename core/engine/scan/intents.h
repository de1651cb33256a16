// What steps were to make of paths, until it is known what they did.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/scan/found.h"
#include "core/index/index.h"

namespace lansync {

// A step changes the disk first and its row in the index later, and between the two a process may
// die, a folder may fail to become durable, an error may say nothing about what was done. What is
// found at the path then is not what the row says, and yet no person's doing. So each step is
// written down before it is performed (begin), and
//   - forgotten when its row is written (done),
//   - in doubt when it failed, or when a process that was killed left it: until somebody has looked
//     at the path, and into the trash for what the step displaced. The look says by settle()
//     whether the step was performed; what a person did to the path since is a change of what the
//     step made.
//
// A step that displaces nothing leaves nothing in the trash to tell of it. Yet where the process
// was killed while the system ran on, names are as they were left: a file that was staged before
// its step was begun, and is no longer, is the file that the step installed. learn_staged() finds
// such steps, whatever a person has done at their paths since. If the system went down in between,
// it may have kept that a file left the staging folder and not that it came to its path: nothing is
// concluded then. (Nor of links and of files without bytes, which are staged by their steps.)
//
// Writes into the index's open transaction. Owned by one share's engine.
class Intents {
 public:
  // `boot` changes whenever the share's disk may have lost what was done and not made durable; it
  // is empty if that is not known.
  explicit Intents(Index& index, std::string boot = {}) : index_(index), boot_(std::move(boot)) {}

  // Once, before the first look: all that is written down is in doubt. An error is the index's.
  Result<void> load();
  // What the staging folder holds, before anything was changed there since load(). An error is the
  // index's.
  Result<void> learn_staged(const std::vector<std::string>& staged);

  Result<void> begin(Intent intent);
  Result<void> done(const RelativePath& path);
  void doubt(const RelativePath& path);
  // Takes back that a step was performed, until it is known what is in the file that it displaced:
  // the row is that file's again. An error is the index's.
  Result<void> doubt_displaced(Intent intent, const DiskRow& displaced);
  [[nodiscard]] bool in_doubt(const RelativePath& path) const { return doubtful_.contains(path); }
  [[nodiscard]] bool any_in_doubt() const { return !doubtful_.empty(); }
  // The paths in this directory that are in doubt, and those at any depth beneath it.
  [[nodiscard]] std::vector<RelativePath> in_doubt_within(const RelativePath& dir) const;
  [[nodiscard]] std::vector<RelativePath> in_doubt_beneath(const RelativePath& dir) const;
  // Whether learn_staged() has shown that the step was performed at this path, where nothing had
  // been: nothing there is a removal then.
  [[nodiscard]] bool installed(const RelativePath& path) const;
  // The staged files of steps that are in doubt. Nobody removes them: that they are gone means that
  // they were installed.
  [[nodiscard]] std::vector<std::string> stages() const;
  // Whether a step that is under way or in doubt is to install this staged file.
  [[nodiscard]] bool rely_on(const std::string& stage) const;

  // Under which name its step would have put what was at a path that is in doubt; empty: nothing.
  [[nodiscard]] const std::string& trash_of(const RelativePath& path) const {
    return doubtful_.at(path).intent.trash;
  }
  // What was at a path whose step was to displace it, if the step was begun by an earlier process,
  // or was a removal, or something is in the way there, or what was displaced was written to. An
  // error is the index's.
  [[nodiscard]] Result<std::optional<FileIdentity>> displaces(const RelativePath& path) const;
  // What the step at a path that is in doubt was to make of it, and what became of that if it is in
  // the way; nothing: a removal.
  [[nodiscard]] std::optional<FileStat> installs(const RelativePath& path) const;
  // The content of that.
  [[nodiscard]] ContentId content_of(const RelativePath& path) const;
  // What was at a path that is in doubt because of the file that was displaced there. An error is
  // the index's.
  [[nodiscard]] Result<std::optional<DiskRow>> written_to(const RelativePath& path) const;
  // Whether the system went down since the step at a path that is in doubt was begun, or may have.
  [[nodiscard]] bool lost_power(const RelativePath& path) const {
    return !doubtful_.at(path).ran_on;
  }
  // Whether in the trash is neither what the step was to install nor what it was to displace: a
  // person's version, and the path stays in doubt until it has been looked at again, which gives
  // that back. If what was found is what the step was to install, it is in the way; if not, it came
  // later and stays. An error is the index's.
  Result<bool> owes_a_person(const Found& found);
  // Whether what is at a path that is in doubt stays there, whatever comes out of the trash.
  [[nodiscard]] bool stays(const RelativePath& path) const { return doubtful_.at(path).stays; }
  // What is there under that name, if the path is in doubt still.
  void learn(const RelativePath& path, const std::optional<FileIdentity>& displaced);

  // Compares a finding with what was to be there, if that is in doubt, and ends the doubt. Is it
  // what the step made, the index gets the step's row, and `found.row` with it: whatever else is
  // found at the path is a change of that. Returns the path whose heads the step's row displays;
  // nothing if the step was not performed.
  Result<std::optional<RelativePath>> settle(Found& found, WallTime now);
  // A content that turned out to have gone to the trash so.
  std::optional<ContentId> poll_trashed();

 private:
  struct Doubt {
    Intent intent;
    bool ran_on = false;      // The system, since the step was begun: the disk has all of it.
    bool begun_here = false;  // By this process.
    bool written_to = false;  // What it displaced, see doubt_displaced().
    bool installed = false;   // See installed().
    bool looked = false;      // Into the trash, and found there:
    std::optional<FileIdentity> displaced{};
    std::optional<FileStat> in_the_way{};  // See owes_a_person().
    int times_in_the_way = 0;
    bool stays = false;       // See there, too.
    bool put_beside = false;  // That was tried.
  };

  Result<void> note_boot();
  Result<bool> was_to_come(const Intent& intent);
  Result<bool> was_performed(const Found& found, const Doubt& doubt) const;
  [[nodiscard]] Result<bool> went_on(const Found& found, const std::optional<DiskRow>& row) const;
  Result<void> record_trash(const Intent& intent, WallTime now);
  Result<void> record_given_back(const Doubt& doubt, WallTime now);

  Index& index_;
  const std::string boot_;
  // All intents that the index has were begun in this boot, and it says so.
  bool of_this_boot_ = false;
  std::map<RelativePath, Intent> under_way_;
  std::map<RelativePath, Doubt> doubtful_;
  std::deque<ContentId> trashed_;
};

}  // namespace lansync
