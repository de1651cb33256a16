#include "core/os/beneath.h"

#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
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
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof(how)));
}

// One step. A link is refused as a link: O_PATH|O_NOFOLLOW alone would call it "not a directory".
int open_component(int dir, const char* name, int flags) {
  const int fd = uninterrupted([&] { return ::openat(dir, name, flags | O_NOFOLLOW); });
  if (fd < 0 && errno == ENOTDIR) {
    struct stat raw{};
    const bool is_link =
        ::fstatat(dir, name, &raw, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(raw.st_mode);
    errno = is_link ? ELOOP : ENOTDIR;
  }
  return fd;
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
    : root_(std::move(root)), walk_(usable(root_.get(), walk)) {
  LANSYNC_ASSERT(root_);
}

int Beneath::open_with_openat2(const char* dir, int flags) const {
  int fd = -1;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    fd = uninterrupted([&] { return call_openat2(root_.get(), dir, flags); });
    if (fd >= 0 || errno != EAGAIN) break;
  }
  return fd;
}

int Beneath::open_by_component(std::string_view dir, int flags) const {
  UniqueFd at;
  while (true) {
    const int from = at ? at.get() : root_.get();
    const std::size_t slash = dir.find('/');
    const std::string name(dir.substr(0, slash));
    if (slash == std::string_view::npos) return open_component(from, name.c_str(), flags);
    UniqueFd next(open_component(from, name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!next) return -1;
    at = std::move(next);
    dir.remove_prefix(slash + 1);
  }
}

Result<UniqueFd> Beneath::open_dir(const RelativePath& dir, int access) const {
  const int flags = access | O_DIRECTORY | O_CLOEXEC;
  const std::string text = dir.is_root() ? "." : dir.text();
  UniqueFd fd(walk_ == Walk::openat2 ? open_with_openat2(text.c_str(), flags)
                                     : open_by_component(text, flags));
  if (!fd) return errno_about(dir.text());
  return fd;
}

Result<Beneath::Place> Beneath::find(const RelativePath& path) const {
  LANSYNC_ASSERT(!path.is_root());
  auto dir = open_dir(path.parent(), O_PATH);
  if (!dir) return std::move(dir).error();
  return Place{*std::move(dir), std::string(path.name())};
}

}  // namespace lansync
