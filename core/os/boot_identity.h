// Tells whether a disk may have lost what was done to it and not made durable.
#pragma once

#include <cstdint>
#include <string>

namespace lansync {

inline constexpr const char* kBootIdFile = "/proc/sys/kernel/random/boot_id";

// What stays the same as long as the system has run on since, so that the names in `folder` are as
// programs left them: the kernel's boot id, 36 characters. To be compared only.
//
// Empty if that is not known: the boot id cannot be read, or the folder is on a file system that
// may lose one half of a renaming though this system runs on (its server restarts, its disk is
// pulled out).
std::string boot_identity(const std::string& folder, const std::string& boot_id_file = kBootIdFile);

// Whether a file system of this type (statfs) has either done a renaming or not, whenever it stops:
// it has a journal, or never overwrites. (ext2, which has none, cannot be told from ext4.)
bool renames_as_a_whole(std::uint64_t file_system_type);

}  // namespace lansync
