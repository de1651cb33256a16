// What the other side of a conflict is called.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace lansync {

// Where a conflict copy comes from: the version that lost, and nothing else, so that every device
// gives it the same name without a word about it.
struct ConflictStamp {
  WallTime time;            // The losing version's.
  std::string author_name;  // The device that wrote it, as its owner calls it.
  ContentId content;        // The losing version's.
};

// `report (conflict 2026-03-14 1502 Anna-Laptop 7f3a1c).docx`: sorts next to the original, opens in
// the same program, tells when (UTC) and by whom.
//
// Keeps the last extension (two after `.tar`); a dotfile has none. A name that already is a
// conflict copy's is not nested: its own stem is used again. The result is at most 255 bytes (the
// stem is cut between two code points) and passes check_name(). If it is taken by other content,
// ask for more `hash_digits`: 6, 12, then all 64; then with another `content`.
//
// Requires that `name` passes check_name().
std::string conflict_name(std::string_view name, const ConflictStamp& stamp,
                          std::size_t hash_digits = 6);

}  // namespace lansync
