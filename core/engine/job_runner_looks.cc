// Looking into a directory, and what is given back there: what a step that was cut short had taken
// along.
#include <set>

#include "core/chunk/hash.h"
#include "core/engine/apply/apply.h"
#include "core/engine/file_reading.h"
#include "core/engine/job_runner.h"
#include "core/fs/conflict_name.h"
#include "core/fs/file_time.h"
#include "core/fs/torn_file.h"

namespace lansync {
namespace {

// Whether it may be what a step was to install: of that, the inode is not known.
bool may_be(const FileStat& stat, const FileStat& installed) {
  if (stat.kind != installed.kind || stat.kind != NodeKind::file) {
    return stat.kind == installed.kind;
  }
  return stat.size == installed.size && may_be_kept_as(installed.mtime, stat.mtime);
}

// There is nothing there, or what no step sets mode and time of.
bool has_no_metadata_of_ours(const Error& error) {
  return is_not_there(error) || error.code == make_error_code(Errc::refused);
}

}  // namespace

// A step that was interrupted before it saw that it had taken a person's version along, which it
// would have put back.
Result<void> JobRunner::give_back(const DoubtfulEntry& entry, std::set<RelativePath>& above) const {
  if (!entry.displaces) return {};
  const auto taken = fs_.stat_trash(entry.trash);
  if (!taken) return {};  // The look says why.
  if (is_as_expected(entry, *taken)) return {};
  const bool only_to_free_path = !entry.installs || entry.stays;
  auto back = only_to_free_path ? fs_.move_from_trash(entry.trash, entry.path)
                                : give_back_over(entry, *taken);
  // Somebody has been there since.
  if (!back && back.error().code == std::errc::file_exists) {
    back = only_to_free_path ? put_into(entry.path.parent(), entry, *taken) : Result<void>();
  }
  if (!back && is_not_there(back.error())) {
    auto dir = put_above(entry, *taken);
    if (dir) above.insert(*dir);
    back = dir ? Result<void>() : std::move(dir).error();
  }
  if (!back && has_no_metadata_of_ours(back.error())) return {};
  return back;
}

// Two versions of a person's and one path: the later stays there, and the other is as well a file
// that nobody has superseded. It is called as if it had lost a conflict.
Result<void> JobRunner::put_into(const RelativePath& dir, const DoubtfulEntry& entry,
                                 const FileStat& taken) const {
  const ConflictStamp stamp{taken.mtime, entry.author, ContentId{hash_of(as_bytes(entry.trash))}};
  const auto name = dir.child(conflict_name(entry.path.name(), stamp));
  auto moved = name ? fs_.move_from_trash(entry.trash, *name) : Result<void>(name.error());
  // The name is made for this one: who has it has put it there.
  return moved || moved.error().code != std::errc::file_exists ? moved : Result<void>();
}

// The directory that it was in has gone meanwhile. Whoever removed that, or put something else
// there, did not see this version: it comes to stand in the next directory above, which is
// returned.
Result<RelativePath> JobRunner::put_above(const DoubtfulEntry& entry, const FileStat& taken) const {
  RelativePath dir = entry.path.parent();
  while (!dir.is_root()) {
    dir = dir.parent();
    auto moved = put_into(dir, entry, taken);
    if (moved) return dir;
    if (!is_not_there(moved.error())) return std::move(moved).error();
  }
  return Error{Errc::changed, "directory of a file to give back"};
}

bool JobRunner::is_as_expected(const DoubtfulEntry& entry, const FileStat& taken) const {
  const FileIdentity identity = FileIdentity::of(taken);
  if (identity != *entry.displaces) {
    return was_undone(entry, taken) ||
           (entry.lost_power && may_be_left_of(*entry.displaces, identity));
  }
  if (!entry.holds) return true;
  // A disk that cannot read it must not keep the folder from being looked at.
  const auto file = fs_.open_trash(entry.trash);
  if (!file) return true;
  const auto list = read_through(**file, taken.size, entry.holds->chunk_class);
  return !list || list->content_id() == entry.holds->content;
}

// Whether what is in the trash is what the step was to install. One link looks like another: if
// that is at the path, then it is not in the trash.
bool JobRunner::was_undone(const DoubtfulEntry& entry, const FileStat& taken) const {
  if (!entry.installs || !may_be(taken, *entry.installs)) return false;
  return taken.kind != NodeKind::link || !has_installed_link(entry);
}

bool JobRunner::has_installed_link(const DoubtfulEntry& entry) const {
  const auto target = fs_.read_link(entry.path);
  return target && ContentId{hash_of(as_bytes(*target))} == entry.content;
}

// What the step put at the path goes to the trash instead. What may not be that stays, until it has
// been read.
Result<void> JobRunner::give_back_over(const DoubtfulEntry& entry, const FileStat& taken) const {
  const auto there = fs_.stat(entry.path);
  if (!there && there.error().code == std::errc::no_such_file_or_directory) {
    return fs_.move_from_trash(entry.trash, entry.path);
  }
  if (!there) return there.error();
  if (!may_be(*there, *entry.installs)) return {};
  if (there->kind == NodeKind::link && !has_installed_link(entry)) return {};
  const auto writing = fs_.is_open_for_writing(entry.path);
  if (writing && *writing) return put_into(entry.path.parent(), entry, taken);
  if (auto traded = fs_.exchange_with_trash(entry.trash, entry.path); !traded) {
    // What the step put there may have gone in this moment.
    if (!is_not_there(traded.error())) return traded;
    return fs_.move_from_trash(entry.trash, entry.path);
  }
  const auto came = fs_.stat_trash(entry.trash);
  if (came && FileIdentity::of(*came) == FileIdentity::of(*there)) return {};
  // The person was faster once more.
  if (auto undone = fs_.exchange_with_trash(entry.trash, entry.path); !undone) return undone;
  return came ? Result<void>() : came.error();
}

Result<void> JobRunner::make_durable(const ListJob& job) const {
  std::set<RelativePath> above;
  for (const DoubtfulEntry& entry : job.doubtful) {
    if (!entry.trash.empty()) {
      if (auto moved = recover_claimed_by(fs_, entry.trash); !moved) return moved;
      if (auto back = give_back(entry, above); !back) return back;
    }
    auto synced = fs_.sync_metadata(entry.path);
    if (!synced && !has_no_metadata_of_ours(synced.error())) return synced;
  }
  for (const RelativePath& dir : above) {
    if (auto synced = fs_.sync_dir(dir); !synced) return synced;
  }
  if (auto synced = fs_.sync_control(); !synced) return synced;
  return fs_.sync_dir(job.dir);
}

Result<Listing> JobRunner::list(const ListJob& job) const {
  if (auto checked = check_root(job.root); !checked) return std::move(checked).error();
  if (!job.doubtful.empty()) {
    if (auto kept = make_durable(job); !kept) return std::move(kept).error();
  }
  auto entries = fs_.list(job.dir);
  // A root that was swapped while it was listed is not believed, nor that a folder is missing.
  if (auto checked = check_root(job.root); !checked) return std::move(checked).error();
  if (!entries) return std::move(entries).error();
  Listing listing{*std::move(entries), {}};
  for (const DoubtfulEntry& entry : job.doubtful) {
    if (entry.trash.empty()) continue;
    const auto displaced = fs_.stat_trash(entry.trash);
    if (!displaced && displaced.error().code != std::errc::no_such_file_or_directory) {
      return displaced.error();
    }
    std::optional<FileIdentity>& identity = listing.displaced[entry.path];
    if (displaced) identity = FileIdentity::of(*displaced);
  }
  return listing;
}

}  // namespace lansync
