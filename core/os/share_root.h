// A share's folder on a real disk.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/fs/file_system.h"
#include "core/os/beneath.h"
#include "core/os/control_folder.h"
#include "core/os/safe_rename.h"

namespace lansync {

struct ShareRootOptions {
  // What may be used of the system's abilities. What it lacks is found out and done without; tests
  // take away what it has.
  Beneath::Walk walk = Beneath::Walk::openat2;
  RenameSupport renames;
};

// The FileSystem of Linux. Owns the root's descriptor: whatever is done for another device is done
// beneath it, on a parent directory that Beneath opened and with a single name.
//
// Beyond what FileSystem says:
//   - Only the nine permission bits are ever set; a special bit from elsewhere is dropped.
//   - set_mode and set_mtime refuse (Errc::refused) a file with several names: the others may be
//     outside the share. Installing a copy gives it an inode of its own.
//   - The root itself can be listed, looked at and synced; anything else about it is Errc::refused.
//   - Stage and trash names are single components (else invalid_argument).
//   - A rename to another file system (a subvolume inside the share) is cross_device_link.
class ShareRoot final : public FileSystem {
 public:
  // Makes the existing folder at `path` the share's: `.lansync` with its folders and the marker.
  // Fine if it is this share's already; file_exists if it is another's.
  static Result<std::unique_ptr<ShareRoot>> create(const std::string& path,
                                                   std::string_view share_id_hex,
                                                   ShareRootOptions options = {});
  // Errc::not_found if the folder has no marker; Errc::refused if `.lansync` is not this user's
  // own.
  static Result<std::unique_ptr<ShareRoot>> open(const std::string& path,
                                                 ShareRootOptions options = {});

  // For the watcher: an O_PATH descriptor.
  [[nodiscard]] Result<UniqueFd> open_dir(const RelativePath& dir) const;

  // Looks at what is at the share's path now, which need not be the directory that is held open.
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
  ShareRoot(std::string path, Beneath beneath, ControlFolder control, RenameSupport renames)
      : path_(std::move(path)),
        beneath_(std::move(beneath)),
        control_(std::move(control)),
        renames_(renames) {}

  // What `path` is in and is called; Errc::refused for the root.
  [[nodiscard]] Result<Beneath::Place> find(const RelativePath& path) const;
  // From a control folder to the visible tree, from there to a control folder.
  [[nodiscard]] Result<void> bring(int control, std::string_view name,
                                   const RelativePath& path) const;
  // They change places.
  [[nodiscard]] Result<void> trade(int control, std::string_view name,
                                   const RelativePath& path) const;

  const std::string path_;
  const Beneath beneath_;
  const ControlFolder control_;
  const RenameSupport renames_;
};

}  // namespace lansync
