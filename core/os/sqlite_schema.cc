#include "core/os/sqlite_schema.h"

#include <array>
#include <string>
#include <utility>

#include <sqlite3.h>

#include "core/base/assert.h"

namespace lansync {
namespace {

// One step per version, from nothing to 1, from 1 to 2, ... A step that was ever released is never
// edited: indexes that it made are out there.
constexpr std::array<const char*, 2> kSteps = {R"sql(
PRAGMA application_id = 0x6c616e73;

CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE authors (
  id INTEGER PRIMARY KEY,
  device BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (device, incarnation)
) STRICT;

CREATE TABLE segments (
  arrival INTEGER PRIMARY KEY,
  author INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  header BLOB NOT NULL,
  signature BLOB NOT NULL,
  UNIQUE (author, first)
) STRICT;

CREATE TABLE changes (
  author INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  pruned INTEGER NOT NULL,
  stub BLOB NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (author, counter)
) STRICT, WITHOUT ROWID;

CREATE TABLE heads (
  live INTEGER NOT NULL,
  path TEXT NOT NULL,
  author INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (live, path, author, counter)
) STRICT, WITHOUT ROWID;

CREATE TABLE disk (
  path TEXT PRIMARY KEY,
  kind INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  links INTEGER NOT NULL,
  content BLOB,
  chunk_class INTEGER NOT NULL,
  racy INTEGER NOT NULL,
  source TEXT,
  shown BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX disk_by_content ON disk (content) WHERE content IS NOT NULL;
CREATE INDEX disk_by_source ON disk (source) WHERE source IS NOT NULL;

CREATE TABLE intents (
  path TEXT PRIMARY KEY,
  kind INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  links INTEGER NOT NULL,
  content BLOB,
  chunk_class INTEGER NOT NULL,
  racy INTEGER NOT NULL,
  source TEXT,
  shown BLOB NOT NULL,
  trash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pending (
  path TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contents (
  id INTEGER PRIMARY KEY,
  content BLOB NOT NULL UNIQUE,
  list BLOB NOT NULL
) STRICT;

CREATE TABLE chunks (
  hash BLOB NOT NULL,
  content INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (hash, content)
) STRICT, WITHOUT ROWID;

CREATE TABLE trash (
  name TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  content BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX trash_by_content ON trash (content);
CREATE INDEX trash_by_since ON trash (since);

CREATE TABLE member_ops (
  place INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  op BLOB NOT NULL
) STRICT;

CREATE TABLE totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  disk_files INTEGER NOT NULL,
  disk_bytes INTEGER NOT NULL,
  pending_files INTEGER NOT NULL,
  pending_bytes INTEGER NOT NULL,
  trash_files INTEGER NOT NULL,
  trash_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0, 0);
)sql",
                                               R"sql(
ALTER TABLE disk ADD COLUMN ctime INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN ctime INTEGER NOT NULL DEFAULT 0;
)sql"};

Result<std::string> schema_text(Database& database) {
  auto statement = Statement::prepare(
      database, "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema ORDER BY name");
  if (!statement) return std::move(statement).error();
  std::string text;
  Query query(&*statement, {});
  for (;;) {
    const auto row = query.next();
    if (!row) return row.error();
    if (!*row) return text;
    for (int column = 0; column < 4; ++column) {
      text += query.text(column);
      text += '\n';
    }
  }
}

Error corrupt(Database& database) {
  return sqlite_error(SQLITE_CORRUPT, 0, sqlite3_db_filename(database.handle(), "main"));
}

}  // namespace

const std::int64_t kIndexVersion = static_cast<std::int64_t>(kSteps.size());

Result<void> check_index_identity(Database& database) {
  const auto tables = database.integer_of("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  const auto application = database.integer_of("PRAGMA application_id");
  if (!application) return application.error();
  const auto version = database.integer_of("PRAGMA user_version");
  if (!version) return version.error();

  // Made, but the first step was not committed before the power went.
  if (*tables == 0 && *application == 0 && *version == 0) return {};

  if (*application != kIndexApplicationId || *version <= 0) return corrupt(database);
  if (*version > kIndexVersion) {
    return Error{Errc::unsupported, "version " + std::to_string(*version) + " of database '" +
                                        sqlite3_db_filename(database.handle(), "main") + "'"};
  }
  return {};
}

Result<void> migrate_index(Database& database, std::int64_t version) {
  LANSYNC_ASSERT(version <= kIndexVersion);
  const auto current = database.integer_of("PRAGMA user_version");
  if (!current) return current.error();
  for (std::int64_t step = *current; step < version; ++step) {
    const std::string sql = std::string("BEGIN IMMEDIATE;") +
                            kSteps.at(static_cast<std::size_t>(step)) +
                            ";PRAGMA user_version = " + std::to_string(step + 1) + ";COMMIT";
    auto done = database.execute(sql.c_str());
    if (!done) {
      if (database.in_transaction()) (void)database.execute("ROLLBACK");
      return done;
    }
  }
  return {};
}

Result<void> check_index_schema(Database& database) {
  auto model = Database::open(":memory:");
  if (!model) return std::move(model).error();
  if (auto made = migrate_index(*model); !made) return made;
  const auto expected = schema_text(*model);
  if (!expected) return expected.error();
  const auto found = schema_text(database);
  if (!found) return found.error();
  if (*found != *expected) return corrupt(database);
  return {};
}

}  // namespace lansync
