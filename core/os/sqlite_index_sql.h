// Every statement that an index runs, in one place.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lansync {

enum class Sql : std::uint8_t {
  begin,
  commit,
  rollback,
  fact,
  put_fact,
  totals,
  put_totals,
  member_ops,
  append_member_op,
  authors,
  add_author,
  move_log_end,
  add_segment,
  segments,
  segment,
  segment_at,
  add_entry,
  entries,
  entry,
  prune_entry,
  note_superseded,
  complete_entry,
  heads,
  is_head,
  add_head,
  remove_head,
  has_live_beneath,
  paths,
  disk,
  disk_range,
  disk_with_content,
  disk_copies_of,
  disk_copies,
  disk_size,
  put_disk,
  put_shown,
  remove_disk,
  intents,
  put_intent,
  put_intent_trash,
  remove_intent,
  pending,
  pending_bytes,
  put_pending,
  remove_pending,
  content_id,
  add_content,
  chunk_list,
  add_chunk,
  find_chunk,
  find_whole_file,
  trash_bytes,
  put_trash,
  remove_trash,
  trash_with_content,
  trash_before,
};

inline constexpr std::size_t kSqlCount = static_cast<std::size_t>(Sql::trash_before) + 1;

// Its text. Each reads a range of one index or a single row; tests/core/os checks SQLite's plans.
const char* text_of(Sql sql);

}  // namespace lansync
