#include "core/os/boot_identity.h"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include "core/os/system_call.h"
#include "core/os/unique_fd.h"

namespace lansync {
namespace {

constexpr std::size_t kBootIdCharacters = 36;
// Not in linux/magic.h: they are named in the file systems' own sources.
constexpr std::uint64_t kZfsMagic = 0x2fc12fc1;
constexpr std::uint64_t kBcachefsMagic = 0xca451a4e;

bool is_boot_id(const std::string& text) {
  return text.size() == kBootIdCharacters &&
         text.find_first_not_of("0123456789abcdef-") == std::string::npos;
}

}  // namespace

bool renames_as_a_whole(std::uint64_t file_system_type) {
  // tmpfs loses nothing before the system ends.
  constexpr std::array<std::uint64_t, 7> kTypes = {
      EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
      TMPFS_MAGIC,      kZfsMagic,       kBcachefsMagic};
  return std::ranges::find(kTypes, file_system_type) != kTypes.end();
}

std::string boot_identity(const std::string& folder, const std::string& boot_id_file) {
  struct statfs about{};
  if (uninterrupted([&] { return ::statfs(folder.c_str(), &about); }) != 0) return {};
  if (!renames_as_a_whole(static_cast<std::uint64_t>(about.f_type))) return {};
  const UniqueFd file(uninterrupted(
      [&] { return ::openat(AT_FDCWD, boot_id_file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
  std::string id(kBootIdCharacters, '\0');
  const auto got = uninterrupted([&] { return ::read(file.get(), id.data(), id.size()); });
  const bool whole = got == static_cast<ssize_t>(id.size());
  return whole && is_boot_id(id) ? id : std::string();
}

}  // namespace lansync
