// Work on the disk that an engine asks for and a shell performs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/chunk/chunk_list.h"
#include "core/chunk/content_hasher.h"
#include "core/chunk/piece_hasher.h"
#include "core/fs/file_system.h"
#include "core/index/change.h"

namespace lansync {

enum class JobId : std::uint64_t {};

// What a file held when it was read, cut into chunks in this way.
struct KnownContent {
  ContentId content;
  ChunkClass chunk_class = ChunkClass::kib64;
};

// An entry of which it is not known what a step did to it, and under which name in the trash the
// step would have put what was there (empty: it displaces nothing).
struct DoubtfulEntry {
  RelativePath path;
  std::string trash;
  // What the step was to displace, if nothing but the step or a person can have changed that since:
  // anything else that is there under the name is a person's, and goes back to the path.
  std::optional<FileIdentity> displaces{};
  // What the step was to put in its place, but for its inode; absent: nothing.
  std::optional<FileStat> installs{};
  // What is in that.
  ContentId content{};
  // What is in the file that the step was to displace, if somebody wrote to it about then, and that
  // may not show.
  std::optional<KnownContent> holds{};
  // The system may have gone down since: what that leaves of a file is no person's doing.
  bool lost_power = false;
  // What is at the path now came after what the step has displaced.
  bool stays = false;
  // Whose machine this is: a version that cannot go back to the path is called after it.
  std::string author{};
};

// Look into a directory of the share whose root must still be `root`.
struct ListJob {
  RelativePath dir;
  RootIdentity root;
  // What was done to these is made durable first, so that the look sees nothing that a power
  // failure takes back.
  std::vector<DoubtfulEntry> doubtful;
};
struct Listing {
  std::vector<DirEntry> entries;
  // One for each doubtful entry that may have been displaced: what is in the trash under its name,
  // if anything is.
  std::map<RelativePath, std::optional<FileIdentity>> displaced;
};

// Read a file through, or a link: what is in it, provided that it stays what it is meanwhile. Or a
// piece of a file, provided that it is what `stat` says.
struct HashJob {
  RelativePath path;
  FileStat stat;
  ChunkClass chunk_class = ChunkClass::kib64;
  std::optional<FilePiece> piece{};
};
struct Hashed {
  FileStat stat;
  ChunkList list;  // Files.
  std::string link_target;
  // Of a piece.
  std::optional<FilePiece> of{};
  HashedPiece piece{};
};

// A piece of a file that is on this disk already.
struct LocalPiece {
  std::uint32_t index = 0;                         // Of the chunk that it may be.
  std::variant<RelativePath, std::string> source;  // A visible file, or one in the trash.
  std::uint64_t offset = 0;
};

// Begin, or take up again, the assembly of a file: keep what a staged file of that name already
// holds, copy what is on this disk, and say what is missing. no_space_on_device if that would not
// fit: nobody is asked for it then.
struct StageJob {
  std::string stage;
  ChunkList list;
  std::vector<LocalPiece> pieces;  // Sorted by index; several for one chunk are alternatives.
  // A staged file that is of no use under its name; if nothing stands under the new one, it is
  // taken up in its place. Empty: none.
  std::string takes;
};
struct Staged {
  std::vector<std::uint32_t> missing;
  // Some of that is on this disk, perhaps, and could not be read now.
  bool unread = false;
};

// A chunk that arrived: written only if it is what its hash says (Errc::mismatch).
struct WriteJob {
  std::string stage;
  std::uint64_t offset = 0;
  Chunk chunk;
  Bytes bytes;
  // The file is this chunk alone, and nothing else is to be in it.
  bool whole = false;
};
struct Written {};

// A chunk that a peer asked for. Checked against its hash before it goes out (Errc::mismatch).
struct ReadJob {
  RelativePath path;
  std::uint64_t offset = 0;
  Chunk chunk;
  // A staged file that holds it, until it is installed at the path. Empty: it is there already.
  std::string stage = {};
};

// Change the visible tree. The steps are performed in order, each on its own: one that fails does
// not stop the next. Everything is durable when the job is done.
struct ApplyStep {
  enum class Kind : std::uint8_t {
    make_dir,
    install_file,
    install_link,
    move,  // A file that stands elsewhere, and is to go there.
    set_metadata,
    remove,
    remove_dir
  };

  Kind kind = Kind::make_dir;
  RelativePath path;
  RelativePath from;                     // move
  std::optional<FileIdentity> expected;  // What stands there, or at `from`; absent: nothing.
  WallTime ctime;                        // And a file's ctime; zero: not known.
  std::string stage;                     // install_file, install_link
  std::uint64_t size = 0;                // install_file: what the staged file must have.
  std::string link_target;               // install_link
  std::string trash;                     // The name in the trash for what is displaced or removed,
                                         // and that by which a moved file goes.
  std::uint32_t mode = 0;
  WallTime mtime;
};
inline bool is_install(const ApplyStep& step) {
  return step.kind == ApplyStep::Kind::install_file || step.kind == ApplyStep::Kind::install_link;
}
struct ApplyJob {
  RootIdentity root;
  std::vector<ApplyStep> steps;
};
struct ApplyStepDone {
  FileStat stat;         // What stands there now; not for removals.
  bool trashed = false;  // Something went to the trash under the step's name.
  // A write just before its mtime was set would not show: the file is to be read again.
  bool racy = false;
  // The step did not work out, and what went to the trash is a version that nobody knows.
  bool rescued = false;
};
struct Applied {
  std::vector<Result<ApplyStepDone>> steps;  // One for each.
};

// Tidy the staging folder, while no ApplyJob is under way: what a crash or an error left half
// exchanged goes to the trash, and what an interrupted assembly left and nothing wants any more is
// thrown away. The first one, before the folder is looked at, makes durable what the last process
// did: what the look finds must not be taken back by a power failure.
struct CleanStageJob {
  RootIdentity root;
  std::string rescue_prefix;  // Of the names in the trash; not used before.
  // Sorted. Absent before it is known what is wanted: then nothing is thrown away.
  std::optional<std::vector<std::string>> keep;
};
struct Cleaned {
  std::vector<std::string> staged;  // What there is, if nothing was to be thrown away.
};

// Remove from the trash what has been there for too long, or is too much (trash_policy.h).
struct EmptyTrashJob {
  RootIdentity root;
  WallTime now;
  std::set<std::string> keep;  // Names of what is to come from the trash.
};
struct Emptied {
  std::vector<std::string> names;
};

// Read on in a file that is being checked, or a link: a piece only, so that whatever else is to be
// done waits for a piece and not for a file.
struct CheckJob {
  RelativePath path;
  FileStat stat;  // As it was when the check began; Errc::changed if it is so no more.
  std::uint64_t offset = 0;
  // Of a file: what was read before. Handed on from job to job, and used by the one under way only.
  std::shared_ptr<ContentHasher> hasher;
};
struct Checked {
  FileStat stat;
  std::uint64_t offset = 0;          // Where the next piece begins.
  std::optional<ContentId> content;  // Once the end was reached.
};

struct Job {
  JobId id{};
  std::variant<ListJob, HashJob, StageJob, WriteJob, ReadJob, ApplyJob, CleanStageJob,
               EmptyTrashJob, CheckJob>
      work;
};

// The alternatives stand in the order of the jobs they answer.
using JobResult =
    std::variant<Result<Listing>, Result<Hashed>, Result<Staged>, Result<Written>, Result<Bytes>,
                 Result<Applied>, Result<Cleaned>, Result<Emptied>, Result<Checked>>;

}  // namespace lansync
