// How long what went to the trash is kept.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/fs/file_system.h"

namespace lansync {

inline constexpr std::chrono::hours kTrashLifetime{24 * 30};
// All of it: at most this, and at most this part of what would be free without it.
inline constexpr std::uint64_t kTrashBytesMax = std::uint64_t{10} << 30;
inline constexpr std::uint64_t kTrashPart = 10;

// When it went to the trash, as its name says (names.h: trash_name); nothing if the name is not one
// of ours.
std::optional<WallTime> trashed_at(std::string_view name);

// The names of what has to go: what is too old, and then the oldest until the rest is small enough.
// What somebody else put there, and what has come in the moment before `now` or since, is neither
// counted nor named. `free` are the bytes free on the disk.
std::vector<std::string> overdue_trash(std::span<const DirEntry> trash, std::uint64_t free,
                                       WallTime now);

}  // namespace lansync
