#include "cli/folder_check.h"

#include <algorithm>
#include <array>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>
#include <utf8proc.h>

namespace lansync::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarker = ".lansync/share";

bool is_or_is_beneath(const fs::path& path, const fs::path& above) {
  const auto [end, rest] = std::mismatch(above.begin(), above.end(), path.begin(), path.end());
  return end == above.end();
}

Failure refuse(std::string message, const fs::path& path, std::string fix) {
  return {ExitCode::refused, std::move(message), path.string(), std::move(fix)};
}

Outcome<void> check_place(const fs::path& path, const FolderSurroundings& around) {
  if (path == path.root_path()) {
    return refuse("the whole file system cannot be shared", path, "choose a folder in it");
  }
  for (const char* system : {"/proc", "/sys", "/dev"}) {
    if (is_or_is_beneath(path, system)) {
      return refuse("the system's own files cannot be shared", path, "choose another folder");
    }
  }
  if (!around.user_home.empty() && is_or_is_beneath(around.user_home, path)) {
    return refuse(path == around.user_home ? "your whole home directory cannot be shared"
                                           : "the folder contains your whole home directory",
                  path, "choose a folder in it");
  }
  for (const fs::path& own : around.own_dirs) {
    if (is_or_is_beneath(own, path) || is_or_is_beneath(path, own)) {
      return refuse("the folder overlaps with lansync's own files in " + own.string(), path,
                    "choose another folder");
    }
  }
  return {};
}

Outcome<bool> check_shares(const fs::path& path, const FolderSurroundings& around) {
  for (const KnownShare& share : around.shares) {
    if (share.path == path) return true;
    if (is_or_is_beneath(path, share.path)) {
      return refuse("the folder is inside the share '" + share.name + "' (" + share.path.string() +
                        "), which syncs it already",
                    path, "choose a folder outside it");
    }
    if (is_or_is_beneath(share.path, path)) {
      return refuse(
          "the folder contains the share '" + share.name + "' (" + share.path.string() + ")", path,
          "choose a folder outside it, or leave that share first");
    }
  }
  return false;
}

bool valid_utf8(const std::string& text) {
  utf8proc_int32_t point = 0;
  utf8proc_ssize_t at = 0;
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  while (at < size) {
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at;
    const utf8proc_ssize_t used = utf8proc_iterate(bytes, size - at, &point);
    if (used <= 0) return false;
    at += used;
  }
  return true;
}

fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  return error ? path : real;
}

fs::path marker_above(const fs::path& path) {
  for (fs::path above = path.parent_path(); above != above.root_path();
       above = above.parent_path()) {
    std::error_code error;
    if (fs::exists(above / kMarker, error)) return above;
  }
  return {};
}

}  // namespace

Outcome<FolderVerdict> check_folder(const FolderFacts& facts, const FolderSurroundings& around) {
  const fs::path& path = facts.path;
  if (facts.kind == FolderFacts::Kind::other) {
    return refuse("not a folder but a file", path, "give the folder that holds it");
  }
  if (auto placed = check_place(path, around); !placed) return std::move(placed).error();
  const auto shared = check_shares(path, around);
  if (!shared) return shared.error();
  if (*shared) return FolderVerdict::already_shared;
  if (!facts.marked_above.empty()) {
    return refuse("the folder is inside a share, " + facts.marked_above.string(), path,
                  "choose a folder outside it");
  }
  if (!facts.accessible) {
    return refuse("the folder cannot be read and written by you", path,
                  "change its permissions (chmod u+rwx), or choose another folder");
  }
  return facts.kind == FolderFacts::Kind::missing ? FolderVerdict::to_be_created
                                                  : FolderVerdict::usable;
}

Outcome<FolderFacts> look_at_folder(const fs::path& folder) {
  if (folder.empty()) {
    return Failure{ExitCode::usage, "the folder's name is empty", {}, "give a folder"};
  }
  std::error_code error;
  fs::path path = fs::weakly_canonical(fs::absolute(folder), error);
  if (error) {
    return Failure{ExitCode::refused, "the folder cannot be reached (" + error.message() + ")",
                   folder.string(), "check the permissions of the folders above it"};
  }
  // weakly_canonical() keeps the slash at the end of a path that does not exist.
  if (!path.has_filename() && path != path.root_path()) path = path.parent_path();
  if (!valid_utf8(path.string())) {
    return Failure{ExitCode::refused, "the folder's path is not UTF-8", path.string(),
                   "rename it, or choose another folder"};
  }
  FolderFacts facts{.path = path};
  facts.marked_above = marker_above(path);
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0) {
    facts.kind = S_ISDIR(status.st_mode) ? FolderFacts::Kind::directory : FolderFacts::Kind::other;
    facts.accessible = access(path.c_str(), R_OK | W_OK | X_OK) == 0;
  } else if (errno != ENOENT) {
    facts.kind = errno == ENOTDIR ? FolderFacts::Kind::other : FolderFacts::Kind::directory;
    facts.accessible = false;
  }
  return facts;
}

FolderSurroundings surroundings_of(const Environment& environment, const Paths& paths) {
  FolderSurroundings around;
  if (!environment.home.empty()) around.user_home = resolved(environment.home);
  const std::array own = {paths.config_dir, paths.data_dir, paths.state_dir, paths.runtime_dir};
  for (const fs::path& dir : own) around.own_dirs.push_back(resolved(dir));
  return around;
}

std::optional<KnownShare> share_of(const fs::path& folder, const std::vector<KnownShare>& shares) {
  for (const KnownShare& share : shares) {
    if (is_or_is_beneath(folder, share.path)) return share;
  }
  return std::nullopt;
}

}  // namespace lansync::cli
