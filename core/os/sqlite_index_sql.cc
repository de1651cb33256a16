#include "core/os/sqlite_index_sql.h"

#include "core/base/assert.h"

namespace lansync {

#define LANSYNC_DISK_COLUMNS                                                                 \
  "path, kind, size, mtime, mode, inode, links, content, chunk_class, racy, source, shown, " \
  "ctime"

const char* text_of(Sql sql) {
  switch (sql) {
    case Sql::begin: return "BEGIN IMMEDIATE";
    case Sql::commit: return "COMMIT";
    case Sql::rollback: return "ROLLBACK";

    case Sql::fact: return "SELECT value FROM facts WHERE name = ?1";
    case Sql::put_fact: return "INSERT OR REPLACE INTO facts (name, value) VALUES (?1, ?2)";
    case Sql::totals:
      return "SELECT disk_files, disk_bytes, pending_files, pending_bytes, trash_files, trash_bytes"
             " FROM totals WHERE id = 1";
    case Sql::put_totals:
      return "UPDATE totals SET disk_files = ?1, disk_bytes = ?2, pending_files = ?3,"
             " pending_bytes = ?4, trash_files = ?5, trash_bytes = ?6 WHERE id = 1";
    case Sql::member_ops: return "SELECT op FROM member_ops ORDER BY place";
    case Sql::append_member_op:
      return "INSERT INTO member_ops (hash, op) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING";

    case Sql::authors:
      return "SELECT id, device, incarnation, counter, hash FROM authors ORDER BY id";
    case Sql::add_author:
      return "INSERT INTO authors (id, device, incarnation, counter, hash)"
             " VALUES (?1, ?2, ?3, 0, ?4)";
    case Sql::move_log_end: return "UPDATE authors SET counter = ?2, hash = ?3 WHERE id = ?1";
    case Sql::add_segment:
      return "INSERT INTO segments (author, first, count, header, signature)"
             " VALUES (?1, ?2, ?3, ?4, ?5)";
    case Sql::segments:
      return "SELECT arrival, author, first, count FROM segments WHERE arrival > ?1"
             " ORDER BY arrival LIMIT ?2";
    case Sql::segment:
      return "SELECT author, first, count, header, signature FROM segments WHERE arrival = ?1";
    case Sql::segment_at:
      return "SELECT arrival, header FROM segments WHERE author = ?1 AND first <= ?2"
             " ORDER BY first DESC LIMIT 1";
    case Sql::add_entry:
      return "INSERT INTO changes (author, counter, pruned, stub, body) VALUES (?1, ?2, ?3, ?4, "
             "?5)";
    case Sql::entries:
      return "SELECT pruned, stub, body FROM changes"
             " WHERE author = ?1 AND counter >= ?2 AND counter < ?3 ORDER BY counter";
    case Sql::entry:
      return "SELECT pruned, stub, body FROM changes WHERE author = ?1 AND counter = ?2";
    case Sql::prune_entry:
      return "UPDATE changes SET pruned = 1, body = ?3 WHERE author = ?1 AND counter = ?2";
    case Sql::note_superseded:
      return "UPDATE changes SET pruned = 1 WHERE author = ?1 AND counter = ?2 AND pruned = 2";
    case Sql::complete_entry:
      return "UPDATE changes SET pruned = 0, body = ?3 WHERE author = ?1 AND counter = ?2";

    case Sql::heads: return "SELECT author, counter FROM heads WHERE live IN (0, 1) AND path = ?1";
    case Sql::is_head:
      return "SELECT 1 FROM heads WHERE live = ?1 AND path = ?2 AND author = ?3 AND counter = ?4";
    case Sql::add_head:
      return "INSERT OR REPLACE INTO heads (live, path, author, counter) VALUES (?1, ?2, ?3, ?4)";
    case Sql::remove_head:
      return "DELETE FROM heads WHERE live = ?1 AND path = ?2 AND author = ?3 AND counter = ?4";
    case Sql::has_live_beneath:
      return "SELECT 1 FROM heads WHERE live = 1 AND path > ?1 AND path < ?2 LIMIT 1";
    case Sql::paths:
      return "SELECT path FROM heads WHERE live = 0 AND path > ?1 UNION"
             " SELECT path FROM heads WHERE live = 1 AND path > ?1 ORDER BY path LIMIT ?2";

    case Sql::disk: return "SELECT " LANSYNC_DISK_COLUMNS " FROM disk WHERE path = ?1";
    case Sql::disk_range:
      return "SELECT " LANSYNC_DISK_COLUMNS
             " FROM disk WHERE path > ?1 AND path < ?2 ORDER BY path LIMIT ?3";
    case Sql::disk_with_content:
      return "SELECT " LANSYNC_DISK_COLUMNS " FROM disk WHERE content = ?1 ORDER BY path LIMIT ?2";
    case Sql::disk_copies_of:
      return "SELECT " LANSYNC_DISK_COLUMNS " FROM disk WHERE source = ?1 ORDER BY path";
    case Sql::disk_copies: return "SELECT COUNT(*) FROM disk WHERE source IS NOT NULL";
    case Sql::disk_size: return "SELECT kind, size, source IS NOT NULL FROM disk WHERE path = ?1";
    case Sql::put_disk:
      return "INSERT OR REPLACE INTO disk (" LANSYNC_DISK_COLUMNS
             ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    case Sql::put_shown: return "UPDATE disk SET shown = ?2 WHERE path = ?1";
    case Sql::remove_disk: return "DELETE FROM disk WHERE path = ?1";

    case Sql::intents: return "SELECT " LANSYNC_DISK_COLUMNS ", trash FROM intents ORDER BY path";
    case Sql::put_intent:
      return "INSERT OR REPLACE INTO intents (" LANSYNC_DISK_COLUMNS
             ", trash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, '')";
    case Sql::put_intent_trash: return "UPDATE intents SET trash = ?2 WHERE path = ?1";
    case Sql::remove_intent: return "DELETE FROM intents WHERE path = ?1";

    case Sql::pending:
      return "SELECT path, bytes FROM pending WHERE path > ?1 ORDER BY path LIMIT ?2";
    case Sql::pending_bytes: return "SELECT bytes FROM pending WHERE path = ?1";
    case Sql::put_pending: return "INSERT OR REPLACE INTO pending (path, bytes) VALUES (?1, ?2)";
    case Sql::remove_pending: return "DELETE FROM pending WHERE path = ?1";

    case Sql::content_id: return "SELECT id FROM contents WHERE content = ?1";
    case Sql::add_content: return "INSERT INTO contents (content, list) VALUES (?1, ?2)";
    case Sql::chunk_list: return "SELECT list FROM contents WHERE content = ?1";
    case Sql::add_chunk:
      return "INSERT INTO chunks (hash, content, offset, bytes) VALUES (?1, ?2, ?3, ?4)"
             " ON CONFLICT (hash, content) DO NOTHING";
    case Sql::find_chunk:
      return "SELECT c.content, k.offset, k.bytes FROM chunks k CROSS JOIN contents c"
             " ON c.id = k.content WHERE k.hash = ?1"
             " AND (EXISTS (SELECT 1 FROM disk WHERE content = c.content AND kind = 1)"
             " OR EXISTS (SELECT 1 FROM trash WHERE content = c.content))"
             " ORDER BY k.content LIMIT ?2";
    case Sql::find_whole_file:
      return "SELECT size FROM disk WHERE content = ?1 AND kind = 1 AND size BETWEEN 1 AND ?2"
             " UNION ALL SELECT bytes FROM trash WHERE content = ?1 AND bytes BETWEEN 1 AND ?2"
             " LIMIT 1";

    case Sql::trash_bytes: return "SELECT bytes FROM trash WHERE name = ?1";
    case Sql::put_trash:
      return "INSERT OR REPLACE INTO trash (name, path, content, bytes, since)"
             " VALUES (?1, ?2, ?3, ?4, ?5)";
    case Sql::remove_trash: return "DELETE FROM trash WHERE name = ?1";
    case Sql::trash_with_content:
      return "SELECT name, path, content, bytes, since FROM trash WHERE content = ?1"
             " ORDER BY name LIMIT ?2";
    case Sql::trash_before:
      return "SELECT name, path, content, bytes, since FROM trash WHERE since < ?1"
             " ORDER BY since, name LIMIT ?2";
  }
  LANSYNC_ASSERT(false);
  return "";
}

#undef LANSYNC_DISK_COLUMNS

}  // namespace lansync
