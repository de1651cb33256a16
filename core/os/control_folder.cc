#include "core/os/control_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/bytes.h"
#include "core/os/posix_file.h"
#include "core/os/safe_rename.h"
#include "core/os/system_call.h"

namespace lansync {
namespace {

const std::string kControlName(kControlFolderName);
const std::string kStageName = "stage";
const std::string kTrashName = "trash";
const std::string kMarkerName = "share";
const std::string kNewMarkerName = "share.new";

// A share's id in hex is 64 bytes; whatever is longer is no marker of ours.
constexpr std::size_t kMarkerBytesMax = 128;

int open_no_link(int dir, const std::string& name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  return uninterrupted([&] { return ::openat(dir, name.c_str(), kFlags); });
}

// A folder that is ours and that nobody else can look into.
Result<UniqueFd> open_private(int dir, const std::string& name) {
  UniqueFd fd(open_no_link(dir, name));
  if (!fd) return errno_about(name);
  struct stat raw{};
  if (::fstat(fd.get(), &raw) != 0) return errno_about(name);
  // Where others could write, they may have planted something already.
  constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;
  if (raw.st_uid != ::geteuid() || (raw.st_mode & kWritableByOthers) != 0) {
    return error_about(Errc::refused, name);
  }
  constexpr mode_t kPrivate = S_IRWXU;
  if ((raw.st_mode & 07777U) != kPrivate) {
    if (::fchmod(fd.get(), kPrivate) != 0 || ::fstat(fd.get(), &raw) != 0) return errno_about(name);
    if ((raw.st_mode & 07777U) != kPrivate) return error_about(Errc::refused, name);
  }
  return fd;
}

Result<UniqueFd> make_private(int dir, const std::string& name) {
  if (::mkdirat(dir, name.c_str(), S_IRWXU) != 0 && errno != EEXIST) return errno_about(name);
  return open_private(dir, name);
}

Result<std::string> read_marker_in(int control) {
  auto file = PosixFile::open_read(control, kMarkerName);
  if (!file) {
    if (file.error().code == std::errc::no_such_file_or_directory) return std::string();
    return std::move(file).error();
  }
  Bytes buffer(kMarkerBytesMax + 1);
  auto count = (*file)->read_at(0, buffer);
  if (!count) return std::move(count).error();
  std::string marker(as_text(ByteView(buffer).first(*count)));
  if (marker.size() > kMarkerBytesMax) return error_about(Errc::malformed, kMarkerName);
  if (marker.ends_with('\n')) marker.pop_back();
  return marker;
}

// The marker appears whole or not at all.
Result<void> write_marker(int control, std::string_view share_id_hex) {
  if (::unlinkat(control, kNewMarkerName.c_str(), 0) != 0 && errno != ENOENT) {
    return errno_about(kNewMarkerName);
  }
  auto file = PosixFile::open_stage(control, kNewMarkerName);
  if (!file) return std::move(file).error();
  const std::string text = std::string(share_id_hex) + "\n";
  if (auto written = (*file)->write_at(0, as_bytes(text)); !written) return written;
  if (auto synced = (*file)->sync(); !synced) return synced;
  const std::error_code renamed =
      rename_to_free_name({control, kNewMarkerName}, {control, kMarkerName}, {});
  if (renamed) return error_about(renamed, kMarkerName);
  return sync_to_disk(control, kControlName);
}

}  // namespace

Result<ControlFolder> ControlFolder::create(int root, std::string_view share_id_hex) {
  auto control = make_private(root, kControlName);
  if (!control) return std::move(control).error();
  auto marker = read_marker_in(control->get());
  if (!marker) return std::move(marker).error();
  if (!marker->empty() && *marker != share_id_hex) {
    return error_about(std::errc::file_exists, kMarkerName);
  }
  auto stage = make_private(control->get(), kStageName);
  if (!stage) return std::move(stage).error();
  auto trash = make_private(control->get(), kTrashName);
  if (!trash) return std::move(trash).error();
  if (marker->empty()) {
    // Last: a folder with a marker is a share with everything in it.
    auto written = write_marker(control->get(), share_id_hex);
    if (!written) return std::move(written).error();
  }
  auto synced = sync_to_disk(root, kControlName);
  if (!synced) return std::move(synced).error();
  return ControlFolder(*std::move(stage), *std::move(trash));
}

Result<ControlFolder> ControlFolder::open(int root) {
  auto control = open_private(root, kControlName);
  if (!control) {
    if (control.error().code == std::errc::no_such_file_or_directory) {
      return error_about(Errc::not_found, kControlName);
    }
    return std::move(control).error();
  }
  auto marker = read_marker_in(control->get());
  if (!marker) return std::move(marker).error();
  if (marker->empty()) return error_about(Errc::not_found, kMarkerName);
  auto stage = make_private(control->get(), kStageName);
  if (!stage) return std::move(stage).error();
  auto trash = make_private(control->get(), kTrashName);
  if (!trash) return std::move(trash).error();
  return ControlFolder(*std::move(stage), *std::move(trash));
}

Result<std::string> ControlFolder::read_marker(int root) {
  const UniqueFd control(open_no_link(root, kControlName));
  if (!control) {
    if (errno == ENOENT) return std::string();
    return errno_about(kControlName);
  }
  return read_marker_in(control.get());
}

}  // namespace lansync
