#include "core/engine/apply/trash_policy.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

namespace lansync {
namespace {

// More than the grain of any file system's times.
constexpr std::chrono::nanoseconds kSettled = std::chrono::seconds(3);

// The number at `at`; nothing if there is anything but digits.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char digit : text.substr(at, count)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  return value;
}

}  // namespace

std::optional<WallTime> trashed_at(std::string_view name) {
  // 20260314T150203Z-
  constexpr std::size_t kStampBytes = 17;
  if (name.size() <= kStampBytes) return std::nullopt;
  if (name[8] != 'T' || name[15] != 'Z' || name[16] != '-') return std::nullopt;
  const auto year = digits(name, 0, 4);
  const auto month = digits(name, 4, 2);
  const auto day = digits(name, 6, 2);
  const auto hour = digits(name, 9, 2);
  const auto minute = digits(name, 11, 2);
  const auto second = digits(name, 13, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date(std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto at = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
  constexpr int kYearMin = 1970;  // Nanoseconds in 64 bits end in 2262.
  constexpr int kYearMax = 2261;
  if (*year < kYearMin || *year > kYearMax) return std::nullopt;
  return WallTime{duration_cast<nanoseconds>(at.time_since_epoch()).count()};
}

std::vector<std::string> overdue_trash(std::span<const DirEntry> trash, std::uint64_t free,
                                       WallTime now) {
  std::vector<std::pair<WallTime, const DirEntry*>> ours;
  std::uint64_t bytes = 0;
  for (const DirEntry& entry : trash) {
    const auto since = trashed_at(entry.name);
    if (!since) continue;
    // Nobody knows yet whether it is needed; or the clock was ahead.
    if (entry.stat.ctime.ns + kSettled.count() > now.ns) continue;
    // The name is older than the move if the machine slept in between; a ctime is the move's.
    ours.emplace_back(std::max(*since, entry.stat.ctime), &entry);
    bytes += entry.stat.size;
  }
  std::ranges::sort(ours, [](const auto& left, const auto& right) {
    return std::tie(left.first, left.second->name) < std::tie(right.first, right.second->name);
  });
  const std::uint64_t most = std::min(kTrashBytesMax, (free + bytes) / kTrashPart);
  const std::int64_t lifetime = std::chrono::nanoseconds(kTrashLifetime).count();
  std::vector<std::string> names;
  for (const auto& [since, entry] : ours) {
    const bool old = now.ns - since.ns > lifetime;
    if (!old && bytes <= most) break;
    names.push_back(entry->name);
    bytes -= entry->stat.size;
  }
  return names;
}

}  // namespace lansync
