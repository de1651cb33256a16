// The seam between lansync and the disk that holds a share.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/fs/relative_path.h"

namespace lansync {

enum class NodeKind : std::uint8_t { file = 1, dir = 2, link = 3, other = 4 };

// What lstat says. `mode` holds the nine permission bits only.
struct FileStat {
  NodeKind kind = NodeKind::other;
  std::uint64_t size = 0;
  WallTime mtime;
  std::uint32_t mode = 0;
  std::uint64_t inode = 0;
  std::uint32_t links = 1;
  // When anything of it was last changed, be it its name: nobody can set it. Zero: not known.
  WallTime ctime;

  friend bool operator==(const FileStat&, const FileStat&) = default;
};

// Enough of a FileStat to tell whether a path still names what it named when it was looked at.
// Survives a rename (ctime does not, so it is not part of it). A directory's size and time change
// with its entries and do not count.
struct FileIdentity {
  NodeKind kind = NodeKind::other;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  WallTime mtime;

  static FileIdentity of(const FileStat& stat) {
    if (stat.kind == NodeKind::dir) return {stat.kind, stat.inode, 0, {}};
    return {stat.kind, stat.inode, stat.size, stat.mtime};
  }
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

struct DirEntry {
  std::string name;  // As the disk has it: may be no valid name for a share.
  FileStat stat;
  // Something else is mounted there: what `stat` says is of that, and is not the share's.
  bool elsewhere = false;
};

// Which directory a share's root really is. Compared before every scan: a disk that is not mounted
// must never look like a folder that a person emptied.
struct RootIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::string marker;  // The content of `.lansync/share`: the share's id in hex; empty if absent.

  friend bool operator==(const RootIdentity&, const RootIdentity&) = default;
};

// A file being read. It stays the same file whatever happens to its name.
class ReadFile {
 public:
  virtual ~ReadFile() = default;
  // Up to `into.size()` bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  virtual Result<FileStat> stat() = 0;
};

// A file being assembled in the staging folder.
class StageFile : public ReadFile {
 public:
  // All of `bytes` or an error (ENOSPC keeps its own code).
  virtual Result<void> write_at(std::uint64_t offset, ByteView bytes) = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  // On the file, not on its name, and before it becomes visible.
  virtual Result<void> set_mode_and_mtime(std::uint32_t mode, WallTime mtime) = 0;
  // The parts of sync(), for many files at once: all begin (with some of their bytes, or to the end
  // if `bytes` is 0), each waits until its bytes are written, and FileSystem::sync_all() makes all
  // of them durable. An error means the same as that of sync().
  virtual void begin_sync(std::uint64_t offset, std::uint64_t bytes) = 0;
  virtual Result<void> wait_until_written() = 0;
  // Returns once data and metadata are durable. After an error the file is garbage: Linux marks
  // failed pages clean, so a second attempt would succeed and lie.
  virtual Result<void> sync() = 0;
};

// One share's folder: the visible tree, and beneath `.lansync/` the staging folder and the trash,
// all on one file system, so that a rename is atomic between them.
//
// The real one is os/share_root (every path operation that lansync does for another device goes
// through it: nothing outside the root is ever reached, no symbolic link is ever followed); tests
// have a memory one. Names in stage and trash are flat and chosen by lansync.
//
// What is mounted inside the root is no part of the share: list() says where that is, and nothing
// there is reached (cross_device_link).
//
// Errors keep the system's code: no_such_file_or_directory, file_exists, directory_not_empty,
// no_space_on_device, too_many_symbolic_link_levels (a link stands in the way), ...
//
// Blocking; used from the pool's threads, several at a time: every method is thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // --- Looking ---
  virtual Result<RootIdentity> root_identity() = 0;
  // The entries of a directory, without `.`, `..` and the root's `.lansync`. In no particular
  // order. An error part-way is an error: a partial listing would read as deletions.
  virtual Result<std::vector<DirEntry>> list(const RelativePath& dir) = 0;
  virtual Result<FileStat> stat(const RelativePath& path) = 0;
  // Regular files only; anything else is Errc::changed.
  virtual Result<std::unique_ptr<ReadFile>> open_read(const RelativePath& path) = 0;
  virtual Result<std::string> read_link(const RelativePath& path) = 0;
  // Whether another process has the file open for writing (false where that can't be told).
  virtual Result<bool> is_open_for_writing(const RelativePath& path) = 0;
  virtual Result<std::uint64_t> free_bytes() = 0;

  // --- Staging ---
  // Opens for reading and writing; creates an empty file (0600) if there is none.
  virtual Result<std::unique_ptr<StageFile>> open_stage(std::string_view name) = 0;
  virtual Result<void> make_stage_link(std::string_view name, std::string_view target) = 0;
  virtual Result<FileStat> stat_stage(std::string_view name) = 0;
  virtual Result<std::vector<std::string>> list_stage() = 0;
  // Where nothing may be (file_exists).
  virtual Result<void> rename_stage(std::string_view from, std::string_view to) = 0;
  // Succeeds if there is none.
  virtual Result<void> remove_stage(std::string_view name) = 0;

  // --- Changing the visible tree. None of these replaces or removes anything but by renaming it
  // --- The staged entry appears at `path`, where nothing may be (file_exists).
  virtual Result<void> install_new(std::string_view stage, const RelativePath& path) = 0;
  // The staged entry and what is at `path` change places, atomically.
  virtual Result<void> exchange(std::string_view stage, const RelativePath& path) = 0;
  virtual Result<void> move(const RelativePath& from, const RelativePath& to) = 0;
  virtual Result<void> make_dir(const RelativePath& path, std::uint32_t mode) = 0;
  // Empty directories only.
  virtual Result<void> remove_dir(const RelativePath& path) = 0;
  // Both are Errc::refused for a file with several names: the others may be outside the share.
  virtual Result<void> set_mode(const RelativePath& path, std::uint32_t mode) = 0;
  // The link's own time for a link.
  virtual Result<void> set_mtime(const RelativePath& path, WallTime mtime) = 0;
  // Makes the mode and time of a file or directory durable, which its directory's sync_dir() need
  // not do.
  virtual Result<void> sync_metadata(const RelativePath& path) = 0;
  // Makes the names in a directory durable.
  virtual Result<void> sync_dir(const RelativePath& dir) = 0;
  // The same for the names in the staging folder and the trash.
  virtual Result<void> sync_control() = 0;
  // Makes all durable that was done here before, by whomever. Takes as long as the disk needs for
  // what everybody wrote to it.
  virtual Result<void> sync_all() = 0;

  // --- Trash ---
  virtual Result<void> move_to_trash(const RelativePath& path, std::string_view trash) = 0;
  virtual Result<void> move_stage_to_trash(std::string_view stage, std::string_view trash) = 0;
  // Puts it back (or elsewhere), where nothing may be.
  virtual Result<void> move_from_trash(std::string_view trash, const RelativePath& path) = 0;
  // The entry in the trash and what is at `path` change places, atomically.
  virtual Result<void> exchange_with_trash(std::string_view trash, const RelativePath& path) = 0;
  virtual Result<FileStat> stat_trash(std::string_view name) = 0;
  virtual Result<std::unique_ptr<ReadFile>> open_trash(std::string_view name) = 0;
  virtual Result<std::vector<DirEntry>> list_trash() = 0;
  // A directory goes with everything in it.
  virtual Result<void> remove_trash(std::string_view name) = 0;
};

}  // namespace lansync
