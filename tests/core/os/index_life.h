// What an index goes through in a test in which something fails: one commit after the other, each
// with something of everything in it.
#pragma once

#include "tests/core/os/database_file.h"

namespace lansync {

// All that is of the generation, the first of which is 0, in one commit.
Result<void> write_generation(SqliteIndex& index, int generation);

// Asks all that can be asked, once.
Result<void> read_everything(SqliteIndex& index);

// How many generations the index has.
Result<int> generations_of(SqliteIndex& index);

// All of these is there, and nothing else.
void check_generations(SqliteIndex& index, int generations);

// The last generation that was said to be committed is there, or the one after it, and it is whole.
void check_sound(const DatabaseFile& database, int committed);

}  // namespace lansync
