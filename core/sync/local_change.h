// From what the disk shows to what the person did.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/index/index.h"

namespace lansync {

// What was found at a path: its stat, and for a file or a link what is in it.
struct Observation {
  FileStat stat;
  ContentId content;
  ChunkClass chunk_class = ChunkClass::kib64;
  bool one_chunk = true;
  std::string link_target;
  bool racy = false;

  friend bool operator==(const Observation&, const Observation&) = default;
};

// Everything that is known about a path before it was looked at again.
struct KnownPath {
  RelativePath path;
  std::optional<DiskRow> row;
  // The heads of the path itself, and, if the row is a conflict copy, those of its source.
  std::vector<Change> heads;
  std::vector<Change> source_heads;
  // And what is at the source.
  std::optional<DiskRow> source_row;
  // The conflict copies of this path that are on disk.
  std::vector<DiskRow> copies;
  // The folder has not been looked through since its index was begun. What is found was there
  // before, and is a version of its own even if it equals one that is known: a delete of that one,
  // which may be right behind, was not made with this device's copy in sight.
  bool first_look = false;
  // The power has failed, and the disk may never have had what the row describes.
  bool unsynced = false;
  // Whether anything lives beneath the path. Needed only of a path that has copies.
  bool live_beneath = false;
};

// What a power failure has left of what the row describes: a file without its end, or what was
// there before (core/fs/torn_file.h). Neither is anybody's edit.
enum class Leftover { none, cut_off, from_before };
// `unsynced` as in KnownPath.
Leftover left_by_power_failure(const DiskRow& row, const Observation& seen, bool unsynced,
                               WallTime now);

// The changes that explain the difference, in the order in which they are to be published; their
// dots are not assigned yet. None if there is nothing to tell: the same content, a new inode.
//
//   - `supersedes` names what was displayed, nothing that had merely arrived;
//   - an edit is later than everything it supersedes and than the conflict copies beside it,
//     whatever the clock says;
//   - what is as the heads want it was put there by nobody and is no change, if what was displayed
//     before is superseded already, or one file stands in another's place, which an index that was
//     put back does not know: it displays what they ask for from now on;
//   - a conflict copy that was touched becomes an ordinary file, or goes; either way the version it
//     showed is no head of its source any more, unless the source shows it, too (for a moment, when
//     the copy is there already and what is to replace it is not): a new mode or time of it is no
//     change then, and is put back;
//   - when a file goes, its conflict copies stay, as ordinary files; only what shows the version
//     that the file showed, and is its place from now on as the heads want it, stays what it is;
//   - where the file is about to go, another one with the same bytes is an edit by a person;
//   - what a power failure has left was not edited; nor removed, what the disk did not have yet.
//
// `seen` empty means that a person removed what the row describes; being unable to look is not
// that, and never comes here. Pure.
struct LocalChange {
  std::vector<Change> changes;
  // Index into `changes` of the one that the path itself displays from now on, if there is one.
  std::optional<std::size_t> displayed;
  // Or, if that is none of them, what it displays instead of what it did. Empty: as before.
  std::vector<Dot> adopted;
  // The path displays nothing: a power failure has left what is there.
  bool torn = false;
};
LocalChange explain(const KnownPath& known, const std::optional<Observation>& seen, WallTime now);

}  // namespace lansync
