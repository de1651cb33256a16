#include "core/os/beneath.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include "core/base/assert.h"
#include "core/os/system_call.h"

namespace lansync {
namespace {

// openat2 gives up with EAGAIN when a rename anywhere on the machine may have confused it.
constexpr int kAttemptsMax = 128;

int call_openat2(int root, const char* path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof(how)));
}

// One step, with O_PATH. What is there is opened first and looked at then: it can't change
// meanwhile.
int open_component(int dir, const char* name, const Mount& mount) {
  UniqueFd fd(uninterrupted([&] { return ::openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC); }));
  if (!fd) return -1;
  const auto seen = stat_at(fd.get(), {});
  if (!seen) return -1;
  const bool within = seen->is_within(mount);
  if (seen->stat.kind == NodeKind::dir && within) return fd.release();
  errno = !within ? EXDEV : seen->stat.kind == NodeKind::link ? ELOOP : ENOTDIR;
  return -1;
}

Mount mount_of(int dir) {
  const auto seen = stat_at(dir, {});
  return seen ? seen->mount : Mount{};
}

Beneath::Walk usable(int root, Beneath::Walk wanted) {
  if (wanted == Beneath::Walk::by_component) return wanted;
  // Too old a kernel says ENOSYS, a container's filter EPERM.
  const UniqueFd probe(call_openat2(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!probe && (errno == ENOSYS || errno == EPERM)) return Beneath::Walk::by_component;
  return wanted;
}

}  // namespace

Beneath::Beneath(UniqueFd root, Walk walk)
    : root_(std::move(root)), walk_(usable(root_.get(), walk)), mount_(mount_of(root_.get())) {
  LANSYNC_ASSERT(root_);
}

int Beneath::open_with_openat2(const char* path, int flags) const {
  int fd = -1;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    fd = uninterrupted([&] { return call_openat2(root_.get(), path, flags); });
    if (fd >= 0 || errno != EAGAIN) break;
  }
  return fd;
}

int Beneath::open_by_component(std::string_view dir, int flags) const {
  UniqueFd at;
  while (!dir.empty()) {
    const std::size_t slash = std::min(dir.find('/'), dir.size());
    const std::string name(dir.substr(0, slash));
    UniqueFd next(open_component(at ? at.get() : root_.get(), name.c_str(), mount_));
    if (!next) return -1;
    at = std::move(next);
    dir.remove_prefix(std::min(slash + 1, dir.size()));
  }
  if (at && (flags & O_PATH) != 0) return at.release();
  return uninterrupted([&] { return ::openat(at ? at.get() : root_.get(), ".", flags); });
}

Result<UniqueFd> Beneath::open_dir(const RelativePath& dir, int access) const {
  const int flags = access | O_DIRECTORY | O_CLOEXEC;
  UniqueFd fd(walk_ == Walk::by_component ? open_by_component(dir.text(), flags)
              : dir.is_root()             ? open_with_openat2(".", flags)
                                          : open_with_openat2(dir.text().c_str(), flags));
  if (!fd) return errno_about(dir.text());
  return fd;
}

Result<Beneath::Place> Beneath::find(const RelativePath& path) const {
  LANSYNC_ASSERT(!path.is_root());
  auto dir = open_dir(path.parent(), O_PATH);
  if (!dir) return std::move(dir).error();
  return Place{*std::move(dir), std::string(path.name())};
}

UniqueFd Beneath::open(const RelativePath& path, int flags) const {
  LANSYNC_ASSERT(!path.is_root());
  if (walk_ == Walk::by_component) return {};
  return UniqueFd(open_with_openat2(path.text().c_str(), flags));
}

}  // namespace lansync
