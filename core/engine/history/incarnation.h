// Which log of its device an index writes.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/entropy.h"
#include "core/base/result.h"
#include "core/index/index.h"

namespace lansync {

// A number of a log is never used twice. An index therefore has an incarnation of its own, and
// begins another when it may lack what was published under the last one.
struct Incarnation {
  std::uint64_t number = 0;
  bool of_copy = false;  // The index turned out to be a copy, and begins another with this opening.
};

// The incarnation of an index that is being opened. `birth` tells its file from a copy of it
// (os/sqlite_file_birth.h): an index that was put back from a backup begins a new one, as does one
// that has none. Commits. An error is the index's.
Result<Incarnation> open_incarnation(Index& index, ByteView birth, Entropy& entropy);

// Begins a new incarnation with the next opening: the index turned out to be older than what others
// have seen of it. Commits. An error is the index's.
Result<void> renew_incarnation(Index& index, Entropy& entropy);

// Forgets the history, and begins a new incarnation with the next opening: what the index knows of
// this log is not what others know of it (log_forks.h). Commits. An error is the index's.
Result<void> begin_anew(Index& index, const Author& forked, Entropy& entropy);

}  // namespace lansync
