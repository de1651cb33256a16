// What a power failure leaves of a file that its program had not synced.
#pragma once

#include "core/fs/file_system.h"

namespace lansync {

// Whether a file that was `known` has lost its end while nobody wrote to it. File systems with a
// journal of their metadata (ext4, XFS) keep the times of a write, and its size only once the bytes
// are on the disk: after a power failure the file is shorter, and its ctime, which every write and
// every truncation moves, says that nothing has happened. Requires that `known` was not so fresh
// that a later write could have its times.
inline bool is_torn(const FileStat& known, const FileStat& seen) {
  return known.kind == NodeKind::file && seen.kind == NodeKind::file && known.inode == seen.inode &&
         known.mtime == seen.mtime && known.ctime != WallTime{} && known.ctime == seen.ctime &&
         seen.size < known.size;
}

// Whether what is seen is older than what was `known`, or has its very stat: then nobody has made
// it of that. Every write, every new name and every new mode moves a ctime; to an earlier one, too,
// if the clock was set back, of which nothing tells but that it is not yet `now` what it was.
inline bool came_before(const FileStat& known, const FileStat& seen, WallTime now) {
  if (known.kind == NodeKind::dir || seen.kind == NodeKind::dir) return false;
  return (seen.ctime < known.ctime && known.ctime <= now) ||
         (known.ctime != WallTime{} && seen == known);
}

// Whether that may be all that is left of a file or link that nobody has touched: some or none of
// its bytes, and a time that is no later. What a program has put in its place without syncing that
// may have no bytes, either.
inline bool may_be_left_of(const FileIdentity& known, const FileIdentity& seen) {
  if (seen.kind == NodeKind::file && seen.size == 0) return true;
  return seen.kind == known.kind && seen.inode == known.inode && seen.mtime <= known.mtime;
}

}  // namespace lansync
