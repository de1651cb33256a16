#include "core/os/safe_rename.h"

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace lansync {
namespace {

std::error_code last_error() { return {errno, std::generic_category()}; }

std::error_code rename_with(NameAt from, NameAt to, unsigned int flags) {
  if (::renameat2(from.dir, from.name.c_str(), to.dir, to.name.c_str(), flags) == 0) return {};
  return last_error();
}

// EINVAL also means "a directory into itself"; the other ways then fail with it once more.
bool means_unsupported(std::error_code error) {
  return error == std::errc::invalid_argument || error == std::errc::function_not_supported ||
         error == std::errc::operation_not_supported;
}

struct Seen {
  std::error_code error;
  struct stat raw{};
};

Seen look(NameAt at) {
  Seen seen;
  if (::fstatat(at.dir, at.name.c_str(), &seen.raw, AT_SYMLINK_NOFOLLOW) != 0) {
    seen.error = last_error();
  }
  return seen;
}

std::error_code link(NameAt from, NameAt to) {
  if (::linkat(from.dir, from.name.c_str(), to.dir, to.name.c_str(), 0) == 0) return {};
  return last_error();
}

std::error_code unlink(NameAt at) {
  if (::unlinkat(at.dir, at.name.c_str(), 0) == 0) return {};
  return last_error();
}

bool can_not_link(std::error_code error) {
  return error == std::errc::operation_not_permitted || means_unsupported(error);
}

std::error_code rename_dir_without_flags(NameAt from, NameAt to) {
  const Seen target = look(to);
  if (!target.error) return std::make_error_code(std::errc::file_exists);
  if (target.error != std::errc::no_such_file_or_directory) return target.error;
  return rename_with(from, to, 0);
}

std::error_code rename_by_linking(NameAt from, NameAt to, RenameSupport support) {
  const Seen source = look(from);
  if (source.error) return source.error;
  if (S_ISDIR(source.raw.st_mode)) return rename_dir_without_flags(from, to);
  if (!support.hard_links) return make_error_code(Errc::unsupported);
  const std::error_code linked = link(from, to);
  if (can_not_link(linked)) return make_error_code(Errc::unsupported);
  return linked ? linked : unlink(from);
}

// Gives what is at `path` the second name `aside`, then puts `staged` over it. Nothing if there
// can't be a second name.
std::optional<std::error_code> exchange_by_linking(NameAt staged, NameAt path, NameAt aside) {
  const std::error_code linked = link(path, aside);
  if (can_not_link(linked)) return std::nullopt;
  if (linked) return linked;
  const Seen kept = look(aside);
  const Seen current = look(path);
  std::error_code error = kept.error ? kept.error : current.error;
  if (!error && (kept.raw.st_ino != current.raw.st_ino || kept.raw.st_dev != current.raw.st_dev)) {
    error = make_error_code(Errc::changed);
  }
  if (!error) error = rename_with(staged, path, 0);
  if (error) {
    // The second name goes only if it is not the last: the first may just have been taken away.
    const Seen now = look(aside);
    if (!now.error && now.raw.st_nlink > 1) (void)unlink(aside);
    return error;
  }
  return rename_with(aside, staged, 0);
}

std::error_code exchange_by_moving(NameAt staged, NameAt path, NameAt aside,
                                   RenameSupport support) {
  std::error_code error = rename_with(path, aside, 0);
  if (error) return error;
  error = rename_to_free_name(staged, path, support);
  if (!error) return rename_with(aside, staged, 0);
  const std::error_code back = rename_to_free_name(aside, path, support);
  // Neither flag nor links: the name was free a moment ago, and the user's file belongs there.
  if (back == make_error_code(Errc::unsupported) &&
      look(path).error == std::errc::no_such_file_or_directory) {
    (void)rename_with(aside, path, 0);
  }
  return error;
}

}  // namespace

std::error_code rename_to_free_name(NameAt from, NameAt to, RenameSupport support) {
  if (support.no_replace) {
    const std::error_code error = rename_with(from, to, RENAME_NOREPLACE);
    if (!means_unsupported(error)) return error;
  }
  return rename_by_linking(from, to, support);
}

std::error_code exchange_names(NameAt staged, NameAt path, RenameSupport support) {
  if (support.exchange) {
    const std::error_code error = rename_with(staged, path, RENAME_EXCHANGE);
    if (!means_unsupported(error)) return error;
  }
  const Seen source = look(staged);
  if (source.error) return source.error;
  const Seen target = look(path);
  if (target.error) return target.error;
  const std::string aside_name = staged.name + "~";
  const NameAt aside{staged.dir, aside_name};
  if (!look(aside).error) return std::make_error_code(std::errc::file_exists);
  const bool has_dir = S_ISDIR(source.raw.st_mode) || S_ISDIR(target.raw.st_mode);
  if (support.hard_links && !has_dir) {
    const auto error = exchange_by_linking(staged, path, aside);
    if (error) return *error;
  }
  return exchange_by_moving(staged, path, aside, support);
}

}  // namespace lansync
