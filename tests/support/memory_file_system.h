// A share's folder in memory, for tests that need a disk that does as it is told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/fs/file_system.h"
#include "tests/support/choose.h"
#include "tests/support/disk_effect.h"

namespace lansync::test {

// Every operation that can be made to fail; the last five are those of open files.
enum class DiskOperation {
  root_identity,
  list,
  stat,
  open_read,
  read_link,
  is_open_for_writing,
  free_bytes,
  open_stage,
  make_stage_link,
  stat_stage,
  list_stage,
  rename_stage,
  remove_stage,
  install_new,
  exchange,
  move,
  make_dir,
  remove_dir,
  set_mode,
  set_mtime,
  sync_metadata,
  sync_dir,
  sync_control,
  sync_all,
  move_to_trash,
  move_stage_to_trash,
  move_from_trash,
  exchange_with_trash,
  stat_trash,
  open_trash,
  list_trash,
  remove_trash,
  read,
  write,
  truncate,
  set_mode_and_mtime,
  sync_file,
};

// What a person sees of one path.
struct SeenNode {
  NodeKind kind = NodeKind::other;
  std::string content;  // A file's.
  std::uint32_t mode = 0;
  std::string target;  // A link's.

  friend bool operator==(const SeenNode&, const SeenNode&) = default;
};
using SeenTree = std::map<std::string, SeenNode>;

struct MemoryDisk;
struct StoredDisk;

// What the system promises beyond what is asked of it.
enum class Durability {
  strict,     // Nothing: a synced file's name may be lost, and names in any order.
  journaled,  // One journal: with anything that is synced go all earlier names and metadata.
};

// What is at the share's place while its disk is not mounted.
enum class Unmounted { empty_folder, unreadable };

// All that was on a MemoryFileSystem at some time, with what was not durable. Cheap to pass around.
class DiskImage {
 private:
  friend class MemoryFileSystem;
  explicit DiskImage(std::shared_ptr<const StoredDisk> disk) : disk_(std::move(disk)) {}

  std::shared_ptr<const StoredDisk> disk_;
};

// How an image comes back.
enum class Restored {
  visible_files,  // As a backup tool restores them: new inodes, the old times. Stage and trash
                  // stay.
  with_control,   // The same, with stage and trash.
  whole_disk,     // Inodes, the root's identity, all: a snapshot, or another machine's disk.
};

// The memory FileSystem, with inodes, and times from a clock that the test sets. It behaves as
// ShareRoot does (one suite checks both) and adds, for tests:
//   - what users do between any two operations: the user_* functions, also from before_each();
//   - faults: the n-th call, of one operation or of any, fails with a given error and does nothing;
//   - a disk that can be full, not mounted, copied, put back;
//   - power failures: what was done but not synced may be lost, in part, in any order;
//   - a look at everything, past the FileSystem.
//
// Every symbolic link leads to one directory outside of the share, whatever its target says: nobody
// who keeps the FileSystem's promises ever gets there.
//
// Equal calls give equal results, inode numbers included. Thread-safe as every FileSystem is,
// except before_each().
class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

  // --- The test's side: circumstances ---
  // The time that the next changes get. Stays until it is set again.
  void set_time(WallTime now);
  void set_root_identity(RootIdentity identity);
  // How much all files' content may come to; without it there is no limit.
  void set_capacity(std::optional<std::uint64_t> bytes);
  // Something else is mounted at a path inside the share; neither lansync nor users get there until
  // it is no more.
  void mount_inside(std::string_view path);
  void unmount_inside(std::string_view path);
  // The n-th call from now (1 is the next one) fails.
  void fail_call(std::uint64_t n, std::error_code error);
  void fail_call(DiskOperation operation, std::uint64_t n, std::error_code error);
  // Whether a fault that was set has not happened yet.
  [[nodiscard]] bool has_faults_left() const;
  void clear_faults();
  // The n-th sync of a file from now fails with EIO, what it had to write is never written, and
  // the next sync succeeds: what Linux does.
  void fail_sync_and_forget(std::uint64_t nth);
  // Times are kept as multiples of this: 2 s, 1 s, 10 ms; 1 ns at first.
  void set_time_granularity(Duration granularity);
  // At first: strict. Whatever was done before is durable.
  void set_durability(Durability durability);
  // Names that differ only in the case of ASCII letters are one; it is kept as it was first
  // written. At first they are not.
  void set_folds_case(bool folds);
  // Whether what users do is on the disk at once (at first), or only when the system likes.
  void set_users_durable(bool durable);
  // What the system does by itself after a while: all that was done is durable.
  void write_back();
  // The power fails: of what was not made durable, `choose` decides what the disk still has; 0 is
  // always that it has it. Files are open no more. What is left is durable.
  //
  // Names are lost or kept by whole operations (memory_journal.h), data by pages and sectors
  // (memory_node.h). A link is as durable as its name, and so is a new file's or directory's
  // existence; a new file's bytes and metadata are not.
  void lose_power(const Choose& choose);
  // The disk returns another byte there than was written; no time tells of it. Requires a file.
  void rot(std::string_view path, std::uint64_t offset);
  // Another, empty folder is at the share's place, with another identity; users and lansync work
  // in it. As umount(2) does, it writes everything to the disk first; one that is unreadable was
  // pulled out. mount(): the share is back as it was, and what was done meanwhile is forgotten.
  void unmount(Unmounted as = Unmounted::empty_folder);
  void mount();
  // Copies of everything; what is open is not open there. Also an image of another file system.
  [[nodiscard]] DiskImage image() const;
  void restore(const DiskImage& image, Restored what = Restored::whole_disk);
  // Called before each operation, when nothing is locked: a user may act there.
  void before_each(std::function<void(DiskOperation)> callback);
  // How many calls there were, and of one operation.
  [[nodiscard]] std::uint64_t calls() const;
  [[nodiscard]] std::uint64_t calls(DiskOperation operation) const;

