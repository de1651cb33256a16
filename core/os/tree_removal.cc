#include "core/os/tree_removal.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/os/directory_listing.h"
#include "core/os/file_stat.h"
#include "core/os/system_call.h"

namespace lansync {
namespace {

Result<void> remove_entry(int dir, const std::string& name, int depth);

Result<void> empty_directory(int dir, const std::string& name, int depth) {
  if (depth >= kRemovalDepthMax) return error_about(Errc::limit_exceeded, name);
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const UniqueFd inner(uninterrupted([&] { return ::openat(dir, name.c_str(), kFlags); }));
  if (!inner) return errno_about(name);
  // What is mounted in it does not go with it.
  const auto outer_seen = stat_at(dir, {});
  const auto inner_seen = stat_at(inner.get(), {});
  if (!outer_seen || !inner_seen) return errno_about(name);
  if (!inner_seen->is_within(outer_seen->mount)) {
    return error_about(std::errc::cross_device_link, name);
  }
  UniqueFd listed(uninterrupted([&] { return ::openat(inner.get(), ".", kFlags); }));
  if (!listed) return errno_about(name);
  auto names = list_names(std::move(listed), name);
  if (!names) return std::move(names).error();
  for (const std::string& entry : *names) {
    auto removed = remove_entry(inner.get(), entry, depth + 1);
    if (!removed) return removed;
  }
  return {};
}

Result<void> remove_entry(int dir, const std::string& name, int depth) {
  if (::unlinkat(dir, name.c_str(), 0) == 0) return {};
  // Linux says EISDIR, POSIX EPERM.
  if (errno != EISDIR && errno != EPERM) return errno_about(name);
  auto emptied = empty_directory(dir, name, depth);
  if (!emptied) return emptied;
  if (::unlinkat(dir, name.c_str(), AT_REMOVEDIR) != 0) return errno_about(name);
  return {};
}

}  // namespace

Result<void> remove_tree(int dir, const std::string& name) { return remove_entry(dir, name, 0); }

}  // namespace lansync
