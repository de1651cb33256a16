// How a version ends that no edit and no removal of its path supersedes.
#pragma once

#include <optional>
#include <vector>

#include "core/index/index.h"
#include "core/sync/registers.h"

namespace lansync {

// The change by which these versions of the path end: a conflict copy of them that went, or
// versions whose bytes nobody has. Nothing if none of them is a head any more.
//
// Where a later version stays there, this is metadata: a delete would, on a device that has not got
// that version yet, remove the file. Where none does (a directory won, or has the place), it is a
// delete: something must tell that the path is empty when the directory goes. Every version is thus
// superseded by a later one, a delete, or in the presence of a later one, and so some version or
// delete is always left.
//
// `content` is what the versions are, unless they are directories. Pure.
std::optional<Change> version_end(const RelativePath& path, std::span<const Change> heads,
                                  std::vector<Dot> versions, std::optional<ContentId> content,
                                  WallTime now);

// The change by which they end where the disk has something in their place that displays nothing:
// what is left of a file whose end was lost is a version of its own then. `row` is a file's.
Change end_as_left(const DiskRow& row, bool one_chunk, std::span<const Change> heads,
                   std::vector<Dot> versions, WallTime now);

}  // namespace lansync
