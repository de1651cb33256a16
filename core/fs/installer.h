// How a staged file takes its place in the visible tree without anything ever being lost.
//
// The contract, step by step. Each call here is one step; who calls keeps the order:
//
//   1. The staged files are complete, verified, and durable:        sync_stage()
//   2. The index holds the intent: path, what it becomes, the name in the trash (durably).
//   3. install(), install_link(), remove_to_trash(), move_file(), move_checked(), make_dir(),
//      remove_dir();
//      directories before what is in them, as a missing parent is no_such_file_or_directory here.
//   4. The directories that changed are durable:                    sync_dirs()
//   5. The index says "have".
//
// Steps 1 and 4 are batched: nothing in step 3 waits for the disk. Until step 5 the index is behind
// the disk and never ahead of it; were it ahead, the next scan would take the old file for an edit.
//
// At every instant, and so also after a crash in any step: what is at a path is a whole file,
// either the old one or the new one; and the bytes of both are at the path, in stage, or in the
// trash. That the path named what was expected is checked on what was displaced, after the
// exchange, as any check before it can be outrun by the user.
//
// A user's file may be under a stage name: for a moment in each install, after an error, after a
// crash. Nobody therefore writes to or removes a staged entry that step 3 was begun with before
// rescue_stage() has looked at it.
//
// A program that opened the file just before it was displaced may go on writing to it in the trash.
// Whoever keeps the trash looks at such a file once more, later, and takes a change for an edit.
//
// Blocking; on the pool's threads. At most one call for a path at a time.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "core/fs/file_system.h"
#include "core/fs/own_names.h"

namespace lansync {

enum class InstallEnd {
  created,   // There was nothing at the path.
  replaced,  // What was expected at the path is in the trash, under the given name.
  rescued,   // Did not work out, and a user's file is in the trash: see below.
};

// How an installation or a removal ended that got as far as touching the path.
//
// `rescued`: what was displaced was not what was expected, and it could not be put back, since the
// user went on changing the path. Those bytes are in the trash under the given name and belong to a
// version that nobody knows: make it one, then look at what is at the path now.
struct InstallOutcome {
  InstallEnd end = InstallEnd::created;
  // What was staged, and is now at the path unless somebody has changed it since: taken before the
  // installation, so that a change right after it is recognised as one.
  FileStat stat;
};

// Puts the staged file or link at `path`. `expected` is what the index knows to be there; nothing,
// if nothing should be.
//
// Errors:
//   Errc::busy     another program has the file open for writing. Nothing was touched.
//   Errc::changed  something else is at the path, or nothing is. The path is as the user left it,
//   and
//                  the staged entry is still staged, or gone if the user got hold of it.
//   Errc::mismatch  the disk takes the name for another that is there: it does not tell case apart,
//                  or how accents are spelt. Nothing was touched.
//   no_such_file_or_directory  the parent is missing.
//   anything else  as the system says: the path has the old or the new file. See rescue_stage().
// Requires that `expected` is no directory: those are removed or moved away first.
//
// `names`, here and below: those of the batch, if this is one of many calls. `ctime`: that of the
// expected file, if it is known: one that is overwritten to equal length and gets its time back
// (cp -p) is told by nothing else, and after the exchange not even by that.
Result<InstallOutcome> install(FileSystem& fs, std::string_view stage_name,
                               const RelativePath& path, std::optional<FileIdentity> expected,
                               std::string_view trash_name, OwnNames* names = nullptr,
                               WallTime ctime = {});

// Stages a symbolic link, which needs no transfer, and installs it. The stage name must be free.
Result<InstallOutcome> install_link(FileSystem& fs, std::string_view stage_name,
                                    std::string_view target, const RelativePath& path,
                                    std::optional<FileIdentity> expected,
                                    std::string_view trash_name);

// After any error of install() but busy and changed, and after a crash: if the entry under
// `stage_name` is not the staged one, it is a user's and goes to the trash under `trash_name`.
// Returns whether it did.
Result<bool> rescue_stage(FileSystem& fs, std::string_view stage_name, const FileIdentity& staged,
                          std::string_view trash_name);

// Moves the file or link at `path` to the trash. Errors as install(); ends as `replaced` (it is in
// the trash) or `rescued` (the path was not what was expected, and its bytes are in the trash).
// Requires that `expected` is no directory.
Result<InstallOutcome> remove_to_trash(FileSystem& fs, const RelativePath& path,
                                       const FileIdentity& expected, std::string_view trash_name,
                                       WallTime ctime = {});

// Renames a file, a link or a whole directory. Errc::changed if `from` is not what was expected:
// then it is where it was, or, if the user has put something there meanwhile, still at `to`. Look
// at both. file_exists if something is at `to`.
Result<FileStat> move_checked(FileSystem& fs, const RelativePath& from, const RelativePath& to,
                              const FileIdentity& expected);

// Renames a file. It goes by way of the trash, where nobody can reach it before it is known to be
// what was expected: with the rename alone an edit of the last moment would come to light under a
// name under which a person may overwrite it at once. Ends as `created`, or as `rescued`: what was
// at `from` was not what was expected, and is in the trash. Errors as install(), `changed` about
// either path; the file is where it was then, or in the trash.
Result<InstallOutcome> move_file(FileSystem& fs, const RelativePath& from, const RelativePath& to,
                                 const FileIdentity& expected, std::string_view trash_name,
                                 OwnNames* names = nullptr, WallTime ctime = {});

// Makes a directory, or finds it made. file_exists if something else is there; mismatch as above.
Result<FileStat> make_dir(FileSystem& fs, const RelativePath& path, std::uint32_t mode,
                          OwnNames* names = nullptr);

// Removes an empty directory. Errc::changed if it is not the expected one; directory_not_empty if
// there is anything in it, ignored files included.
Result<void> remove_dir(FileSystem& fs, const RelativePath& path, const FileIdentity& expected);

// Makes staged files durable: from kSyncTogetherMin on with one wait for the whole disk, which
// takes as long as one file alone; below that with one for each, which waits for nobody else's
// bytes. One result for each, as one bad file is no reason to hold up the others; the file of an
// error is garbage and is fetched again, never synced again.
constexpr std::size_t kSyncTogetherMin = 8;
std::vector<Result<void>> sync_stage(FileSystem& fs, std::span<StageFile* const> files);

// What could not be made durable. Nothing that was installed there may be called "have".
struct SyncFailure {
  RelativePath dir;
  Error error;
};

// Makes the names in these directories durable, and first those in stage and trash, so that what
// left a directory is never in neither. Empty if all went well; if stage and trash fail, every
// directory has failed.
std::vector<SyncFailure> sync_dirs(FileSystem& fs, const std::set<RelativePath>& dirs);

}  // namespace lansync