  // --- The test's side: a user at work. False where the system would have refused ---
  // Into the same inode, if there is a file already.
  bool user_write(std::string_view path, std::string_view content);
  bool user_append(std::string_view path, std::string_view content);
  // In place; zeros up to `offset` if the file ends before it.
  bool user_write_at(std::string_view path, std::uint64_t offset, std::string_view bytes);
  bool user_truncate(std::string_view path, std::uint64_t size);
  // As editors save: a new inode takes the name.
  bool user_replace(std::string_view path, std::string_view content);
  bool user_mkdir(std::string_view path);
  bool user_symlink(std::string_view path, std::string_view target);
  // A second name for a file.
  bool user_link(std::string_view from, std::string_view to);
  // Neither file nor directory nor link.
  bool user_make_other(std::string_view path);
  // cp -r; with `keep_times` cp -rp. Into the file that is at `to`, if there is one.
  bool user_copy(std::string_view from, std::string_view to, bool keep_times = false);
  // A directory goes with everything in it.
  bool user_remove(std::string_view path);
  // As rename(2): a file replaces a file, a directory an empty directory.
  bool user_rename(std::string_view from, std::string_view to);
  // As RENAME_EXCHANGE.
  bool user_exchange(std::string_view one, std::string_view other);
  bool user_chmod(std::string_view path, std::uint32_t mode);
  bool user_touch(std::string_view path, WallTime mtime);
  // What a power failure may do to a file that was written and not synced: it ends at `size`, and
  // has the times of the write.
  bool tear(std::string_view path, std::uint64_t size);
  // From now on, until it is called with false, a program has the file open for writing.
  bool user_hold_open(std::string_view path, bool open);

  // --- The test's side: looking ---
  [[nodiscard]] SeenTree snapshot() const;
  // By path, of what snapshot() shows: another file with the same bytes has another one.
  [[nodiscard]] std::map<std::string, std::uint64_t> inodes() const;
  [[nodiscard]] SeenTree stage_snapshot() const;
  [[nodiscard]] SeenTree trash_snapshot() const;
  // From now on, what lansync does is noted.
  void note_effects();
  // What was noted since the last time, in order.
  std::vector<DiskEffect> take_effects();
  // Of every file anywhere: in the visible tree, the staging folder and the trash.
  [[nodiscard]] std::multiset<std::string> all_contents() const;

  // --- FileSystem ---
  Result<RootIdentity> root_identity() override;
  Result<std::vector<DirEntry>> list(const RelativePath& dir) override;
  Result<FileStat> stat(const RelativePath& path) override;
  Result<std::unique_ptr<ReadFile>> open_read(const RelativePath& path) override;
  Result<std::string> read_link(const RelativePath& path) override;
  Result<bool> is_open_for_writing(const RelativePath& path) override;
  Result<std::uint64_t> free_bytes() override;
  Result<std::unique_ptr<StageFile>> open_stage(std::string_view name) override;
  Result<void> make_stage_link(std::string_view name, std::string_view target) override;
  Result<FileStat> stat_stage(std::string_view name) override;
  Result<std::vector<std::string>> list_stage() override;
  Result<void> rename_stage(std::string_view from, std::string_view to) override;
  Result<void> remove_stage(std::string_view name) override;
  Result<void> install_new(std::string_view stage, const RelativePath& path) override;
  Result<void> exchange(std::string_view stage, const RelativePath& path) override;
  Result<void> move(const RelativePath& from, const RelativePath& to) override;
  Result<void> make_dir(const RelativePath& path, std::uint32_t mode) override;
  Result<void> remove_dir(const RelativePath& path) override;
  Result<void> set_mode(const RelativePath& path, std::uint32_t mode) override;
  Result<void> set_mtime(const RelativePath& path, WallTime mtime) override;
  Result<void> sync_metadata(const RelativePath& path) override;
  Result<void> sync_dir(const RelativePath& dir) override;
  Result<void> sync_control() override;
  Result<void> sync_all() override;
  Result<void> move_to_trash(const RelativePath& path, std::string_view trash) override;
  Result<void> move_stage_to_trash(std::string_view stage, std::string_view trash) override;
  Result<void> move_from_trash(std::string_view trash, const RelativePath& path) override;
  Result<void> exchange_with_trash(std::string_view trash, const RelativePath& path) override;
  Result<FileStat> stat_trash(std::string_view name) override;
  Result<std::unique_ptr<ReadFile>> open_trash(std::string_view name) override;
  Result<std::vector<DirEntry>> list_trash() override;
  Result<void> remove_trash(std::string_view name) override;

 private:
  // Shared with the files that are open: they may outlive a test's file system.
  std::shared_ptr<MemoryDisk> disk_;
};

}  // namespace lansync::test
