// Times on disks that keep them coarsely, and what they cannot tell.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/time.h"

namespace lansync {

// Whether a file whose mtime was set to `meant` may have `kept` on some file system: the same, cut
// or rounded to the grain of NTFS and SMB (100 ns), of a microsecond or a millisecond, of exFAT
// (10 ms), ext3 and HFS+ (1 s) or FAT (2 s).
//
// Without it such a disk would never show what it was told, and be told again for ever. The price
// is that a time that differs from a round one by less than the grain counts as that.
inline bool may_be_kept_as(WallTime meant, WallTime kept) {
  if (meant == kept) return true;
  constexpr std::array<std::int64_t, 6> kGrainsNs = {100,        1'000,         1'000'000,
                                                     10'000'000, 1'000'000'000, 2'000'000'000};
  // The difference, which any two times from the network need not have.
  std::int64_t apart = 0;
  if (__builtin_sub_overflow(meant.ns, kept.ns, &apart) || apart == INT64_MIN) return false;
  apart = apart < 0 ? -apart : apart;
  for (const std::int64_t grain : kGrainsNs) {
    if (kept.ns % grain == 0 && apart < grain) return true;
  }
  return false;
}

// Linux stamps files by the tick, however fine the times that the disk can keep.
inline constexpr std::chrono::milliseconds kTick{20};

// How coarse the disk's times may be, by the look of one: FAT's if it is a whole second.
inline Duration grain_of(WallTime mtime) {
  if (mtime.ns % 1'000'000'000 == 0) return std::chrono::seconds(2);
  if (mtime.ns % 10'000'000 == 0) return std::chrono::milliseconds(10);
  return std::chrono::milliseconds(mtime.ns % 1'000'000 == 0 ? 1 : 0);
}

// Whether a file with this mtime, looked at between the two times, may have been written to since,
// or may be yet, without its mtime changing. A time that is further ahead than a grain was set by
// somebody, and a write would not repeat it. The clock may have been set back between the two.
inline bool may_recur(WallTime mtime, WallTime begun, WallTime ended, Duration grain) {
  const auto [earlier, later] = std::minmax(begun.ns, ended.ns);
  std::int64_t age = 0;
  std::int64_t ahead = 0;
  if (__builtin_sub_overflow(earlier, mtime.ns, &age)) return false;
  if (__builtin_sub_overflow(mtime.ns, later, &ahead)) return false;
  return age < grain.count() && ahead <= grain.count();
}

// Whether a file that has just been put where it is, with these times, may be written to without
// either changing: its mtime, if it is recent; or if it is put back (cp -p), its ctime, which is
// recent, where that is coarse. Linux' tick is not counted: every file would have to be read.
inline bool may_hide_next_write(WallTime mtime, WallTime ctime, WallTime now) {
  return grain_of(ctime) > Duration::zero() || may_recur(mtime, now, now, grain_of(mtime));
}

// Whether a file with these times, looked at between the two moments, may have been written to
// since, or may be yet, without either changing.
inline bool may_change_unseen(WallTime mtime, WallTime ctime, WallTime begun, WallTime ended) {
  const auto may = [&](WallTime time) {
    return may_recur(time, begun, ended, std::max<Duration>(kTick, grain_of(time)));
  };
  return may(mtime) || may(ctime);
}

}  // namespace lansync
