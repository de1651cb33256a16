// The way from a share's root to a directory beneath it, which nothing can divert.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/fs/relative_path.h"
#include "core/os/file_stat.h"
#include "core/os/unique_fd.h"

namespace lansync {

// Opens directories beneath a root that it owns, and nothing else: a symbolic link anywhere on the
// way is an error (too_many_symbolic_link_levels), also if somebody puts it there while we walk;
// and so is something that is mounted there (cross_device_link).
//
// What is in a directory is then reached with the *at calls and a single name. Holding no cache of
// directories is deliberate: one resolution costs a microsecond, and a remembered descriptor would
// follow a directory that the user has since moved away.
//
// Thread-safe.
class Beneath {
 public:
  // openat2(2) does the whole walk in the kernel, where it is there (Linux 5.6) and allowed. The
  // other way is one openat(O_NOFOLLOW) for each component.
  enum class Walk { openat2, by_component };

  // The directory that an entry is in, and the entry's name there.
  struct Place {
    UniqueFd dir;
    std::string name;
  };

  Beneath(UniqueFd root, Walk walk);

  // With O_PATH unless `access` says O_RDONLY.
  [[nodiscard]] Result<UniqueFd> open_dir(const RelativePath& dir, int access) const;
  // Requires a path other than the root.
  [[nodiscard]] Result<Place> find(const RelativePath& path) const;
  // What is at the path, in one system call, unless it is a link or is mounted there. Nothing, if
  // that is not possible here or did not work: find() tells why.
  [[nodiscard]] UniqueFd open(const RelativePath& path, int flags) const;

  [[nodiscard]] int root() const { return root_.get(); }
  // The root's.
  [[nodiscard]] const Mount& mount() const { return mount_; }

 private:
  // Both return a descriptor, or -1 and errno.
  [[nodiscard]] int open_with_openat2(const char* path, int flags) const;
  [[nodiscard]] int open_by_component(std::string_view dir, int flags) const;

  UniqueFd root_;
  Walk walk_;
  Mount mount_;
};

}  // namespace lansync
