// The tables of an index and how older ones become them (docs/index_format.md).
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/os/sqlite.h"

namespace lansync {

// In the file's header: what kind of database it is ("lans"), for file(1) and for us.
inline constexpr std::int64_t kIndexApplicationId = 0x6c616e73;
// What this program writes, and the newest it can read. PRAGMA user_version.
extern const std::int64_t kIndexVersion;

// Whether the file is an index that we can work with, before anything in it is changed. Errors:
// corrupt (damaged, or some other program's database), unsupported (written by a newer lansync),
// busy.
Result<void> check_index_identity(Database& database);

// Runs the steps from the database's version up to `version`, each in its own transaction.
Result<void> migrate_index(Database& database, std::int64_t version = kIndexVersion);

// Whether the tables are exactly what the steps make. Error: corrupt.
Result<void> check_index_schema(Database& database);

}  // namespace lansync
